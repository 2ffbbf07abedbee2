"""Keep results in the warehouse, where dbt and the digest read them.

Belongs here: the tables and views of the schema ``quality``.
Does not belong here: making a result. Every run replaces the results of the assets it looked
at; history is the business of the releases.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields

import duckdb

from expectations.results import ROUNDING, SMALL_COUNT, CheckResult, Outcome

_TABLE = """
create schema if not exists quality;
create table if not exists quality.check_results (
    check_id varchar not null,
    name varchar not null,
    asset varchar not null,
    authority_code varchar not null,
    slice varchar not null,
    n bigint,
    k bigint,
    value double,
    threshold double,
    unit varchar not null,
    outcome varchar not null,
    severity varchar not null,
    dimension varchar not null,
    sentence varchar not null,
    what_to_do varchar not null,
    owner varchar not null,
    indicators varchar not null,
    breakdown varchar,
    run_id varchar not null,
    measured_at timestamptz not null
);
"""

# The same rule as CheckResult.public(); a test holds the two together.
_PUBLIC = f"""
create or replace view quality.public_check_results as
with marked as (
    select
        *,
        unit <> 'days' and (
            n is null or k is null or n < {SMALL_COUNT}
            or (k > 0 and k < {SMALL_COUNT}) or (n - k > 0 and n - k < {SMALL_COUNT})
        ) as is_small,
        {ROUNDING} * ((n + {ROUNDING // 2}) // {ROUNDING}) as rounded_n,
        {ROUNDING} * ((k + {ROUNDING // 2}) // {ROUNDING}) as rounded_k
    from quality.check_results
)
select
    * exclude (is_small, rounded_n, rounded_k) replace (
        case when unit = 'days' then n when not is_small then rounded_n end as n,
        case when unit = 'days' then k when not is_small then rounded_k end as k,
        case
            when unit = 'days' then value
            when unit = 'percent' and not is_small then round(100.0 * rounded_k / rounded_n, 1)
        end as value
    )
from marked
"""

_FITNESS = """
create or replace view quality.indicator_quality as
select authority_code, indicator_id, {quality}
from (
    select *, unnest(string_split(indicators, ',')) as indicator_id
    from quality.check_results
    where indicators <> ''
)
group by authority_code, indicator_id;
create or replace view quality.breakdown_quality as
select authority_code, indicator_id, breakdown, {breakdown_quality}
from (
    select *, unnest(string_split(indicators, ',')) as indicator_id
    from quality.check_results
    where indicators <> '' and breakdown is not null
)
group by authority_code, indicator_id, breakdown
"""


def ensure_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schema ``quality`` where it is missing, so that dbt's views can bind to it."""
    present = con.execute(
        "select column_name from duckdb_columns() "
        "where schema_name = 'quality' and table_name = 'check_results' order by column_index"
    ).fetchall()
    if present and [name for (name,) in present] != [field.name for field in fields(CheckResult)]:
        # The table of an older version; its results come back with the next run.
        con.execute("drop table quality.check_results")
    con.execute(_TABLE)
    con.execute(_PUBLIC)
    con.execute(
        _FITNESS.format(quality=_quality("breakdown is null"), breakdown_quality=_quality("true"))
    )


def replace_results(
    con: duckdb.DuckDBPyConnection, assets: Collection[str] | None, results: Sequence[CheckResult]
) -> None:
    """Put the results of ``assets`` (of all when ``None``) in place of those of an earlier run."""
    ensure_schema(con)
    names = [field.name for field in fields(CheckResult)]
    rows = [[_cell(getattr(result, name)) for name in names] for result in results]
    marks = ", ".join("?" for _ in names)
    con.begin()
    try:
        con.execute(
            "delete from quality.check_results "
            "where $assets is null or list_contains($assets, asset)",
            {"assets": None if assets is None else sorted(assets)},
        )
        if rows:
            con.executemany(
                f"insert into quality.check_results ({', '.join(names)}) values ({marks})", rows
            )
    except duckdb.Error:
        con.rollback()
        raise
    con.commit()


def _quality(applies: str) -> str:
    bad = "outcome in ('fail', 'error')"
    return (
        f"case when coalesce(bool_or(severity = 'stop' and {bad}) filter (where {applies}), false) "
        f"then 'unfit' "
        f"when coalesce(bool_or(severity = 'warn' and {bad}) filter (where {applies}), false) "
        "then 'watch' else 'ok' end as quality"
    )


def _cell(value: object) -> object:
    if isinstance(value, Outcome):
        return value.value
    return ",".join(value) if isinstance(value, tuple) else value
