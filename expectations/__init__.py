"""Whether to believe the data: checks as data, measured in DuckDB, judged in Great Expectations.

Belongs here: the registry of checks, the measuring, the judging and the table of results.
Does not belong here: what the data mean (dbt) or when checks run (``orchestration.defs``).
"""
