"""What people do about an incident: acknowledge, assign, mute, resolve.

Belongs here: which of it is possible when, and the events that record it.
Does not belong here: the command line, or telling anybody.
"""

import sqlite3
from datetime import date, datetime, timedelta

from orchestration.incidents.events import append
from orchestration.incidents.fold import Incident, State, read_incidents

LONGEST_MUTE = timedelta(days=366)
_LONGEST_TEXT = 1000


class IncidentActionError(ValueError):
    """What was asked cannot be done to this incident."""


def find(ledger: sqlite3.Connection, wanted: str, now: datetime) -> Incident:
    """The incident of an id, which may be given without its letters and zeros.

    Raises:
        IncidentActionError: There is none.
    """
    text = wanted.strip().upper()
    full = f"INC-{int(text):04d}" if text.isascii() and text.isdigit() else text
    found = read_incidents(ledger, now, full) if full else ()
    if not found:
        raise IncidentActionError(f"there is no incident {full}; `heard incidents` lists them")
    return found[0]


def acknowledge(ledger: sqlite3.Connection, wanted: str, by: str, now: datetime) -> None:
    """Record that somebody has seen it and will act."""
    _record(ledger, _live(ledger, wanted, now), now, "acknowledged", by)


def assign(ledger: sqlite3.Connection, wanted: str, to: str, by: str, now: datetime) -> None:
    """Record whose it is from now on."""
    _record(ledger, _live(ledger, wanted, now), now, "assigned", by, role=_word(to, "--to"))


def mute(
    ledger: sqlite3.Connection, wanted: str, until: date, reason: str, by: str, now: datetime
) -> None:
    """Record that nobody is to be told of it until a day, and why."""
    if not now.date() < until <= now.date() + LONGEST_MUTE:
        raise IncidentActionError("--until is a day to come, within a year from now")
    incident = _live(ledger, wanted, now)
    _record(ledger, incident, now, "muted", by, until=until.isoformat(), note=reason)


def resolve(ledger: sqlite3.Connection, wanted: str, reason: str, by: str, now: datetime) -> None:
    """Record that it is over; it opens again by itself if the next run finds that it is not."""
    _record(ledger, _live(ledger, wanted, now), now, "resolved", by, note=reason)


def _live(ledger: sqlite3.Connection, wanted: str, now: datetime) -> Incident:
    incident = find(ledger, wanted, now)
    if incident.state is State.PENDING:
        raise IncidentActionError(
            f"{incident.incident_id} was seen once and is not confirmed yet; wait for the next run"
        )
    if incident.state.is_over:
        raise IncidentActionError(f"{incident.incident_id} is over already")
    return incident


def _record(
    ledger: sqlite3.Connection,
    incident: Incident,
    now: datetime,
    kind: str,
    by: str,
    role: str = "",
    until: str = "",
    note: str = "",
) -> None:
    event_id = append(
        ledger,
        incident.incident_id,
        incident.fingerprint,
        now,
        kind,
        actor=_word(by, "--by"),
        role=role,
        until=until,
    )
    if kind in ("muted", "resolved"):
        ledger.execute("insert into notes values (?, ?)", (event_id, _text(note)))


def _word(text: str, option: str) -> str:
    word = " ".join(text.split())
    if not word or len(word) > 100 or not word.isprintable():
        raise IncidentActionError(f"{option} is a name or a role of at most 100 letters")
    return word


def _text(text: str) -> str:
    told = " ".join(text.split())
    if not told or len(told) > _LONGEST_TEXT:
        raise IncidentActionError(f"--reason says why, in at most {_LONGEST_TEXT} letters")
    return told
