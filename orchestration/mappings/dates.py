"""How a column writes its dates, and whether that can be told at all.

Belongs here: formats and doubts, from counts. Does not belong here: a date out of the file.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from orchestration.mappings.inspect import FileFacts

_NAMED = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%A %d %B %Y")
_SLASHED = r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?)?( ?[AaPp][Mm])?"
_ISO = r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?"
_MONTHS = 12
MIXED = "some dates have the day first and others the month"
UNTOLD = "no date tells whether the day or the month comes first; taken for the day"


@dataclass(frozen=True, slots=True)
class DateFacts:
    """The dates of one column.

    Attributes:
        share: Which part of the filled cells are dates of these formats.
        formats: The formats beside ISO, which needs none.
        doubt: What a person must decide; empty if nothing.
    """

    share: float
    formats: tuple[str, ...] = ()
    doubt: str = ""


def date_facts(con: duckdb.DuckDBPyConnection, cells: str) -> DateFacts | None:
    """What the cells of a column tell about dates; None if there are none.

    Args:
        con: A connection that reads them.
        cells: SQL of the trimmed, filled cells as `cell`, to stand in a from clause.
    """
    row = con.execute(_counts(cells)).fetchone()
    if row is None:
        return None
    total, iso, slashed, days_first, months_first, shapes, *by_name = row
    formats = [form for form, count in zip(_NAMED, by_name, strict=True) if count]
    dates = iso + slashed + max(by_name, default=0)
    if not dates:
        return None
    doubt = ""
    if slashed:
        day_first = days_first >= months_first
        formats += sorted({_format(shape, day_first) for shape in shapes})
        doubt = _doubt(days_first, months_first)
    return DateFacts(min(dates / total, 1.0), tuple(dict.fromkeys(formats)), doubt)


def _counts(cells: str) -> str:
    """One row of counts: all, ISO, slashed, the order they tell, shapes, and each named format."""
    named = ", ".join(
        f"count(try_strptime(cell, '{form}')) filter (not regexp_matches(cell, '^[0-9/.-]+$'))"
        for form in _NAMED
    )
    return f"""
        with cells as (select cell, regexp_full_match(cell, '{_SLASHED}') as slashed from {cells}),
        counted as (
            select cell, slashed,
                case when slashed then regexp_extract(cell, '{_SLASHED}', 1)::int end as first,
                case when slashed then regexp_extract(cell, '{_SLASHED}', 2) end as mark,
                case when slashed then regexp_extract(cell, '{_SLASHED}', 3)::int end as second,
                case when slashed then length(regexp_extract(cell, '{_SLASHED}', 4)) end as digits,
                case when slashed then length(regexp_extract(cell, '{_SLASHED}', 5)) end as time,
                case when slashed then length(regexp_extract(cell, '{_SLASHED}', 7)) end as half
            from cells
        )
        select count(*), count(*) filter (regexp_full_match(cell, '{_ISO}')),
            count(*) filter (slashed),
            count(*) filter (first > {_MONTHS}), count(*) filter (second > {_MONTHS}),
            list(distinct mark || '|' || digits || '|' || time || '|' || half)
                filter (mark is not null),
            {named}
        from counted
        """


def _format(shape: str, day_first: bool) -> str:
    mark, digits, time, half = shape.split("|")
    day, month = ("%d", "%m") if day_first else ("%m", "%d")
    year = "%Y" if digits == "4" else "%y"
    clock = {0: "", 5: " %H:%M", 6: " %H:%M"}.get(int(time), " %H:%M:%S")
    if half != "0":
        # AM or PM, perhaps behind a blank.
        clock = clock.replace("%H", "%I") + {"2": "%p", "3": " %p"}[half]
    return f"{day}{mark}{month}{mark}{year}{clock}"


def _doubt(days_first: int, months_first: int) -> str:
    if days_first and months_first:
        return f"{MIXED}; ask how the export writes them"
    return "" if days_first or months_first else UNTOLD


def formats_of(facts: "FileFacts", used: Collection[str]) -> tuple[list[str], list[str]]:
    """The date formats of the used columns, and doubts; one that tells the order tells it for all.

    Args:
        facts: What the file seems to hold.
        used: The names of the columns that count.
    """
    told: list[str] = []
    untold: list[tuple[str, tuple[str, ...]]] = []
    doubts: list[str] = []
    for column in facts.columns:
        if column.dates is None or column.header not in used:
            continue
        if column.dates.doubt == UNTOLD:
            untold.append((column.header, column.dates.formats))
            continue
        told += column.dates.formats
        if column.dates.doubt:
            doubts.append(f"{column.header}: {column.dates.doubt}")
    month_first = any(form.startswith("%m") for form in told)
    if month_first and any(re.match("%d[/.-]%m", form) for form in told):
        doubts.append(f"{MIXED}; the month-first columns were left out, so their rows will fail")
        told = [form for form in told if not form.startswith("%m")]
        month_first = False
    for header, formats in untold:
        if not any(form.startswith(("%d", "%m")) for form in told):
            doubts.append(f"{header}: {UNTOLD}")
        told += [_swapped(form) if month_first else form for form in formats]
    return list(dict.fromkeys(told)), doubts


def _swapped(form: str) -> str:
    return re.sub("^%d(.)%m", r"%m\1%d", form)
