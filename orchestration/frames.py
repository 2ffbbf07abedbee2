"""Lay the warehouse out without a row: all views, code lists and tables, for slices to fill.

dbt makes them in a file of its own as it makes anything, from deliveries of nobody. One
transaction then puts them in place of whatever an older version left.

Belongs here: making that file, and laying what is in it.
Does not belong here: rows that anybody delivered (``orchestration.slices``).
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.builds import Name, delivered_tables, relations
from orchestration.hardening import connect
from orchestration.ingestion.sql import identifier, literal
from orchestration.ingestion.warehouse import WAREHOUSE_NAME, transaction
from orchestration.slices import WAREHOUSE

_FRAME = "frame"


def cut_frame(home: Path, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Make the frame's file: the delivered tables of the whole, and not a row in them."""
    with connect(folder / WAREHOUSE_NAME, attached={"whole": home / WAREHOUSE_NAME}) as connection:
        connection.execute(f"copy from database whole to {WAREHOUSE} (schema)")
        _drop(connection, WAREHOUSE, relations(manifest))


def lay_frame(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Mapping[str, Any],
    record: Callable[[duckdb.DuckDBPyConnection], None],
) -> None:
    """Put all that dbt made in the frame in place of what it made before, or change nothing.

    Args:
        connection: A connection to the whole warehouse, to write.
        folder: Where the frame lies.
        manifest: dbt's manifest.
        record: Called last in the same transaction.
    """
    made = relations(manifest)
    empty = set(delivered_tables(manifest))
    connection.execute(f"attach {literal(str(folder / WAREHOUSE_NAME))} as {_FRAME}")
    try:
        tables, views = (_names(connection, _FRAME, kind) for kind in ("table", "view"))
        # What dbt did not make stands in the whole already, with its rows.
        _drop(connection, _FRAME, (tables | views) - made)
        with transaction(connection):
            _drop(connection, WAREHOUSE, made)
            # As they are kept: DuckDB does not always understand its own text of a view.
            connection.execute(f"copy from database {_FRAME} to {WAREHOUSE} (schema)")
            for table in sorted(tables & made - empty):
                connection.execute(f"insert into {_written(table)} from {_FRAME}.{_written(table)}")
            record(connection)
    finally:
        connection.execute(f"detach {_FRAME}")


def _drop(connection: duckdb.DuckDBPyConnection, database: str, names: Collection[Name]) -> None:
    for kind in ("view", "table"):
        for name in sorted(_names(connection, database, kind) & set(names)):
            connection.execute(f"drop {kind} {database}.{_written(name)}")


def _names(connection: duckdb.DuckDBPyConnection, database: str, kind: str) -> set[Name]:
    return set(
        connection.execute(
            f"select schema_name, {kind}_name from duckdb_{kind}s()"
            f" where database_name = {literal(database)} and not internal"
        ).fetchall()
    )


def _written(name: Name) -> str:
    return ".".join(map(identifier, name))
