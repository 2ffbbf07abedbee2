"""Incidents as others read them: the live ones of a home folder, and what may be published.

Belongs here: reading the ledger where there is one. Does not belong here: drawing, or writing.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.incidents.fold import Incident, State, read_incidents
from orchestration.incidents.ledger import ledger_path, open_ledger

# The gravest first, and those that nobody has seen before those that somebody has.
_SEVERITIES = ("stop", "warn", "watch")
_STATES = (State.OPEN, State.ACKNOWLEDGED, State.MUTED, State.PENDING)


@dataclass(frozen=True, slots=True)
class PublishedIncident:
    """One incident as anybody may read it: no count, no slice, no name, no reason."""

    incident_id: str
    check_id: str
    authority_code: str
    severity: str
    state: str
    sentence: str
    what_to_do: str
    indicators: str
    follows_from: str | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an incident's history; the note is restricted, like the ledger."""

    happened_at: str
    kind: str
    actor: str
    role: str
    until: str
    parent_id: str
    note: str


def current_incidents(
    home: Path, with_closed: bool = False, now: datetime | None = None
) -> tuple[Incident, ...]:
    """The incidents of a home folder, the gravest first; flaps that came to nothing are left out.

    Args:
        home: The home folder.
        with_closed: Whether to include those that are over.
        now: The moment; the clock's when left out.
    """
    if not ledger_path(home).is_file():
        return ()
    with open_ledger(home) as ledger:
        found = read_incidents(ledger, now or datetime.now(UTC))
    wanted = [
        incident
        for incident in found
        if incident.state is not State.DISMISSED and (with_closed or not incident.state.is_over)
    ]
    return tuple(sorted(wanted, key=_rank))


def published_incidents(home: Path) -> tuple[PublishedIncident, ...]:
    """Every incident that was confirmed, as it may leave the restricted tier."""
    return tuple(
        PublishedIncident(
            incident_id=incident.incident_id,
            check_id=incident.check_id,
            authority_code=incident.authority_code,
            severity=incident.severity,
            state=incident.state.value,
            sentence=incident.sentence,
            what_to_do=incident.what_to_do,
            indicators=incident.indicators,
            follows_from=incident.parent_id or None,
            opened_at=incident.opened_at,
            closed_at=incident.closed_at,
        )
        for incident in current_incidents(home, with_closed=True)
        if incident.opened_at is not None
    )


def history(ledger: sqlite3.Connection, incident_id: str) -> tuple[Entry, ...]:
    """Everything that happened to an incident, in order."""
    found = ledger.execute(
        "select happened_at, kind, actor, role, until, parent_id, coalesce(text, '')"
        " from incident_events left join notes using (event_id)"
        " where incident_id = ? order by event_id",
        (incident_id,),
    )
    return tuple(Entry(*row) for row in found)


def _rank(incident: Incident) -> tuple[int, int, str]:
    severity, state = incident.severity, incident.state
    return (
        _STATES.index(state) if state in _STATES else len(_STATES),
        _SEVERITIES.index(severity) if severity in _SEVERITIES else 0,
        incident.incident_id,
    )
