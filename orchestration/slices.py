"""Build the rows of a few authorities beside the warehouse, then put them in place.

A slice is a second warehouse file: its raw tables are views on the whole one, restricted to the
authorities in question, its models are the same. dbt builds and tests it like any warehouse,
at the cost of those authorities alone, and one transaction puts the rows in place of the old
ones. Until then the whole stays as it was, so a slice that fails or dies leaves nothing torn.

Belongs here: making a slice, and putting its rows in place.
Does not belong here: which authorities (``orchestration.authority_builds``), or building.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.builds import Name, delivered_tables
from orchestration.hardening import connect
from orchestration.ingestion.files import scratch_folder
from orchestration.ingestion.sql import identifier, literal
from orchestration.ingestion.warehouse import WAREHOUSE_NAME, transaction

# A view knows its tables by the name of the database, which is the name of the file.
WAREHOUSE = Path(WAREHOUSE_NAME).stem
_FOLDER = Path("tmp") / "slice"
AUTHORITY = "authority_code"
DELIVERY = "_delivery_number"
# What comes from deliveries and is not built by dbt; the rest of it is code lists.
_DELIVERED = frozenset({"ledger", "quality"})


class ForeignRowsError(RuntimeError):
    """A slice holds rows that are none of its authorities'."""


def slice_folder(home: Path) -> AbstractContextManager[Path]:
    """Give a private folder for one slice, empty before and gone after."""
    return scratch_folder(home / _FOLDER)


def attach_whole(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Lay the whole warehouse beside a slice, to read."""
    connection.execute(f"attach if not exists {literal(path)} as whole (read_only)")


def cut_slice(
    home: Path, folder: Path, manifest: Mapping[str, Any], authorities: Sequence[str]
) -> None:
    """Make the slice's file: delivered rows and standing views, and each table without a row."""
    with connect(
        folder / WAREHOUSE_NAME,
        attached={"whole": home / WAREHOUSE_NAME},
        config={"temp_directory": str(folder)},
    ) as connection:
        # Views must be copied as they are kept: DuckDB does not always understand its own text
        # of one.
        connection.execute(f"copy from database whole to {WAREHOUSE} (schema)")
        built = set(delivered_tables(manifest))
        source = _restricted(connection, authorities)
        with transaction(connection):
            for table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'whole'"
            ).fetchall():
                if table not in built:
                    name = _name(table)
                    connection.execute(f"drop table {name}")
                    connection.execute(f"create view {name} as {source(table)}")


def put_in_place(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    manifest: Mapping[str, Any],
    authorities: Sequence[str],
    record: Callable[[duckdb.DuckDBPyConnection], None],
) -> None:
    """Replace the rows of the slice's authorities, in all tables or in none.

    Args:
        connection: A connection to the whole warehouse, to write.
        folder: Where the slice lies.
        manifest: dbt's manifest.
        authorities: Whose rows the slice holds.
        record: Called last in the same transaction.

    Raises:
        ForeignRowsError: The slice holds rows that belong to none of its authorities.
    """
    path = literal(str(folder / WAREHOUSE_NAME))
    connection.execute(f"attach {path} as slice (read_only)")
    try:
        with transaction(connection):
            for table in delivered_tables(manifest):
                name = _name(table)
                _require_own_rows(connection, name, authorities)
                connection.execute(
                    f"delete from {name} where {AUTHORITY} in ({_listed(authorities)})"
                )
                connection.execute(f"insert into {name} by name select * from slice.{name}")
            record(connection)
    finally:
        connection.execute("detach slice")


def _restricted(
    connection: duckdb.DuckDBPyConnection, authorities: Sequence[str]
) -> Callable[[Name], str]:
    """Return what gives the query for the slice's rows of a table that dbt does not build."""
    columns: dict[str, set[Name]] = {AUTHORITY: set(), DELIVERY: set()}
    for column, schema, table in connection.execute(
        "select column_name, schema_name, table_name from duckdb_columns()"
        " where database_name = 'whole' and column_name in (?, ?)",
        [AUTHORITY, DELIVERY],
    ).fetchall():
        columns[column].add((schema, table))
    numbers = connection.execute(
        "select distinct delivery_number from whole.ledger.deliveries"
        f" where {AUTHORITY} in ({_listed(authorities)}) order by delivery_number"
    ).fetchall()
    ours = ", ".join(str(number) for (number,) in numbers) or "null"

    def source(table: Name) -> str:
        rows = f"select * from whole.{_name(table)}"
        if table in columns[DELIVERY] and table[0] == "raw":
            return f"{rows} where {DELIVERY} in ({ours})"
        if table in columns[AUTHORITY] and table[0] in _DELIVERED:
            return f"{rows} where {AUTHORITY} in ({_listed(authorities)})"
        return rows

    return source


def _require_own_rows(
    connection: duckdb.DuckDBPyConnection, name: str, authorities: Sequence[str]
) -> None:
    found = connection.execute(
        f"select count(*) from slice.{name}"
        f" where {AUTHORITY} is null or {AUTHORITY} not in ({_listed(authorities)})"
    ).fetchone()
    if found is None or found[0]:
        raise ForeignRowsError(
            f"{name} holds rows of authorities that nobody delivered anew; `heard run --force`"
            " builds everything from the start"
        )


def _name(table: Name) -> str:
    return ".".join(map(identifier, table))


def _listed(authorities: Sequence[str]) -> str:
    return ", ".join(map(literal, authorities)) or "null"
