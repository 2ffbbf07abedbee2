"""Write the SQL that measures the registry's checks: few statements, small aggregates.

Belongs here: SQL text made from registry rows.
Does not belong here: running it (``measure``) or thresholds (``rules``). Nothing written here
returns a value of a row; every column that comes out is a count, a group or a column name.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from expectations.registry.models import (
    AgainstLastYear,
    Check,
    CodeInList,
    DominantValue,
    Freshness,
    GroupShare,
    PlaceholderText,
    QuarantinedShare,
    Query,
    RowsThatBreak,
    RowsThatHold,
    SharePresent,
    UniqueKey,
    Volume,
)

CodesOf = Callable[[str], tuple[str, ...]]

# Which deliveries are true now, and which came before: the same order as staging uses.
_PROLOGUE = """
with delivered as (
    select
        *,
        case when extent = 'collection_year' then year(as_of + interval 9 month) else 0 end as scope
    from ledger.delivery_tables
),
in_scope as (
    select
        *,
        row_number() over (
            partition by authority_code, source, raw_table, scope
            order by as_of desc, delivered_at desc, delivery_id desc
        ) as recency
    from delivered
),
current_deliveries as (select * from in_scope where recency = 1),
by_age as (
    select
        *,
        row_number() over (
            partition by authority_code, source, raw_table
            order by as_of desc, delivered_at desc, delivery_id desc
        ) as age,
        count(*) over (partition by authority_code, source, raw_table) as deliveries
    from in_scope
    where extent <> 'collection_year' or recency = 1
),
as_of_dates as (
    select authority_code, max(as_of) as as_of from current_deliveries group by authority_code
)
"""
_PLACEHOLDER = re.compile(r"\{(previous:)?([a-z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class _Pair:
    """One aggregate: how many cases, how many found."""

    check_id: str
    slice: str
    n: str
    k: str


def statement(checks: Iterable[Check], codes_of: CodesOf, measured_on: str) -> str:
    """Return one SQL statement that measures every check given.

    Args:
        checks: The checks to measure.
        codes_of: Gives the accepted codes of a reference list, upper case.
        measured_on: ISO date of the run; freshness counts back from it.
    """
    together: dict[tuple[str, str], list[_Pair]] = defaultdict(list)
    selects: list[str] = []
    for check in checks:
        single = _single_select(check, measured_on)
        if single is not None:
            selects.append(single)
        else:
            together[_source(check)].extend(_pairs(check, codes_of))
    selects.extend(
        _combined_select(relation, slice_expression, pairs)
        for (relation, slice_expression), pairs in together.items()
    )
    return _PROLOGUE + "\nunion all\n".join(selects)


def expand(sql: str) -> str:
    """Replace ``{name}``, ``{previous:name}`` and ``{as_of}`` by the relations they stand for."""

    def relation(match: re.Match[str]) -> str:
        previous, name = match.groups()
        if name == "as_of":
            return "as_of_dates"
        return _deliveries_of(name, "by_age where age = 2" if previous else None)

    return _PLACEHOLDER.sub(relation, sql)


def _deliveries_of(table: str, which: str | None = None) -> str:
    deliveries = f"{which} and" if which else "current_deliveries where"
    return (
        f"(select delivered.*, known.authority_code as _authority_code from raw.{table} as "
        f"delivered inner join (select delivery_number, authority_code from {deliveries} "
        f"raw_table = '{table}') as known on delivered._delivery_number = known.delivery_number)"
    )


def _source(check: Check) -> tuple[str, str]:
    """Return the relation to aggregate and the expression to group by; equal ones share a scan."""
    measure = check.measure
    joins = expand(measure.joins) if isinstance(measure, RowsThatHold | RowsThatBreak) else ""
    if check.tier == "raw":
        rows = f"{_deliveries_of(check.relation)} as subject"
        authority = "subject._authority_code"
    else:
        rows = (
            f"marts.{check.relation} as subject "
            "inner join as_of_dates on subject.authority_code = as_of_dates.authority_code"
        )
        authority = "subject.authority_code"
    group = f"subject.{measure.group}" if isinstance(measure, GroupShare) else ""
    return f"{authority} from {rows} {joins}", group


def _combined_select(relation: str, group: str, pairs: list[_Pair]) -> str:
    authority, rows = relation.split(" from ", 1)
    measures = ",\n".join(
        f"{{'check_id': '{pair.check_id}', 'slice': {_text(pair.slice)}, "
        f"'n': {pair.n}, 'k': {pair.k}}}"
        for pair in pairs
    )
    value = f"coalesce(cast({group} as varchar), 'unknown')" if group else "cast(null as varchar)"
    return (
        "select measure.check_id, authority_code, coalesce(group_value, measure.slice) as slice, "
        "measure.n, measure.k from ("
        f"select {authority} as authority_code, {value} as group_value, "
        f"unnest([{measures}]) as measure from {rows} group by all)"
        " where group_value is null or measure.n > 0"
    )


def _pairs(check: Check, codes_of: CodesOf) -> list[_Pair]:
    measure = check.measure
    match measure:
        case SharePresent():
            filled = _filled(measure.column)
            if measure.missing:
                filled += f" and {_tidy(measure.column)} not in ({_texts(measure.missing)})"
            return [_pair(check, measure.where, filled)]
        case CodeInList():
            scope = f"({measure.where}) and {_filled(measure.column)}"
            codes = _texts(codes_of(measure.list))
            return [_pair(check, scope, f"{_tidy(measure.column)} in ({codes})")]
        case RowsThatHold():
            return [_pair(check, measure.where, measure.holds)]
        case RowsThatBreak():
            return [_pair(check, measure.where, measure.breaks)]
        case UniqueKey():
            return [_repeats(check, measure)]
        case DominantValue():
            return [_commonest(check, measure.where, column) for column in measure.columns]
        case PlaceholderText():
            return [_filler(check, measure.text, column) for column in measure.columns]
        case GroupShare():
            return [_group_pair(check, measure)]
        case AgainstLastYear():
            return [_year_on_year(check, measure)]
        case _:
            raise AssertionError(f"{check.id}: no SQL for {measure.kind}; write it in compile.py")


def _pair(check: Check, scope: str, found: str) -> _Pair:
    return _Pair(
        check.id,
        "all",
        f"count(*) filter (where {scope})",
        f"count(*) filter (where ({scope}) and ({found}))",
    )


def _repeats(check: Check, measure: UniqueKey) -> _Pair:
    # A yearly return repeats a child each year, so a key holds within one delivery.
    columns = ", ".join(measure.columns)
    prefix = "_delivery_number, " if check.tier == "raw" else ""
    return _Pair(check.id, "all", "count(*)", f"count(*) - count(distinct row({prefix}{columns}))")


def _commonest(check: Check, where: str, column: str) -> _Pair:
    chosen = f"filter (where ({where}) and {_filled(column)})"
    commonest = f"coalesce(list_max(map_values(histogram(subject.{column}) {chosen})), 0)"
    return _Pair(check.id, column, f"count(*) {chosen}", f"cast({commonest} as bigint)")


def _filler(check: Check, text: str, column: str) -> _Pair:
    filled = _filled(column)
    return _Pair(
        check.id,
        column,
        f"count(*) filter (where {filled})",
        f"count(*) filter (where {_tidy(column)} = {_text(text.upper())})",
    )


def _group_pair(check: Check, measure: GroupShare) -> _Pair:
    counted = "*" if measure.count_distinct is None else f"distinct {measure.count_distinct}"
    scope = f"({measure.where})"
    if measure.leave_out:
        scope += f" and subject.{measure.group} not in ({_texts(measure.leave_out)})"
    return _Pair(
        check.id,
        "all",
        f"count({counted}) filter (where {scope})",
        f"count({counted}) filter (where {scope} and ({measure.flag}))",
    )


def _year_on_year(check: Check, measure: AgainstLastYear) -> _Pair:
    # The last complete quarter: the one before the quarter that tomorrow belongs to.
    end = "date_trunc('quarter', as_of_dates.as_of + interval 1 day)"
    column = f"subject.{measure.date_column}"

    def within(months: int) -> str:
        return (
            f"({measure.where}) and {column} >= {end} - interval {months + 3} month "
            f"and {column} < {end} - interval {months} month"
        )

    return _Pair(
        check.id,
        "all",
        f"count(*) filter (where {within(12)})",
        f"count(*) filter (where {within(0)})",
    )


def _single_select(check: Check, measured_on: str) -> str | None:
    """Return the statement of a measure that shares no scan, or nothing."""
    measure = check.measure
    this = f"raw_table = '{check.relation}'"
    named = f"select '{check.id}' as check_id, authority_code"
    match measure:
        case Query():
            return f"{named}, slice, n, k from ({expand(measure.sql)})"
        case Volume():
            return (
                f"{named}, 'all' as slice, "
                "coalesce(sum(rows_in) filter (where age = 2), 0)::bigint as n, "
                # A source's first delivery has nothing before it to be held against.
                "coalesce(sum(rows_in) filter (where age = 1 and deliveries > 1), 0)::bigint as k "
                f"from by_age where {this} group by all"
            )
        case QuarantinedShare():
            return (
                f"{named}, 'all' as slice, coalesce(sum(rows_in), 0)::bigint as n, "
                "coalesce(sum(rows_quarantined), 0)::bigint as k "
                f"from current_deliveries where {this} group by all"
            )
        case Freshness():
            return (
                f"{named}, 'all' as slice, 1::bigint as n, "
                f"date_diff('day', max(as_of), date '{measured_on}')::bigint as k "
                f"from current_deliveries where {this} group by all"
            )
        case _:
            return None


def _filled(column: str) -> str:
    return f"{_tidy(column)} <> ''"


def _tidy(column: str) -> str:
    return f"coalesce(upper(trim(cast(subject.{column} as varchar))), '')"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in values)
