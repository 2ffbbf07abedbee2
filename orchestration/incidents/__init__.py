"""Incidents: what the checks found, as something that begins, is seen to, and ends.

Belongs here: the ledger of incident events, when an incident opens and closes, what people did
about it. Does not belong here: judging data (``expectations``), telling boards
(``orchestration.alerts``), or any import of Dagster, dbt or Great Expectations.
"""
