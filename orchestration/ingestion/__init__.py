"""Bring deliveries from the inbox into raw tables, losing nothing and telling what happened.

Belongs here: finding, landing, gating, reading and loading files, the ledger and quarantine.
Does not belong here: renaming or interpreting what was delivered (dbt), judging it (expectations),
or any import of Dagster, dbt or Great Expectations.
"""
