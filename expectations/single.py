"""Measures that share no scan: deliveries against each other, and whole tables.

Belongs here: one select statement for each such kind.
Does not belong here: measures that look at rows of one table (``aggregates``).
"""

from expectations.registry.measures import (
    AttributeStability,
    Freshness,
    NotEmpty,
    QuarantinedShare,
    Query,
    Volume,
)
from expectations.registry.models import Check
from expectations.sql import expand, latest_rows, previous_rows, text, texts


def single_select(check: Check, measured_on: str) -> str | None:
    """Return the statement of a measure that shares no scan, or nothing.

    Args:
        check: The check to measure.
        measured_on: ISO date of the run; freshness counts back from it.
    """
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
        case AttributeStability():
            return f"{named}, slice, n, k from ({_compared(check, measure)})"
        case NotEmpty():
            return f"{named}, 'all' as slice, n, k from ({_present(check, measure)})"
        case _:
            return None


def _compared(check: Check, measure: AttributeStability) -> str:
    """Return what became of each person's value since the delivery before."""
    before = _values(previous_rows(check.relation), measure)
    latest = _values(latest_rows(check.relation), measure)
    unknown = texts(("", *map(str.upper, measure.unknown)))
    if measure.lost:
        # A person who left the extract took the value along; only one who is still there lost it.
        outcome = f"before.value as slice, count(*) filter (where latest.value in ({unknown})) as k"
        where = f"before.value not in ({unknown})"
    else:
        outcome = "'all' as slice, count(*) filter (where latest.value = before.value) as k"
        where = f"before.value not in ({unknown}) and latest.value not in ({unknown})"
    return (
        f"select latest.code as authority_code, count(*) as n, {outcome} from ({latest}) as latest "
        f"inner join ({before}) as before on latest.code = before.code "
        f"and latest.person = before.person where {where} group by all"
    )


def _values(relation: str, measure: AttributeStability) -> str:
    # Several rows for a person are one value: all of them, in order.
    value = f"coalesce(upper(trim(cast({measure.column} as varchar))), '')"
    return (
        f"select _authority_code as code, {measure.person} as person, "
        f"string_agg(distinct {value}, ',' order by {value}) as value from {relation} group by all"
    )


def _present(check: Check, measure: NotEmpty) -> str:
    return (
        "select delivered.authority_code, 1::bigint as n, "
        "(filled.authority_code is not null)::bigint as k from (select distinct authority_code "
        f"from current_deliveries where source = {text(measure.source)}) as delivered "
        f"left join (select distinct authority_code from {check.tier}.{check.relation} "
        f"where {measure.where}) as filled on delivered.authority_code = filled.authority_code"
    )
