"""Write events: the only way in which the ledger changes.

Belongs here: one function for each kind of row that is added. Does not belong here: deciding that
something happened. Callers hold the transaction.
"""

import sqlite3
from datetime import datetime

from orchestration.incidents.ledger import as_text
from orchestration.incidents.results import Arrival, Evaluation


def append(
    ledger: sqlite3.Connection,
    incident_id: str,
    fingerprint: str,
    at: datetime,
    kind: str,
    run_id: str = "",
    actor: str = "",
    role: str = "",
    until: str = "",
    parent_id: str = "",
) -> int:
    """Add one event and return its number."""
    added = ledger.execute(
        "insert into incident_events (incident_id, fingerprint, happened_at, kind, run_id, actor,"
        " role, until, parent_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (incident_id, fingerprint, as_text(at), kind, run_id, actor, role, until, parent_id),
    )
    return int(added.lastrowid or 0)


def next_incident_id(ledger: sqlite3.Connection) -> str:
    """The id of the next incident, short enough to be said over a telephone."""
    (known,) = ledger.execute("select count(distinct incident_id) from incident_events").fetchone()
    return f"INC-{known + 1:04d}"


def describe(ledger: sqlite3.Connection, found: Evaluation) -> None:
    """Remember what a fingerprint is about, in the words that the check has today."""
    ledger.execute(
        "insert into subjects values (?, ?, ?, ?, ?) on conflict do nothing",
        (
            found.fingerprint,
            found.check_id,
            found.asset,
            found.authority_code,
            found.slice_kind,
        ),
    )
    ledger.execute(
        "insert into words values (?, ?, ?, ?, ?, ?, ?) on conflict (fingerprint) do update set"
        " severity = excluded.severity, dimension = excluded.dimension,"
        " sentence = excluded.sentence, what_to_do = excluded.what_to_do,"
        " owner = excluded.owner, indicators = excluded.indicators",
        (
            found.fingerprint,
            found.severity,
            found.dimension,
            found.sentence,
            found.what_to_do,
            found.owner,
            found.indicators,
        ),
    )


def note_run(ledger: sqlite3.Connection, run_id: str, at: datetime, judged: int, bad: int) -> None:
    """Remember that a run judged something: silence without one is no health."""
    ledger.execute(
        "insert into evaluations values (?, ?, ?, ?)", (run_id, as_text(at), judged, bad)
    )


def note_arrivals(ledger: sqlite3.Connection, arrivals: list[Arrival]) -> None:
    """Remember when each source last arrived."""
    ledger.executemany(
        "insert into arrivals values (?, ?, ?) on conflict (authority_code, source)"
        " do update set arrived_at = excluded.arrived_at",
        [(each.authority_code, each.source, as_text(each.arrived_at)) for each in arrivals],
    )
