"""How a column writes its dates, and whether that can be told at all.

Belongs here: formats and doubts, from counts. Does not belong here: a date out of the file.
"""

from dataclasses import dataclass

import duckdb

_NAMED = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%A %d %B %Y")
_SLASHED = r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?)?"
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
                case when slashed then length(regexp_extract(cell, '{_SLASHED}', 5)) end as time
            from cells
        )
        select count(*), count(*) filter (regexp_full_match(cell, '{_ISO}')),
            count(*) filter (slashed),
            count(*) filter (first > {_MONTHS}), count(*) filter (second > {_MONTHS}),
            list(distinct mark || '|' || digits || '|' || time)
                filter (mark is not null),
            {named}
        from counted
        """


def _format(shape: str, day_first: bool) -> str:
    mark, digits, time = shape.split("|")
    day, month = ("%d", "%m") if day_first else ("%m", "%d")
    year = "%Y" if digits == "4" else "%y"
    clock = {0: "", 5: " %H:%M", 6: " %H:%M"}.get(int(time), " %H:%M:%S")
    return f"{day}{mark}{month}{mark}{year}{clock}"


def _doubt(days_first: int, months_first: int) -> str:
    if days_first and months_first:
        return f"{MIXED}; ask how the export writes them"
    return "" if days_first or months_first else UNTOLD
