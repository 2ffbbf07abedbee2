"""What a release goes without because of who reads it: the rules of its profile, on its draft.

The models protect each cell by itself; what cells say together is seen here. Every decision follows
from published numbers, so that what is missing says nothing that they did not.

Belongs here: the SQL of it. Does not belong here: protecting a count (dbt's models), or what an
attack asks for (``mending``).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MARKS = "protected_rows"
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
# The whole of feedback is told by its kinds alone.
_HANDFULS_OF_FEEDBACK = """
update {schema}.feedback as told set replied = null
where told.rowid in (
    select row_id
    from (
        select
            rowid as row_id,
            least(
                coalesce(sum(replied) filter (where voice_kind <> 'all') over period, 0),
                coalesce(sum(items - replied) filter (where voice_kind <> 'all') over period, 0)
            ) < {handful} as is_few
        from {schema}.feedback
        window period as (partition by authority_code, voice_owner, period_type, period_start)
    )
    where is_few
)
"""
# What is told of a stage and an owner is a part of what A1 tells of the stage.
_HANDFULS_OF_THREAD = """
update {schema}.voice_thread as thread set {nothing}, status = 'suppressed'
where thread.voice_kind = 'as_information' and exists (
    from {schema}.indicator_value as whole
    where
        whole.indicator_id = 'A1'
        and whole.breakdown = 'stage'
        and whole.breakdown_value = thread.stage
        and whole.authority_code = thread.authority_code
        and whole.period_type = thread.period_type
        and whole.period_start = thread.period_start
        and whole.status in ('shown', 'rate_withheld')
        and least(
            coalesce(whole.numerator, 0), coalesce(whole.denominator - whole.numerator, 0)
        ) < {handful}
)
"""
# One count under two names is withheld under both.
_TIED = """
create or replace temp table {marks} as
select
    told.rowid as row_id,
    bool_or(first.numerator is null) as no_numerator,
    told.exempt is not null and bool_or(first.exempt is null and ties.what = 'numerator')
        as no_exempt,
    bool_or(first.numerator is null and ties.what = 'denominator') as is_suppressed
from {schema}.indicator_value as told
inner join (select unnest($ties, recursive := true)) as ties
    on told.indicator_id = ties.second
inner join {schema}.indicator_value as first
    on
        ties.first = first.indicator_id
        and told.authority_code = first.authority_code
        and told.period_type = first.period_type
        and told.period_start = first.period_start
        and told.breakdown = first.breakdown
        and told.breakdown_value = first.breakdown_value
where
    first.status in ('shown', 'rate_withheld')
    and told.status in ('shown', 'rate_withheld')
group by told.rowid, told.exempt
having no_numerator or no_exempt
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
WITHHOLD = """
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
SUPPRESS = """
update {schema}.{relation} as told set {nothing}, status = 'suppressed'
from {marks} as marks
where told.rowid = marks.row_id and marks.is_suppressed
"""
_NUMBERS_OF = {
    "indicator_value": "numerator denominator exempt value lower upper completeness",
    "feedback": "items replied completeness",
    "voice_thread": "opportunities voiced own_words considered changed told themed unbroken"
    " completeness",
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


def set_to_nothing(relation: str) -> str:
    """What a row of a table says when it is suppressed, as SQL."""
    return ", ".join(f"{column} = null" for column in _NUMBERS_OF[relation].split())


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
    marks = {"schema": schema, "marks": MARKS, "handful": int(handful)}
    connection.execute(_HANDFULS.format(**marks))
    connection.execute(WITHHOLD.format(**marks))
    if "feedback" in tables:
        connection.execute(_HANDFULS_OF_FEEDBACK.format(**marks))
    if "voice_thread" in tables:
        nothing = set_to_nothing("voice_thread")
        connection.execute(_HANDFULS_OF_THREAD.format(nothing=nothing, **marks))


def withhold_mostly_hidden(connection: "DuckDBPyConnection", schema: str, share: float) -> None:
    """Hide a breakdown of a period whole where more than a share of its cells is hidden."""
    if share >= 1:
        return
    names = {"schema": schema, "marks": MARKS, "relation": "indicator_value"}
    connection.execute(_MOSTLY_HIDDEN.format(share=float(share), **names))
    connection.execute(SUPPRESS.format(nothing=set_to_nothing("indicator_value"), **names))


def withhold_ties(
    connection: "DuckDBPyConnection", schema: str, ties: Sequence[tuple[str, str, str]]
) -> None:
    """Leave out a count that another indicator leaves out under its own name."""
    named = [dict(zip(("first", "second", "what"), tie, strict=True)) for tie in ties]
    names = {"schema": schema, "marks": MARKS, "relation": "indicator_value"}
    connection.execute(_TIED.format(**names), {"ties": named})
    connection.execute(WITHHOLD.format(**names))
    connection.execute(SUPPRESS.format(nothing=set_to_nothing("indicator_value"), **names))


def withhold_gaps(connection: "DuckDBPyConnection", schema: str, handful: int) -> None:
    """Leave out the rates of groups whose counts are left out."""
    connection.execute(_GAPS.format(schema=schema, handful=int(handful)))
