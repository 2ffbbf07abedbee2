"""What a board is told of incidents about the data: what is open, for how long, what is over.

Belongs here: lines for page one, and the list behind them.
Does not belong here: deciding what is an incident; ``published.incident`` holds what is.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from orchestration.reporting.pack.boards import Board
from orchestration.reporting.pack.content import Block, Cell, Paragraph, Table, TableRow
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.judge import urgency
from orchestration.reporting.pack.unseen import MOST
from orchestration.reporting.pack.words import NOT_YET, counted, day_words
from orchestration.reporting.published import Row

_WAITING = ("open", "acknowledged")
_MOMENTS = ("opened_at", "closed_at")
_RECENT = timedelta(days=92)


def incident_lines(facts: Facts, board: Board, since: date | None) -> tuple[str, ...]:
    """Return what changed about the data itself, the most urgent first.

    Args:
        facts: What is published.
        board: Who reads it.
        since: The day of the board's last pack; None where there was none.
    """
    if facts.incidents is None:
        return (NOT_YET.format(what="Incidents"),)
    return tuple(_lines(facts, board, since))


def incident_blocks(facts: Facts, since: date | None) -> tuple[Block, ...]:
    """Return a table of the incidents that opened or closed since the board's last pack."""
    first = _first(facts, since)
    changed = sorted(
        (row for row in _roots(facts) if _is_since(row, first)),
        key=lambda row: (str(row["opened_at"]), str(row["check_id"])),
    )
    if not changed:
        return (Paragraph(f"None opened and none was resolved {_span(since)}."),)
    rows = tuple(
        TableRow(
            str(row["sentence"]),
            (
                Cell(_words_of(row["opened_at"])),
                Cell(_words_of(row["closed_at"]) or str(row["state"])),
                Cell(str(row.get("indicators") or "").replace(",", ", ")),
            ),
        )
        for row in changed
    )
    caption = f"Claims about the data that stopped holding, or hold again, {_span(since)}"
    return (Table(caption, "Claim", ("since", "resolved", "bears on"), rows),)


def _roots(facts: Facts) -> list[Row]:
    """What follows from another incident is over when that one is, and needs nobody of its own."""
    return [row for row in facts.incidents or () if not row.get("follows_from")]


def _first(facts: Facts, since: date | None) -> date:
    released_on: date = facts.release["released_at"].date()
    return since or released_on - _RECENT


def _span(since: date | None) -> str:
    return f"since the last pack of {day_words(since)}" if since else "in three months"


def _is_since(row: Row, first: date) -> bool:
    return any((day := _day(row[name])) is not None and day >= first for name in _MOMENTS)


def _words_of(moment: object) -> str:
    day = _day(moment)
    return day_words(day) if day else ""


def _lines(facts: Facts, board: Board, since: date | None) -> Iterator[str]:
    roots = _roots(facts)
    waiting = sorted(
        (row for row in roots if row["closed_at"] is None and row["state"] in _WAITING),
        key=lambda row: (urgency(row), str(row["opened_at"]), str(row["check_id"])),
    )
    muted = sum(row["state"] == "muted" for row in roots)
    first = _first(facts, since)
    opened, closed = (
        sum((day := _day(row[name])) is not None and day >= first for row in roots)
        for name in _MOMENTS
    )
    yield (
        f"Incidents about the data {_span(since)}: {opened} opened, {closed} resolved;"
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
