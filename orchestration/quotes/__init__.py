"""Quote somebody's words as far as they allowed it, without names, once a person read them.

Belongs here: which words may be quoted today, the people's checks, and what a release may hold.
Does not belong here: finding names (``orchestration.redaction``), making a release
(``orchestration.reporting``), or any import of Dagster, dbt or Great Expectations.
"""
