"""The Department's form of a table: tidy, complete, with its symbols, and a file that describes it.

Source: the Department for Education's standard for open data (explore education statistics): time
and place first, then filters, then indicators; `c` confidential, `z` not applicable, `x` not
available, `low` rounds to nothing and is not, `u` of low reliability. A zero stays a zero.

Belongs here: writing and reading the form. Does not belong here: what is hidden
(``disclosure.suppression``).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

DATA, META = "heard_dfe_table.csv", "heard_dfe_table.meta.csv"
CONFIDENTIAL, IMPOSSIBLE, NOT_AVAILABLE, LOW, UNRELIABLE = "c", "z", "x", "low", "u"
TOTAL = "Total"
COUNTS = ("numerator", "denominator")
_COLUMNS = (
    *("time_period", "time_identifier", "geographic_level", "country_code", "country_name"),
    *("old_la_code", "new_la_code", "la_name", "measure", "breakdown_topic", "breakdown"),
    *(*COUNTS, "percentage"),
)
_META = (
    *("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp"),
    *("filter_hint", "filter_grouping_column"),
)
_DESCRIBED = (
    ("measure", "Filter", "Measure", "", "", "", "What was counted", ""),
    ("breakdown_topic", "Filter", "Breakdown topic", "", "", "", "What it is broken down by", ""),
    ("breakdown", "Filter", "Breakdown", "", "", "", "One group", "breakdown_topic"),
    ("numerator", "Indicator", "Number that meet the measure", "Counts", "", "0", "", ""),
    ("denominator", "Indicator", "Number counted", "Counts", "", "0", "", ""),
    ("percentage", "Indicator", "Percentage that meet the measure", "Rates", "%", "0", "", ""),
)
_MONTHS_OF_A_QUARTER = 3
_APRIL = 4
_PER_CENT = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One row: names for its readers, and its two counts where it tells them.

    ``status`` is that of a published cell; a count is none where there is none to tell.
    """

    authority_code: str
    measure: str
    topic: str
    group: str
    status: str
    counts: tuple[int | None, int | None]
    hidden: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Place:
    """What the Department calls an authority; only its code is in what was delivered."""

    name: str = NOT_AVAILABLE
    new_code: str = NOT_AVAILABLE


def data_file(
    rows: Sequence[Row],
    period: tuple[str, date],
    least_for_rate: int,
    places: Mapping[str, Place],
) -> str:
    """Write the table.

    Args:
        rows: Every combination, none left out for being small.
        period: Its type and its first day.
        least_for_rate: A percentage of fewer is of low reliability.
        places: Names of authorities by their code.
    """
    time = time_of(*period)
    written = []
    for row in rows:
        place = places.get(row.authority_code, Place())
        told = [_count(row, number) for number in range(len(COUNTS))]
        where = ("Local authority", "E92000001", "England", row.authority_code)
        what = (place.new_code, place.name, row.measure, row.topic, row.group)
        written.append((*time, *where, *what, *told, _percentage(row, least_for_rate)))
    return _csv((_COLUMNS, *written))


def meta_file() -> str:
    """Describe the filters and indicators of the table."""
    return _csv((_META, *_DESCRIBED))


def time_of(period_type: str, start: date) -> tuple[str, str]:
    """A financial year, or a quarter of one, as the Department writes it."""
    first = start.year if start.month >= _APRIL else start.year - 1
    years = f"{first}{(first + 1) % _PER_CENT:02d}"
    if period_type == "year":
        return years, "Financial year"
    quarter = (start.month - _APRIL) % 12 // _MONTHS_OF_A_QUARTER + 1
    return years, f"Financial year Q{quarter}"


def read_counts(text: str) -> list[tuple[str, str]]:
    """The two counts of each row as they were written."""
    return [(row[COUNTS[0]], row[COUNTS[1]]) for row in csv.DictReader(io.StringIO(text))]


def hides_zeros(rows: Sequence[Row]) -> bool:
    """Whether a number that is hidden may be none."""
    return any(
        count == 0 and is_hidden
        for row in rows
        for count, is_hidden in zip(row.counts, row.hidden, strict=True)
    )


def _count(row: Row, number: int) -> str:
    if row.status == "not_applicable":
        return IMPOSSIBLE
    count = row.counts[number]
    if row.status == "not_available" or count is None:
        return NOT_AVAILABLE
    return CONFIDENTIAL if row.hidden[number] else str(count)


def _percentage(row: Row, least_for_rate: int) -> str:
    """A rate says nothing that the counts do not; without one of them there is none."""
    told = [_count(row, number) for number in range(len(COUNTS))]
    for symbol in (IMPOSSIBLE, NOT_AVAILABLE, CONFIDENTIAL):
        if symbol in told:
            return symbol
    numerator, denominator = (int(each) for each in told)
    if not denominator:
        return IMPOSSIBLE
    if denominator < least_for_rate:
        return UNRELIABLE
    # Half up, in whole numbers.
    rounded = (2 * _PER_CENT * numerator + denominator) // (2 * denominator)
    return LOW if numerator and not rounded else str(rounded)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
