"""Keep results in the warehouse, where dbt and the digest read them.

Belongs here: the tables of the schema ``quality``, and when its views are made.
Does not belong here: making a result, or what one says of a figure (``figures``). Every run
replaces the results of the assets it looked at in ``check_results``, and adds them to
``check_history``, from which nothing is ever taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields

import duckdb

from expectations.figures import figure_views
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
    is_blocking boolean not null,
    is_shadow boolean not null,
    dimension varchar not null,
    cell varchar not null,
    sentence varchar not null,
    what_to_do varchar not null,
    owner varchar not null,
    completeness double,
    indicators varchar not null,
    breakdown varchar,
    run_id varchar not null,
    measured_at timestamptz not null
);
create table if not exists quality.check_history (
    run_id varchar not null,
    measured_at timestamptz not null,
    check_id varchar not null,
    asset varchar not null,
    authority_code varchar not null,
    slice varchar not null,
    outcome varchar not null,
    severity varchar not null,
    is_blocking boolean not null,
    is_shadow boolean not null,
    unit varchar not null,
    public_value double
);
"""
# A check, its asset, authority and slice are what an incident is known by: neither a time nor a
# value is part of it. The value is the one that may leave the restricted tier.
_REMEMBER = """
insert into quality.check_history by name
select
    run_id, measured_at, check_id, asset, authority_code, slice, outcome, severity, is_blocking,
    is_shadow, unit, value as public_value
from quality.public_check_results as results
where
    ($assets is null or list_contains($assets, asset))
    and not exists (
        select 1 from quality.check_history as known
        where known.run_id = results.run_id and known.check_id = results.check_id
    )
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
        end as value,
        case
            when completeness is not null and not is_small
                then round(100.0 * rounded_k / rounded_n, 1)
        end as completeness
    )
from marked
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
    for view in figure_views():
        con.execute(view)


def replace_results(
    con: duckdb.DuckDBPyConnection, assets: Collection[str] | None, results: Sequence[CheckResult]
) -> None:
    """Put the results of ``assets`` (of all when ``None``) in place of those of an earlier run."""
    ensure_schema(con)
    names = [field.name for field in fields(CheckResult)]
    columns = {name: [_cell(getattr(result, name)) for result in results] for name in names}
    con.begin()
    try:
        con.execute(
            "delete from quality.check_results "
            "where $assets is null or list_contains($assets, asset)",
            {"assets": None if assets is None else sorted(assets)},
        )
        if results:
            # One statement: row by row, storing costs more than judging.
            unnested = ", ".join(f"unnest(${name}) as {name}" for name in names)
            con.execute(f"insert into quality.check_results by name select {unnested}", columns)
        con.execute(_REMEMBER, {"assets": None if assets is None else sorted(assets)})
    except duckdb.Error:
        con.rollback()
        raise
    con.commit()


def read_history(con: duckdb.DuckDBPyConnection) -> dict[str, list[str | None]]:
    """Return the history as columns of text, to carry it into another warehouse; or nothing."""
    there = con.execute(
        "select count(*) from duckdb_tables() "
        "where schema_name = 'quality' and table_name = 'check_history'"
    ).fetchone()
    if not there or not there[0]:
        return {}
    found = con.execute("select cast(columns(*) as varchar) from quality.check_history")
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(names)} if rows else {}


def restore_history(con: duckdb.DuckDBPyConnection, columns: dict[str, list[str | None]]) -> None:
    """Put a history that was read elsewhere into this warehouse."""
    ensure_schema(con)
    unnested = ", ".join(f"unnest($history_{name}) as {name}" for name in columns)
    con.execute(
        f"insert into quality.check_history by name select {unnested}",
        {f"history_{name}": values for name, values in columns.items()},
    )


def _cell(value: object) -> object:
    if isinstance(value, Outcome):
        return value.value
    return ",".join(value) if isinstance(value, tuple) else value
