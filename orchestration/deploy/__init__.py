"""What a server needs to run Heard: Dagster's settings and examples of service units.

Belongs here: files that are copied or read as they stand.
Does not belong here: code.
"""
