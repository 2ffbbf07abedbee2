"""What a board is told of incidents about the data: what is open, for how long, what is over.

Belongs here: lines for page one.
Does not belong here: deciding what is an incident; ``published.incident`` holds what is.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from orchestration.reporting.pack.boards import Board
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.judge import urgency
from orchestration.reporting.pack.unseen import MOST
from orchestration.reporting.pack.words import NOT_YET, counted
from orchestration.reporting.published import Row

_WAITING = ("open", "acknowledged")
_RECENT = timedelta(days=92)


def incident_lines(facts: Facts, board: Board) -> tuple[str, ...]:
    """Return what changed about the data itself, the most urgent first."""
    if facts.incidents is None:
        return (NOT_YET.format(what="Incidents"),)
    return tuple(_lines(facts, board))


def _lines(facts: Facts, board: Board) -> Iterator[str]:
    # What follows from another incident is over when that one is, and needs nobody of its own.
    roots = [row for row in facts.incidents or () if not row.get("follows_from")]
    waiting = sorted(
        (row for row in roots if row["closed_at"] is None and row["state"] in _WAITING),
        key=lambda row: (urgency(row), str(row["opened_at"]), str(row["check_id"])),
    )
    muted = sum(row["state"] == "muted" for row in roots)
    since = facts.release["released_at"].date() - _RECENT
    opened, closed = (
        sum((day := _day(row[name])) is not None and day >= since for row in roots)
        for name in ("opened_at", "closed_at")
    )
    yield (
        f"Incidents about the data in three months: {opened} opened, {closed} resolved;"
        f" {len(waiting)} waiting now" + (f", {muted} muted with a reason." if muted else ".")
    )
    # To the public it is said how many, not where records are weak.
    for row in () if board.public else waiting[:MOST]:
        yield _words(facts, row)
    if len(waiting) > MOST and not board.public:
        yield f"{counted(len(waiting) - MOST, 'more waits', 'more wait')}."


def _words(facts: Facts, row: Row) -> str:
    opened = _day(row["opened_at"])
    waited = max(0, (facts.release["released_at"].date() - opened).days) if opened else 0
    taken = "somebody has it" if row["state"] == "acknowledged" else "nobody has it yet"
    claim = str(row["sentence"]).rstrip(".")
    return f"For {counted(waited, 'day', 'days')}, {taken}: “{claim}” does not hold."


def _day(moment: object) -> date | None:
    if isinstance(moment, datetime):
        return moment.date()
    return moment if isinstance(moment, date) else None
