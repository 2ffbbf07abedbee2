"""Turn what the checks of one run said into events.

Belongs here: the order of it, inside one transaction that the caller holds.
Does not belong here: the decisions (``rules``), or telling anybody.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from orchestration.incidents.events import append, describe, next_incident_id, note_run
from orchestration.incidents.fold import Incident, State, read_incidents
from orchestration.incidents.policy import Policy
from orchestration.incidents.results import Evaluation
from orchestration.incidents.rules import Upstream, consequences, goes_on, verdict_events


def observe(
    ledger: sqlite3.Connection,
    policy: Policy,
    evaluations: Sequence[Evaluation],
    run_id: str,
    at: datetime,
    upstream: Callable[[], Upstream],
) -> None:
    """Add the events of one run; adding them a second time changes nothing.

    Args:
        ledger: The ledger, in a transaction.
        policy: When incidents open and close.
        evaluations: What the checks said.
        run_id: The run that they ran in.
        at: When they were judged.
        upstream: Gives the lineage of assets; asked only when something is wrong.
    """
    known: dict[str, list[Incident]] = {}
    for each in read_incidents(ledger, at):
        known.setdefault(each.fingerprint, []).append(each)
    for found in evaluations:
        incident = goes_on(known.get(found.fingerprint, ()), policy, at)
        events = verdict_events(incident, found.is_bad, found.severity, run_id, policy)
        if found.is_bad or incident is not None:
            describe(ledger, found)
        if not events:
            continue
        incident_id = incident.incident_id if incident else next_incident_id(ledger)
        for kind in events:
            append(ledger, incident_id, found.fingerprint, at, kind, run_id)
    note_run(ledger, run_id, at, len(evaluations), sum(found.is_bad for found in evaluations))
    _group(ledger, policy, at, upstream, {e.fingerprint for e in evaluations if e.is_bad})


def _group(
    ledger: sqlite3.Connection,
    policy: Policy,
    at: datetime,
    upstream: Callable[[], Upstream],
    bad: set[str],
) -> None:
    """Put what follows from another incident under it, and back when that one is over."""
    incidents = read_incidents(ledger, at)
    live = [incident for incident in incidents if incident.state.is_live]
    if not live:
        return
    states = {incident.incident_id: incident.state for incident in incidents}
    parents = consequences(live, upstream(), policy)
    for incident in live:
        parent = parents.get(incident.incident_id, "")
        if parent and parent != incident.parent_id:
            append(
                ledger, incident.incident_id, incident.fingerprint, at, "grouped", parent_id=parent
            )
        elif not parent and _outlasts(incident, states, bad):
            append(ledger, incident.incident_id, incident.fingerprint, at, "ungrouped")


def _outlasts(incident: Incident, states: dict[str, State], bad: set[str]) -> bool:
    """Whether it goes on although what it seemed to follow from is over."""
    parent = states.get(incident.parent_id)
    return parent is not None and parent.is_over and incident.fingerprint in bad
