"""Which published figures a new release says differently, and since which deliveries.

A figure of a period that was over when it was published is one that a board may have acted on. If
the next release has another in its place, both stand in ``published.restated_figure``: what two
releases said in public, so nothing that was protected; but what the new release withholds is not
told as what the old one said. The list goes on from release to release
inside the published file itself, so that it is as whole as the release, and outlives a rebuild.

Belongs here: comparing the release that is public with the one about to be.
Does not belong here: exact numbers, groups of people (only figures for all children are compared,
so that no small group's change can be read from two releases), making the release, or telling of it
(``summary``).
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLE = "restated_figure"
COMPARED = "indicator_value"
_CELL = ("authority_code", "indicator_id", "period_type", "period_start")
_NEEDED = frozenset({*_CELL, "period_end", "breakdown", "value", "status", "as_of"})
_COLUMNS = {
    "release_id": "The release that this row belongs to; see published.release.",
    "authority_code": "Three-digit code of the local authority.",
    "indicator_id": "Indicator; see published.indicator.",
    "period_type": "month, quarter or year.",
    "period_start": "First day of the period.",
    "period_end": "Last day of the period; it was over when the figure was first published.",
    "published_in": "Release in which the figure stood before.",
    "was_status": "What that release said of it: shown, or why not.",
    "was_value": "The figure that it showed; not told where this release shows none.",
    "restated_in": "Release that says it differently.",
    "is_status": "What that one says of it; withdrawn where it holds the figure no more.",
    "is_value": "The figure that it shows.",
    "restated_on": "Day of that release, in UTC.",
    "since_deliveries": (
        "Deliveries of the authority that arrived between the two, as source and date; null where"
        " none did, so that the figure changed with Heard, its code lists or its settings."
    ),
}
_EMPTY = """
create table {target} (
    release_id varchar, authority_code varchar, indicator_id varchar, period_type varchar,
    period_start date, period_end date, published_in varchar, was_status varchar,
    was_value double, restated_in varchar, is_status varchar, is_value double, restated_on date,
    since_deliveries varchar
)
"""
# What a release withholds is not told as what an earlier one said: few readers have both.
_WITHHELD = "now.status in ('suppressed', 'rate_withheld')"
_CARRIED_ON = f"""
insert into {{target}} by name
select
    listed.* replace (
        $release_id as release_id,
        case when {_WITHHELD} then null else listed.was_value end as was_value,
        case when {_WITHHELD} then null else listed.is_value end as is_value
    )
from standing.published.restated_figure as listed
left join {{schema}}.indicator_value as now
    on
        listed.authority_code = now.authority_code
        and listed.indicator_id = now.indicator_id
        and listed.period_type = now.period_type
        and listed.period_start = now.period_start
        and now.breakdown = 'all'
"""
# What arrived is told by the ledger's own time; a file's own time may lie long before.
_COMPARE = """
insert into {target} by name
with arrived as (
    select
        authority_code,
        string_agg(source || ' ' || as_of, ', ' order by as_of, source) as deliveries
    from (
        select distinct authority_code, source, as_of
        from ledger.deliveries
        where first_seen_at > (select released_at from standing.published.release)
    )
    group by authority_code
),
before as (
    from standing.published.indicator_value
    -- A period that was still running is not restated when it goes on.
    where breakdown = 'all' and period_end <= as_of
),
now as (
    from {schema}.indicator_value
    where breakdown = 'all'
)
select
    $release_id as release_id,
    before.authority_code,
    before.indicator_id,
    before.period_type,
    before.period_start,
    before.period_end,
    before.release_id as published_in,
    before.status as was_status,
    case when {withheld} then null else before.value::double end as was_value,
    $release_id as restated_in,
    coalesce(now.status, 'withdrawn') as is_status,
    now.value::double as is_value,
    $released_on::date as restated_on,
    arrived.deliveries as since_deliveries
from before
left join now using (authority_code, indicator_id, period_type, period_start)
left join arrived on before.authority_code = arrived.authority_code
where before.value is distinct from now.value or before.status is distinct from now.status
"""


def write_restated(
    connection: "DuckDBPyConnection",
    standing: Path,
    schema: str,
    release_id: str,
    released_on: date,
) -> int | None:
    """Write the list into a release that is being made; return its length.

    Args:
        connection: Connection to the warehouse, with the draft attached.
        standing: The published database that this release will replace; it need not be there.
        schema: The draft's schema, with its database.
        release_id: The release that is being made.
        released_on: Its day.

    Returns:
        How many rows the list has, or nothing if the warehouse publishes no figures to compare.
    """
    here = _columns(connection, "current_database()")
    if not here >= _NEEDED:
        return None
    target = f"{schema}.{TABLE}"
    connection.execute(_EMPTY.format(target=target))
    if standing.is_file():
        connection.execute(f"attach {literal(str(standing))} as standing (read_only)")
        try:
            _compare(connection, schema, release_id, released_on)
        finally:
            connection.execute("detach standing")
    for column, meaning in _COLUMNS.items():
        connection.execute(f"comment on column {target}.{column} is {literal(meaning)}")
    connection.execute(
        f"comment on table {target} is"
        " 'Figures for all children of a period that was over, which a later release says"
        " differently.'"
    )
    counted = connection.execute(f"select count(*) from {target}").fetchone()
    return int(counted[0]) if counted else 0


def _compare(
    connection: "DuckDBPyConnection", schema: str, release_id: str, released_on: date
) -> None:
    target = f"{schema}.{TABLE}"
    database = literal("standing")
    listed = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'standing' and table_name = ?",
        [TABLE],
    ).fetchone()
    if listed and listed[0]:
        connection.execute(
            _CARRIED_ON.format(target=target, schema=schema), {"release_id": release_id}
        )
    if _columns(connection, database) >= _NEEDED:
        connection.execute(
            _COMPARE.format(target=target, schema=schema, withheld=_WITHHELD),
            {"release_id": release_id, "released_on": released_on},
        )


def _columns(connection: "DuckDBPyConnection", database: str) -> frozenset[str]:
    found = connection.execute(
        f"select column_name from duckdb_columns() where database_name = {database}"
        " and schema_name = 'published' and table_name = ?",
        [COMPARED],
    ).fetchall()
    return frozenset(str(name) for (name,) in found)
