"""``heard incidents``: what does not hold, and who sees to it.

Belongs here: drawing it, and handing on what a person decides.
Does not belong here: what is possible when (``orchestration.incidents.actions``).
"""

import getpass
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import console, hanging, print_json, say
from orchestration.commands.summary import make_table
from orchestration.incidents import actions
from orchestration.incidents.fold import Incident, State
from orchestration.incidents.ledger import ledger_path, open_ledger, transaction
from orchestration.incidents.standing import current_incidents, history
from orchestration.settings import Settings

if TYPE_CHECKING:
    import sqlite3

    from rich.console import Console

_KINDS = {
    "bad": "did not hold",
    "good": "held",
    "opened": "opened",
    "reopened": "opened again",
    "dismissed": "came to nothing",
    "resolved": "over",
    "grouped": "seems to follow from",
    "ungrouped": "goes on by itself",
    "escalated": "waited too long",
    "acknowledged": "acknowledged",
    "assigned": "given to",
    "muted": "muted until",
}


def show_list(home: Path | None, with_closed: bool, as_json: bool) -> int:
    """Show the incidents; return the exit code."""
    now = datetime.now(UTC)
    found = current_incidents(_home(home), with_closed, now)
    if as_json:
        print_json([asdict(incident) for incident in found])
        return 0
    out = console()
    if not found:
        out.print("No incident is open.")
        return 0
    show_incidents(out, found, now)
    out.print("`heard incidents show ID` says what to do; `ack`, `assign`, `mute` and `resolve`")
    out.print("record what somebody did.")
    return 0


def show_incidents(out: "Console", incidents: Sequence[Incident], now: datetime) -> None:
    """Draw incidents as a table, one line each."""
    table = make_table("incident", "state", "severity", "authority", "check", "days old", "whose")
    for incident in incidents:
        table.add_row(
            incident.incident_id,
            _state(incident),
            incident.severity,
            incident.authority_code or "all",
            incident.check_id,
            str((now - incident.began_at).days),
            incident.owner.replace("[", "\\["),
        )
    out.print(table)


def show_one(home: Path | None, wanted: str, as_json: bool) -> int:
    """Tell all about one incident; return the exit code."""
    with open_ledger(_existing(home)) as ledger:
        incident = actions.find(ledger, wanted, datetime.now(UTC))
        entries = history(ledger, incident.incident_id)
    if as_json:
        print_json(asdict(incident) | {"history": [asdict(entry) for entry in entries]})
        return 0
    out = console()
    for label, text in (
        (f"{incident.incident_id}  ", f"{_state(incident)}, {incident.severity}"),
        (f"{incident.check_id}  ", incident.sentence),
        ("To do: ", incident.what_to_do),
        ("Whose: ", incident.owner),
        ("Where: ", f"{incident.asset}, authority {incident.authority_code or 'all'}"),
        ("Figures: ", incident.indicators.replace(",", ", ") or "none"),
    ):
        out.print(hanging(label, text, out.width), markup=False)
    out.print()
    for entry in entries:
        told = " ".join(
            part
            for part in (
                _KINDS[entry.kind],
                entry.role or entry.until or entry.parent_id,
                f"by {entry.actor}" if entry.actor else "",
                f"({entry.note})" if entry.note else "",
            )
            if part
        )
        out.print(hanging(f"{entry.happened_at[:16]}  ", told, out.width), markup=False)
    return 0


def acknowledge(home: Path | None, wanted: str, by: str | None, as_json: bool) -> int:
    """Record that somebody has seen it; return the exit code."""
    return _act(
        home,
        wanted,
        as_json,
        lambda ledger, now: actions.acknowledge(ledger, wanted, _actor(by), now),
    )


def assign(home: Path | None, wanted: str, to: str, by: str | None, as_json: bool) -> int:
    """Record whose it is; return the exit code."""
    return _act(
        home,
        wanted,
        as_json,
        lambda ledger, now: actions.assign(ledger, wanted, to, _actor(by), now),
    )


def mute(
    home: Path | None, wanted: str, until: date, reason: str, by: str | None, as_json: bool
) -> int:
    """Record that nobody is to be told until a day; return the exit code."""
    return _act(
        home,
        wanted,
        as_json,
        lambda ledger, now: actions.mute(ledger, wanted, until, reason, _actor(by), now),
    )


def resolve(home: Path | None, wanted: str, reason: str, by: str | None, as_json: bool) -> int:
    """Record that it is over; return the exit code."""
    return _act(
        home,
        wanted,
        as_json,
        lambda ledger, now: actions.resolve(ledger, wanted, reason, _actor(by), now),
    )


def _act(
    home: Path | None,
    wanted: str,
    as_json: bool,
    action: "Callable[[sqlite3.Connection, datetime], None]",
) -> int:
    now = datetime.now(UTC)
    with open_ledger(_existing(home)) as ledger:
        with transaction(ledger):
            action(ledger, now)
        incident = actions.find(ledger, wanted, now)
    if as_json:
        print_json(incident)
    else:
        say(f"{incident.incident_id} is {_state(incident)}; it is for the {incident.owner}.")
    return 0


def _state(incident: Incident) -> str:
    if incident.state is State.MUTED:
        return f"muted until {incident.muted_until}"
    if incident.state.is_live and incident.parent_id:
        return f"{incident.state} (follows from {incident.parent_id})"
    late = incident.state is State.OPEN and incident.escalated_at is not None
    return "open, overdue" if late else incident.state.value


def _actor(by: str | None) -> str:
    return by if by is not None else getpass.getuser()


def _home(home: Path | None) -> Path:
    # Only the home folder matters here, so a missing inbox must not stop the answer.
    return Settings.from_environment(inbox=Path(), home=home).home


def _existing(home: Path | None) -> Path:
    folder = _home(home)
    if not ledger_path(folder).is_file():
        raise actions.IncidentActionError(f"no check ever ran in {folder}; run `heard run` first")
    return folder
