"""The ledger: what arrived, what became of it, and the raw tables it stands beside.

Belongs here: the tables that ingestion writes and the questions asked of them. Does not belong
here: the load itself. The ledger lies in the warehouse, so that one commit covers a row and the
record of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb

from orchestration.contracts import Contract, Table
from orchestration.ingestion.cells import SQL_TYPES
from orchestration.ingestion.local_clocks import CLOCK_TABLES
from orchestration.ingestion.london import DERIVED
from orchestration.ingestion.results import LandedDelivery, LandedFile, TableCounts
from orchestration.ingestion.sql import identifier
from orchestration.ingestion.warehouse import transaction
from orchestration.themes.tables import THEME_TABLES

TECHNICAL_COLUMNS: dict[str, str] = {
    # Which entry of `ledger.deliveries`, and of its `ledger.files`: whose row it is and where it
    # came from stand there once; as texts on every row they would cost more than the row.
    "_delivery_number": "ubigint",
    "_as_of": "date",
    "_file_number": "uinteger",
    "_row_number": "bigint",
    "_row_key": "uhugeint",
}

_COUNTS: dict[str, str] = {
    "rows_in": "bigint",
    "rows_loaded": "bigint",
    "rows_quarantined": "bigint",
    "rows_duplicate": "bigint",
}

_LEDGER: dict[str, dict[str, str]] = {
    "deliveries": {
        "delivery_id": "varchar",
        "delivery_number": "ubigint",
        "authority_code": "varchar",
        "source": "varchar",
        "as_of": "date",
        "delivered_at": "timestamp",
        "file_count": "bigint",
        "state": "varchar",
        "first_seen_at": "timestamp",
        "reading": "varchar",
    },
    "files": {
        "delivery_id": "varchar",
        "file_name": "varchar",
        "part": "varchar",
        "file_number": "uinteger",
        "sha256": "varchar",
        "bytes": "bigint",
        "raw_table": "varchar",
        "state": "varchar",
        "reason": "varchar",
        **_COUNTS,
        "rows_promised": "bigint",
        "rows_erased": "bigint",
    },
    "delivery_tables": {
        "delivery_id": "varchar",
        "delivery_number": "ubigint",
        "authority_code": "varchar",
        "source": "varchar",
        "as_of": "date",
        "delivered_at": "timestamp",
        "extent": "varchar",
        "raw_table": "varchar",
        **_COUNTS,
        "rows_erased": "bigint",
    },
    "quarantined_rows": {
        "delivery_id": "varchar",
        "authority_code": "varchar",
        "source": "varchar",
        "as_of": "date",
        "file_name": "varchar",
        "part": "varchar",
        "raw_table": "varchar",
        "row_number": "bigint",
        "column_name": "varchar",
        "rule": "varchar",
        "expected": "varchar",
    },
    "keys": {
        "key_id": "varchar",
        "first_used_at": "timestamp",
        "disclosure_key_id": "varchar",
    },
    **CLOCK_TABLES,
    **THEME_TABLES,
    "quotes_used": {
        "authority_code": "varchar",
        "expression_id": "varchar",
        "released_on": "date",
    },
    "drift": {
        "delivery_id": "varchar",
        "file_name": "varchar",
        "part": "varchar",
        "raw_table": "varchar",
        "column_name": "varchar",
        "kind": "varchar",
    },
    "not_mapped": {
        "delivery_id": "varchar",
        "authority_code": "varchar",
        "raw_table": "varchar",
        "column_name": "varchar",
        "answers": "bigint",
        "answers_not_mapped": "bigint",
        "spellings_not_mapped": "bigint",
        "commonest_counts": "bigint[]",
    },
}


def ensure_schema(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> None:
    """Create the ledger and an empty raw table for every contract table, where missing.

    A column that a contract gained since is added to its table, empty for the rows before.
    """
    wanted = {("ledger", name): columns for name, columns in _LEDGER.items()}
    for contract in contracts.values():
        for table in contract.tables:
            wanted["raw", contract.raw_table(table)] = raw_columns(table)
    present = _present_columns(con)
    with transaction(con):
        for schema in ("raw", "ledger"):
            con.execute(f"create schema if not exists {schema}")
        for (schema, name), columns in wanted.items():
            _ensure_table(con, schema, name, columns, present.get((schema, name)))


def _ensure_table(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    name: str,
    columns: dict[str, str],
    present: set[str] | None,
) -> None:
    target = f"{schema}.{identifier(name)}"
    if present is None:
        listed = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns.items())
        con.execute(f"create table {target} ({listed})")
        return
    for column, kind in columns.items():
        if column not in present:
            con.execute(f"alter table {target} add column {identifier(column)} {kind}")


def raw_columns(table: Table) -> dict[str, str]:
    """Columns and SQL types of a raw table.

    The code of an answer follows its text; what a time means by the clock follows the time.
    """
    loaded: dict[str, str] = {}
    for column in table.loaded_columns:
        loaded[column.name] = SQL_TYPES[column.type]
        if column.answers:
            loaded[f"{column.name}_code"] = "varchar"
        if column.type == "datetime":
            loaded |= {f"{column.name}{end}": kind for end, kind in DERIVED.items()}
    return loaded | TECHNICAL_COLUMNS


def delivery_number(delivery_id: str) -> int:
    """The id of a delivery as the number that its rows carry."""
    return int(delivery_id, 16)


def known_reading(con: duckdb.DuckDBPyConnection, delivery_id: str) -> str | None:
    """By which reading of its contract a delivery was judged; None if it is new."""
    found = con.execute(
        "select coalesce(reading, '') from ledger.deliveries where delivery_id = ?", [delivery_id]
    ).fetchone()
    return None if found is None else str(found[0])


def known_counts(con: duckdb.DuckDBPyConnection, delivery_id: str) -> tuple[TableCounts, ...]:
    """What a delivery that the ledger knows brought, table by table."""
    rows = con.execute(
        f"select raw_table, {', '.join(_COUNTS)}, coalesce(rows_erased, 0)"
        " from ledger.delivery_tables where delivery_id = ? order by raw_table",
        [delivery_id],
    ).fetchall()
    return tuple(TableCounts(*row) for row in rows)


def landed_deliveries(con: duckdb.DuckDBPyConnection) -> list[LandedDelivery]:
    """Every delivery that the ledger knows, with its landed files, in the order of their dates."""
    rows = con.execute(
        """
        select delivery_id, authority_code, source, as_of, delivered_at,
            list(
                {'name': file_name, 'sha256': sha256, 'size': bytes, 'rows': rows_promised}
                order by file_name
            )
        from ledger.deliveries
        inner join (
            select distinct delivery_id, file_name, sha256, bytes, rows_promised
            from ledger.files where sha256 is not null
        ) as files using (delivery_id)
        group by all
        order by as_of, delivered_at, delivery_id
        """
    ).fetchall()
    return [
        LandedDelivery(
            delivery_id,
            authority_code,
            source,
            as_of,
            delivered_at.replace(tzinfo=UTC),
            tuple(LandedFile(**file) for file in files),
        )
        for delivery_id, authority_code, source, as_of, delivered_at, files in rows
    ]


def forget(con: duckdb.DuckDBPyConnection, delivery_id: str, raw_tables: list[str]) -> None:
    """Remove all that an earlier reading of a delivery wrote; the new one follows at once."""
    if known_reading(con, delivery_id) is None:
        return
    for table in _LEDGER:
        if "delivery_id" in _LEDGER[table]:
            con.execute(f"delete from ledger.{table} where delivery_id = ?", [delivery_id])
    for raw_table in raw_tables:
        con.execute(
            f"delete from raw.{identifier(raw_table)} where _delivery_number = ?",
            [delivery_number(delivery_id)],
        )


def note_redelivery(con: duckdb.DuckDBPyConnection, landed: LandedDelivery) -> bool:
    """Remember the newest time at which the same bytes were delivered.

    A folder that went from one content to another and back must end as its last content, in
    whatever order the three were seen; the newest time of each content gives just that.

    Returns:
        Whether the time is newer than the one known so far.
    """
    parameters = {"id": landed.delivery_id, "at": as_warehouse_time(landed.delivered_at)}
    is_newer = con.execute(
        "select 1 from ledger.deliveries where delivery_id = $id and delivered_at < $at", parameters
    ).fetchone()
    if is_newer is None:
        return False
    for table in ("delivery_tables", "deliveries"):
        con.execute(
            f"update ledger.{table} set delivered_at = $at where delivery_id = $id", parameters
        )
    return True


def as_warehouse_time(moment: datetime) -> datetime:
    """An aware time as the warehouse keeps it: UTC, in a column without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _present_columns(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], set[str]]:
    present: dict[tuple[str, str], set[str]] = {}
    for schema, name, column in con.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('raw', 'ledger')"
    ).fetchall():
        present.setdefault((schema, name), set()).add(column)
    return present
