"""The last hand on a release before it is published: what its profile and the attack withhold.

The models protect each cell by itself. What cells say together is seen here, on the draft of the
release: a handful is not split, and what an attack finds is mended. Every decision follows from
published numbers, so that what is missing says nothing that they did not.

Belongs here: the SQL of it. Does not belong here: protecting a count (dbt's models) or the attack
(``orchestration.releases.guard``).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestration.disclosure.figures import CELLS
from orchestration.ingestion.sql import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MARKS = "protected_rows"
# Words about a figure are of today also where the figure is that of an earlier release.
_OF_TODAY = ("release_id", "quality", "quality_caveat")
_HANDFULS = """
create or replace temp table {marks} as
select
    row_id,
    numerator is not null and (is_part_of_few or is_quarter_of_few) as no_numerator,
    exempt is not null and (is_exempt_part_of_few or is_exempt_quarter_of_few) as no_exempt
from (
    select
        rowid as row_id,
        numerator,
        exempt,
        breakdown <> 'all' and least(
            coalesce(max(numerator) filter (where breakdown = 'all') over period, 0),
            coalesce(max(denominator - numerator) filter (where breakdown = 'all') over period, 0)
        ) < {handful} as is_part_of_few,
        breakdown <> 'all'
        and coalesce(max(exempt) filter (where breakdown = 'all') over period, 0) < {handful}
            as is_exempt_part_of_few,
        period_type = 'quarter' and count(*) filter (where is_year) over cell > 0 and least(
            coalesce(max(numerator) filter (where is_year) over cell, 0),
            coalesce(max(denominator - numerator) filter (where is_year) over cell, 0)
        ) < {handful} as is_quarter_of_few,
        period_type = 'quarter' and count(*) filter (where is_year) over cell > 0
        and coalesce(max(exempt) filter (where is_year) over cell, 0) < {handful}
            as is_exempt_quarter_of_few
    from (
        select rowid, *, period_type = 'rolling_12_months' as is_year from {schema}.indicator_value
    )
    window
        period as (partition by authority_code, indicator_id, period_type, period_start),
        cell as (
            partition by authority_code, indicator_id, breakdown, breakdown_value, period_end
        )
)
where no_numerator or no_exempt
"""
_HANDFULS_OF_FEEDBACK = """
update {schema}.feedback as told set replied = null
where told.rowid in (
    select row_id
    from (
        select
            rowid as row_id,
            source <> 'all' or voice_kind <> 'all' or theme_code <> 'all' as is_part,
            least(
                coalesce(max(replied) filter (where not is_part) over period, 0),
                coalesce(max(items - replied) filter (where not is_part) over period, 0)
            ) < {handful} as is_few
        from (
            select rowid, *,
                source <> 'all' or voice_kind <> 'all' or theme_code <> 'all' as is_part
            from {schema}.feedback
        )
        window period as (partition by authority_code, voice_owner, period_type, period_start)
    )
    where is_part and is_few
)
"""
_MOSTLY_HIDDEN = """
create or replace temp table {marks} as
select row_id, true as is_suppressed
from (
    select
        rowid as row_id,
        status,
        breakdown <> 'all'
        and count(*) filter (where status = 'suppressed') over breakdown_of_period
        > {share} * count(*) filter (
            where status in ('shown', 'rate_withheld', 'suppressed')
        ) over breakdown_of_period as is_mostly_hidden
    from {schema}.indicator_value
    window breakdown_of_period as (
        partition by authority_code, indicator_id, breakdown, period_type, period_start
    )
)
where is_mostly_hidden and status in ('shown', 'rate_withheld')
"""
_WITHHOLD = """
update {schema}.indicator_value as told set
    numerator = case when marks.no_numerator then null else told.numerator end,
    exempt = case when marks.no_exempt then null else told.exempt end,
    value = case when marks.no_numerator then null else told.value end,
    lower = case when marks.no_numerator then null else told.lower end,
    upper = case when marks.no_numerator then null else told.upper end,
    completeness = case when marks.no_numerator then null else told.completeness end,
    status = case when marks.no_numerator then 'rate_withheld' else told.status end
from {marks} as marks
where told.rowid = marks.row_id
"""
_SUPPRESS = """
update {schema}.{relation} as told set {nothing}, status = 'suppressed'
from {marks} as marks
where told.rowid = marks.row_id and marks.is_suppressed
"""
_MATCHED = {
    "indicator_value": """
        told.indicator_id = cells.figure and told.breakdown = cells.breakdown
        and told.breakdown_value = cells.breakdown_value""",
    "feedback": """
        told.voice_owner = cells.figure
        and case
            when told.source <> 'all' then 'source|' || told.source
            when told.voice_kind <> 'all' then 'voice_kind|' || told.voice_kind
            when told.theme_code <> 'all' then 'theme|' || told.theme_code
            else 'all|all'
        end = cells.breakdown || '|' || cells.breakdown_value""",
}
_MARKED = """
create or replace temp table {marks} as
select
    told.rowid as row_id,
    mended.what in ('numerator', 'suppressed') as no_numerator,
    mended.what in ('exempt', 'suppressed') as no_exempt,
    mended.what = 'suppressed' and told.status in ('shown', 'rate_withheld') as is_suppressed
from {schema}.{relation} as told
inner join {cells} as cells
    on
        cells.relation = '{relation}'
        and told.authority_code = cells.authority_code
        and told.period_type = cells.period_type
        and told.period_start = cells.period_start
        and {matched}
inner join mended_cells as mended on cells.cell_no = mended.cell_no
where mended.what <> 'kept' and told.status in ('shown', 'rate_withheld')
"""
_NOTHING_OF = {
    "indicator_value": "numerator denominator exempt value lower upper completeness",
    "feedback": "items replied completeness",
}
# A rate of a group must not bring back what the counts of its own window withhold.
_GAPS = """
update {schema}.equity_gap as gap set
    group_rate = null,
    rest_rate = null,
    completeness = null,
    status = 'rate_withheld'
where gap.status = 'shown' and exists (
    from {schema}.indicator_value as told
    where
        told.authority_code = gap.authority_code
        and told.indicator_id = gap.indicator_id
        and told.period_end = gap.period_end
        and (gap.window_used = 'quarter') = (told.period_type = 'quarter')
        and (
            (
                gap.window_used <> '24_months'
                and told.breakdown = gap.breakdown
                and told.breakdown_value = gap.breakdown_value
                and told.numerator is null
                and told.status in ('rate_withheld', 'suppressed')
            )
            or (
                told.breakdown = 'all'
                and least(
                    coalesce(told.numerator, 0), coalesce(told.denominator - told.numerator, 0)
                ) < {handful}
            )
        )
)
"""


def withhold_handfuls(
    connection: "DuckDBPyConnection", schema: str, handful: int, tables: Mapping[str, object]
) -> None:
    """Leave out the counts that would split a handful: of a whole over its parts, or of a year.

    Args:
        connection: A connection that sees the draft.
        schema: The draft's schema, with its database.
        handful: A protected count below this is a handful; nothing is left out where it is 0.
        tables: Which tables the draft has.
    """
    if not handful:
        return
    marks = {"schema": schema, "marks": _MARKS, "handful": int(handful)}
    connection.execute(_HANDFULS.format(**marks))
    connection.execute(_WITHHOLD.format(**marks))
    if "feedback" in tables:
        connection.execute(_HANDFULS_OF_FEEDBACK.format(**marks))


def withhold_mostly_hidden(connection: "DuckDBPyConnection", schema: str, share: float) -> None:
    """Hide a breakdown of a period whole where more than a share of its cells is hidden."""
    if share >= 1:
        return
    names = {"schema": schema, "marks": _MARKS, "relation": "indicator_value"}
    connection.execute(_MOSTLY_HIDDEN.format(share=float(share), **names))
    nothing = ", ".join(f"{column} = null" for column in _NOTHING_OF["indicator_value"].split())
    connection.execute(_SUPPRESS.format(nothing=nothing, **names))


def withhold_gaps(connection: "DuckDBPyConnection", schema: str, handful: int) -> None:
    """Leave out the rates of groups whose counts are left out."""
    connection.execute(_GAPS.format(schema=schema, handful=int(handful)))


def mend(
    connection: "DuckDBPyConnection", schema: str, before: str | None, marks: Mapping[int, str]
) -> None:
    """Do to the draft what the attack on it asked for.

    Args:
        connection: A connection that sees the draft, and the cells that were attacked.
        schema: The draft's schema, with its database.
        before: The schema of the release before, if there is one.
        marks: What is to be done, by the number of the attacked cell.
    """
    if not marks:
        return
    connection.execute("create or replace temp table mended_cells (cell_no bigint, what varchar)")
    connection.execute(
        "insert into mended_cells select unnest(?), unnest(?)", [list(marks), list(marks.values())]
    )
    for relation in dict.fromkeys(("indicator_value", "feedback")):
        _mend_one(connection, schema, before, relation)


def _mend_one(
    connection: "DuckDBPyConnection", schema: str, before: str | None, relation: str
) -> None:
    asked = connection.execute(
        f"select mended.what, count(*) from mended_cells as mended join {CELLS} as cells"
        " using (cell_no) where cells.relation = ? group by all",
        [relation],
    ).fetchall()
    kinds = {str(what) for what, _ in asked}
    names = {"schema": schema, "relation": relation, "marks": _MARKS, "cells": CELLS}
    if kinds - {"kept"}:
        matched = _MATCHED[relation]
        connection.execute(_MARKED.format(matched=matched, **names))
        if relation == "indicator_value":
            connection.execute(_WITHHOLD.format(**names))
        else:
            connection.execute(
                f"update {schema}.feedback as told set replied = null from {_MARKS} as marks"
                " where told.rowid = marks.row_id and marks.no_numerator"
            )
        nothing = ", ".join(f"{column} = null" for column in _NOTHING_OF[relation].split())
        connection.execute(_SUPPRESS.format(nothing=nothing, **names))
    if before is not None and "kept" in kinds:
        _put_back(connection, schema, before, relation)


def _put_back(connection: "DuckDBPyConnection", schema: str, before: str, relation: str) -> None:
    """The rows of a period as they were released before; the words of today stay beside them."""
    columns = [
        str(name)
        for (name,) in connection.execute(
            f"select column_name from (describe {before}.{identifier(relation)})"
        ).fetchall()
        if name not in _OF_TODAY
    ]
    same: tuple[str, ...]
    key = "told.authority_code = old.authority_code and told.period_type = old.period_type"
    key += " and told.period_start = old.period_start"
    if relation == "indicator_value":
        same = ("indicator_id", "breakdown", "breakdown_value")
        figure = "told.indicator_id"
    else:
        same = ("voice_owner", "source", "voice_kind", "theme_code")
        figure = "told.voice_owner"
    key += "".join(f" and told.{column} = old.{column}" for column in same)
    listed = ", ".join(f"{identifier(column)} = old.{identifier(column)}" for column in columns)
    connection.execute(
        f"update {schema}.{relation} as told set {listed} from {before}.{relation} as old"
        f" where {key} and exists (from {CELLS} as cells join mended_cells as mended"
        f" using (cell_no) where mended.what = 'kept' and cells.relation = '{relation}'"
        f" and cells.authority_code = told.authority_code and cells.figure = {figure}"
        " and cells.period_type = told.period_type and cells.period_start = told.period_start)"
    )
