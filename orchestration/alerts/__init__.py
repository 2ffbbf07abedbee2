"""Alerts: telling boards what changed about incidents, once, without a child's word in it.

Belongs here: who is told (routes), what is said, the outbox and its delivery. Does not belong here:
what an incident is (``orchestration.incidents``), or any import of Dagster, dbt or Great
Expectations. apprise is imported only when there is a message to send.
"""
