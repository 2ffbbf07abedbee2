"""The words that all measuring SQL is made of: current deliveries, tidy values, literals.

Belongs here: text that several kinds of measure share.
Does not belong here: a kind of measure (``aggregates``, ``single``), or running anything.
"""

import re
from collections.abc import Iterable

# Which deliveries are true now, and which came before: the same order as staging uses.
PROLOGUE = """
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
known_to as (
    select
        authority_code,
        max(as_of) as as_of,
        -- The quarter before the one that tomorrow belongs to is the last complete one.
        date_trunc('quarter', max(as_of) + interval 1 day) as quarter_end
    from current_deliveries
    group by authority_code
),
-- Every day that a check counts from, once for each authority and not once for each row.
as_of_dates as (
    select
        authority_code,
        as_of,
        cast(as_of - interval 12 month as date) as year_ago,
        cast(quarter_end as date) as quarter_end,
        cast(quarter_end - interval 3 month as date) as quarter_start,
        cast(quarter_end - interval 12 month as date) as quarter_end_before,
        cast(quarter_end - interval 15 month as date) as quarter_start_before
    from known_to
)
"""
_PLACEHOLDER = re.compile(r"\{(previous:)?([a-z0-9_]+)\}")


def expand(sql: str) -> str:
    """Replace ``{name}``, ``{previous:name}`` and ``{as_of}`` by the relations they stand for."""

    def relation(match: re.Match[str]) -> str:
        previous, name = match.groups()
        if name == "as_of":
            return "as_of_dates"
        return previous_rows(name) if previous else current_rows(name)

    return _PLACEHOLDER.sub(relation, sql)


def current_rows(table: str) -> str:
    """Return the relation of a raw table's rows that are true now."""
    return _deliveries_of(table, "current_deliveries where")


def latest_rows(table: str) -> str:
    """Return the relation of a raw table's rows of the latest delivery alone.

    It differs from the current rows for a yearly return, of which every year is true.
    """
    return _deliveries_of(table, "by_age where age = 1 and")


def previous_rows(table: str) -> str:
    """Return the relation of a raw table's rows of the delivery before."""
    return _deliveries_of(table, "by_age where age = 2 and")


def _deliveries_of(table: str, deliveries: str) -> str:
    return (
        f"(select delivered.*, known.authority_code as _authority_code from raw.{table} as "
        f"delivered inner join (select delivery_number, authority_code from {deliveries} "
        f"raw_table = '{table}') as known on delivered._delivery_number = known.delivery_number)"
    )


def filled(column: str) -> str:
    """Return the condition that a column of the subject holds more than spaces."""
    return f"{tidy(column)} <> ''"


def tidy(column: str) -> str:
    """Return a column of the subject as text, upper case and without spaces around it."""
    return f"coalesce(upper(trim(cast(subject.{column} as varchar))), '')"


def text(value: str) -> str:
    """Return a literal."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Return literals with commas between."""
    return ", ".join(text(value) for value in values)
