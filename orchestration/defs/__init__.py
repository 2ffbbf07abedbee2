"""When things run: Dagster's assets, checks, jobs, schedule and sensor.

Belongs here: thin shells that take resources, call a function and return counts.
Does not belong here: any work that could be done without Dagster.
"""
