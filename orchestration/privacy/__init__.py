"""Pseudonyms, keys and disclosure control.

Belongs here: whatever decides what may be known about a person. Does not belong here: any import
of Dagster, dbt or Great Expectations, or a key outside the memory of the running process.
"""
