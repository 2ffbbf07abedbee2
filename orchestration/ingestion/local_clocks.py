"""Read the intervals that an authority set for itself, and put them into the warehouse.

The law leaves some intervals to each authority, such as those of visits to a child in need. Heard
ships none: without ``local_clocks.csv`` in the home folder such moments have no due date and only
those that were held count. A row says, for one authority and kind of moment, how long the first
interval of a plan is, how long every further one, and from when to when that held.

Belongs here: reading and judging that file, and the ledger table that it becomes. Does not belong
here: what falls due when (dbt), or any interval that the law sets (the seeds).
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import duckdb

from orchestration.ingestion.warehouse import transaction

LOCAL_CLOCKS = "local_clocks.csv"
COLUMNS = (
    "authority_code",
    "opportunity_code",
    "first_interval",
    "first_unit",
    "repeat_interval",
    "repeat_unit",
    "valid_from",
    "valid_to",
)
CLOCK_TABLES: dict[str, dict[str, str]] = {
    "local_clocks": {
        "authority_code": "varchar",
        "clock_code": "varchar",
        "opportunity_code": "varchar",
        "step_from": "integer",
        "step_to": "integer",
        "first_interval": "integer",
        "first_unit": "varchar",
        "repeat_interval": "integer",
        "repeat_unit": "varchar",
        "valid_from": "date",
        "valid_to": "date",
    },
}
_TYPES = (
    Path(__file__).resolve().parents[2] / "seeds" / "reference" / "ref_voice_opportunity_types.csv"
)
# A week is seven days, so that the warehouse needs to know three units only.
_UNITS = {"day": ("day", 1), "week": ("day", 7), "working_day": ("working_day", 1)}
_UNITS |= {"month": ("month", 1)}
# Shorter ones would make every child's plan thousands of moments; nobody visits more often.
_SHORTEST_DAYS = 5
_LAST_STEP = 9999


class LocalClocksError(ValueError):
    """The file of local clocks cannot be used; the message names every row and column."""


@dataclass(frozen=True, slots=True)
class LocalClock:
    """One interval of one authority; the repeat is missing where a moment comes only once."""

    row_number: int
    authority_code: str
    opportunity_code: str
    first: tuple[int, str]
    repeat: tuple[int, str] | None
    valid_from: date
    valid_to: date | None


def read_local_clocks(home: Path) -> tuple[LocalClock, ...]:
    """Return the clocks of ``<home>/local_clocks.csv``; none if there is no such file.

    Raises:
        LocalClocksError: A row cannot be used. A wrong interval would quietly change what counts
            as missed, so a person decides, and nothing is loaded until then.
    """
    path = home / LOCAL_CLOCKS
    if not path.is_file():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise LocalClocksError(
                    f"{path.name}: the header lacks {', '.join(missing)}; expected"
                    f" {','.join(COLUMNS)}"
                )
            rows = list(enumerate(reader, start=2))
    except UnicodeDecodeError:
        raise LocalClocksError(f"{path.name}: save it as UTF-8 text") from None
    except csv.Error:
        raise LocalClocksError(f"{path.name}: not a CSV file; look at its quotes") from None
    clocks: list[LocalClock] = []
    problems: list[str] = []
    for number, row in rows:
        found = list(_problems(row))
        problems += [f"row {number}, {problem}" for problem in found]
        if not found:
            clocks.append(_clock(number, row))
    problems += _overlaps(clocks)
    if problems:
        raise LocalClocksError(f"{path.name}: {'; '.join(problems)}")
    return tuple(clocks)


def load_local_clocks(con: duckdb.DuckDBPyConnection, clocks: Iterable[LocalClock]) -> None:
    """Make ``ledger.local_clocks`` hold these clocks and no others."""
    wanted = [row for clock in clocks for row in _steps(clock)]
    if set(wanted) == set(con.execute("select * from ledger.local_clocks").fetchall()):
        return
    with transaction(con):
        con.execute("delete from ledger.local_clocks")
        if wanted:
            marks = ", ".join("?" for _ in wanted[0])
            con.executemany(f"insert into ledger.local_clocks values ({marks})", wanted)


@cache
def kinds_with_local_clocks() -> frozenset[str]:
    """The kinds of moment whose interval an authority may set."""
    with _TYPES.open(encoding="utf-8", newline="") as lines:
        return frozenset(
            row["opportunity_code"]
            for row in csv.DictReader(lines)
            if row["takes_local_clock"] == "true"
        )


def _problems(row: dict[str, str]) -> Iterator[str]:
    """Say of each cell that cannot be used which column it is in and what was expected."""
    if None in row or None in row.values():
        yield f"expected {len(COLUMNS)} values, as the header has"
        return
    code = _text(row, "authority_code")
    if not (len(code) == 3 and code.isascii() and code.isdigit()):
        yield "authority_code: expected a code of three digits, such as 330"
    if _text(row, "opportunity_code") not in kinds_with_local_clocks():
        yield f"opportunity_code: expected one of {', '.join(sorted(kinds_with_local_clocks()))}"
    yield from _interval_problems(row, "first")
    if _text(row, "repeat_interval") or _text(row, "repeat_unit"):
        yield from _interval_problems(row, "repeat")
    if _date(row, "valid_from") is None:
        yield "valid_from: expected a date such as 2026-04-01"
    if _text(row, "valid_to") and _date(row, "valid_to") is None:
        yield "valid_to: expected a date such as 2026-04-01, or nothing while it holds"
    begins, ends = _date(row, "valid_from"), _date(row, "valid_to")
    if begins and ends and ends <= begins:
        yield "valid_to: expected a day after valid_from, the first on which it no longer holds"


def _interval_problems(row: dict[str, str], which: str) -> Iterator[str]:
    text, unit = _text(row, f"{which}_interval"), _text(row, f"{which}_unit")
    is_number = text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_STEP
    if not is_number:
        yield f"{which}_interval: expected a whole number above 0"
    if unit not in _UNITS:
        yield f"{which}_unit: expected one of {', '.join(_UNITS)}"
    elif is_number and unit != "month" and int(text) * _UNITS[unit][1] < _SHORTEST_DAYS:
        yield f"{which}_interval: expected {_SHORTEST_DAYS} days or more"


def _overlaps(clocks: list[LocalClock]) -> list[str]:
    """Say which rows claim a day that an earlier row of the same kind claims."""
    told = []
    ordered = sorted(clocks, key=lambda c: (c.authority_code, c.opportunity_code, c.valid_from))
    for one, following in pairwise(ordered):
        same = (one.authority_code, one.opportunity_code) == (
            following.authority_code,
            following.opportunity_code,
        )
        if same and (one.valid_to is None or one.valid_to > following.valid_from):
            told.append(
                f"row {following.row_number}, valid_from: expected no earlier than valid_to of row"
                f" {one.row_number}, which must be given"
            )
    return told


def _clock(number: int, row: dict[str, str]) -> LocalClock:
    begins = _date(row, "valid_from")
    assert begins is not None  # noqa: S101 - the row was judged  # nosec B101
    return LocalClock(
        row_number=number,
        authority_code=_text(row, "authority_code"),
        opportunity_code=_text(row, "opportunity_code"),
        first=_interval(row, "first"),
        repeat=_interval(row, "repeat") if _text(row, "repeat_interval") else None,
        valid_from=begins,
        valid_to=_date(row, "valid_to"),
    )


def _interval(row: dict[str, str], which: str) -> tuple[int, str]:
    unit, times = _UNITS[_text(row, f"{which}_unit")]
    return int(_text(row, f"{which}_interval")) * times, unit


def _steps(clock: LocalClock) -> Iterator[tuple[object, ...]]:
    """The rows of the ledger: the first event of a plan, and all after it."""
    kind = (clock.authority_code, clock.opportunity_code.lower(), clock.opportunity_code)
    validity = (clock.valid_from, clock.valid_to)
    yield (*kind, 1, 1, *clock.first, *(clock.repeat or (None, None)), *validity)
    if clock.repeat:
        yield (*kind, 2, _LAST_STEP, *clock.repeat, *clock.repeat, *validity)


def _text(row: dict[str, str], column: str) -> str:
    return row[column].strip()


def _date(row: dict[str, str], column: str) -> date | None:
    try:
        return date.fromisoformat(_text(row, column))
    except ValueError:
        return None
