"""What each check adds to the one scan of its table: a count of cases and a count of those found.

Belongs here: the aggregates of every kind of measure that looks at rows.
Does not belong here: measures that compare deliveries or tables (``single``), or the statement
that holds them together (``compile``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from expectations.registry.measures import (
    AgainstLastYear,
    CodeInList,
    CodeShare,
    DominantValue,
    Drift,
    GroupShare,
    PlaceholderText,
    RowsThatBreak,
    RowsThatHold,
    SharePresent,
    UniqueKey,
)
from expectations.registry.models import Check
from expectations.rules import ALL, BEFORE, NOW
from expectations.sql import filled, text, texts, tidy

CodesOf = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One aggregate: how many cases, how many found."""

    check_id: str
    slice: str
    n: str
    k: str


def pairs(check: Check, codes_of: CodesOf) -> list[Pair]:
    """Return what one check adds to the scan of its table.

    Args:
        check: A check whose measure is an aggregate of rows.
        codes_of: Gives the accepted codes of a reference list, upper case.
    """
    measure = check.measure
    match measure:
        case SharePresent():
            present = filled(measure.column)
            if measure.missing:
                present += (
                    f" and {tidy(measure.column)} not in ({texts(map(str.upper, measure.missing))})"
                )
            return [_pair(check, measure.where, present)]
        case CodeInList():
            scope = f"({measure.where}) and {filled(measure.column)}"
            codes = texts(codes_of(measure.list))
            return [_pair(check, scope, f"{tidy(measure.column)} in ({codes})")]
        case RowsThatHold():
            return [_pair(check, measure.where, measure.holds)]
        case RowsThatBreak():
            return [_pair(check, measure.where, measure.breaks)]
        case UniqueKey():
            return [_repeats(check, measure)]
        case DominantValue():
            return [_commonest(check, measure.where, column) for column in measure.columns]
        case CodeShare():
            return [_code_share(check, measure)]
        case PlaceholderText():
            return [_filler(check, measure.text, column) for column in measure.columns]
        case GroupShare():
            return [_group_pair(check, measure)]
        case AgainstLastYear():
            return [_year_on_year(check, measure)]
        case Drift():
            return _then_and_now(check, measure)
        case _:
            raise AssertionError(
                f"{check.id}: no SQL for {measure.kind}; write it in aggregates.py"
            )


def _pair(check: Check, scope: str, found: str, slice_: str = ALL) -> Pair:
    return Pair(
        check.id,
        slice_,
        f"count(*) filter (where {scope})",
        f"count(*) filter (where ({scope}) and ({found}))",
    )


def _repeats(check: Check, measure: UniqueKey) -> Pair:
    # A yearly return repeats a child each year, so a key holds within one delivery.
    columns = ", ".join(measure.columns)
    prefix = "_delivery_number, " if check.tier == "raw" else ""
    return Pair(check.id, "all", "count(*)", f"count(*) - count(distinct row({prefix}{columns}))")


def _commonest(check: Check, where: str, column: str) -> Pair:
    chosen = f"filter (where ({where}) and {filled(column)})"
    commonest = f"coalesce(list_max(map_values(histogram(subject.{column}) {chosen})), 0)"
    return Pair(check.id, column, f"count(*) {chosen}", f"cast({commonest} as bigint)")


def _code_share(check: Check, measure: CodeShare) -> Pair:
    if check.tier == "raw":
        present, value = filled(measure.column), tidy(measure.column)
        codes = texts(code.upper() for code in measure.codes)
    else:
        # A mart holds codes as the list spells them; tidying five million again is not free.
        value = f"subject.{measure.column}"
        present, codes = f"{value} is not null", texts(measure.codes)
    return _pair(check, f"({measure.where}) and {present}", f"{value} in ({codes})")


def _filler(check: Check, filler: str, column: str) -> Pair:
    scope = filled(column)
    return Pair(
        check.id,
        column,
        f"count(*) filter (where {scope})",
        f"count(*) filter (where {tidy(column)} = {text(filler.upper())})",
    )


def _group_pair(check: Check, measure: GroupShare) -> Pair:
    counted = "*" if measure.count_distinct is None else f"distinct {measure.count_distinct}"
    scope = f"({measure.where})"
    if measure.leave_out:
        scope += f" and subject.{measure.group} not in ({texts(measure.leave_out)})"
    return Pair(
        check.id,
        "all",
        f"count({counted}) filter (where {scope})",
        f"count({counted}) filter (where {scope} and ({measure.flag}))",
    )


def _year_on_year(check: Check, measure: AgainstLastYear) -> Pair:
    before = _between(measure, "quarter_start_before", "quarter_end_before")
    return Pair(
        check.id,
        "all",
        f"count(*) filter (where {before})",
        f"count(*) filter (where {_between(measure, 'quarter_start', 'quarter_end')})",
    )


def _then_and_now(check: Check, measure: Drift) -> list[Pair]:
    now = _between(measure, "quarter_start", "quarter_end")
    before = _between(measure, "quarter_start_before", "quarter_start")
    return [_pair(check, now, measure.flag, NOW), _pair(check, before, measure.flag, BEFORE)]


def _between(measure: AgainstLastYear | Drift, start: str, end: str) -> str:
    """Return the condition of a span of days, which the prologue works out."""
    column = f"subject.{measure.date_column}"
    return f"({measure.where}) and {column} >= as_of_dates.{start} and {column} < as_of_dates.{end}"
