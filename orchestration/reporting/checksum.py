"""One checksum of what a warehouse says, whatever order it was written in.

Two warehouses made from the same deliveries by the same code and versions have the same one. It
is for comparing, not for keeping: another version of DuckDB hashes otherwise.

Belongs here: hashing tables. Does not belong here: what a difference means.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMAS = ("raw", "marts")
# When we did something is no part of what was delivered.
_TECHNICAL_TIMES = frozenset({"first_seen_at", "built_at", "measured_at", "released_at"})
# Sums of floating-point numbers differ in their last digits with the order of their parts.
_DIGITS = 9
_FLOATING = ("DOUBLE", "FLOAT")


def table_checksums(
    connection: "DuckDBPyConnection", schemas: Sequence[str] = SCHEMAS
) -> dict[str, str]:
    """Return a checksum for each table and view: its rows, each as often as it is there."""
    found: dict[tuple[str, str], list[str]] = {}
    listed = connection.execute(
        "select table_schema, table_name, column_name, data_type"
        " from information_schema.columns"
        " where table_catalog = current_database() and list_contains($1, table_schema)"
        " order by table_schema, table_name, column_name",
        [list(schemas)],
    ).fetchall()
    for schema, table, column, kind in listed:
        values = found.setdefault((schema, table), [])
        if column not in _TECHNICAL_TIMES:
            name = identifier(column)
            values.append(f"round({name}, {_DIGITS})" if kind in _FLOATING else name)
    return {
        f"{schema}.{table}": _checksum(connection, schema, table, values)
        for (schema, table), values in found.items()
    }


def warehouse_checksum(connection: "DuckDBPyConnection", schemas: Sequence[str] = SCHEMAS) -> str:
    """Return one checksum of the content of all tables of some schemas."""
    digest = hashlib.sha256()
    for name, checksum in sorted(table_checksums(connection, schemas).items()):
        digest.update(f"{name} {checksum}\n".encode())
    return digest.hexdigest()


def _checksum(
    connection: "DuckDBPyConnection", schema: str, table: str, values: Sequence[str]
) -> str:
    # A sum and not an exclusive or: two equal rows must not cancel out.
    row = connection.execute(
        f"select count(*), coalesce(sum(hash({', '.join(values)})::hugeint), 0)"
        f" from {identifier(schema)}.{identifier(table)}"
    ).fetchone()
    count, total = row or (0, 0)
    return f"{count}:{total:x}"
