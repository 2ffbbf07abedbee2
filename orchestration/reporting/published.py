"""Open the published database and read it as rows with names.

Belongs here: how every reader here reaches the published tables.
Does not belong here: what to make of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.hardening import connect
from orchestration.reporting.release import DATABASE, PARQUET, SCHEMA

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = Mapping[str, Any]


class NotPublishedError(FileNotFoundError):
    """Nothing was ever published in this home folder."""


def database_path(home: Path) -> Path:
    """Return where the published database is."""
    return home / SCHEMA / DATABASE


def parquet_path(home: Path) -> Path:
    """Return where the published Parquet files are."""
    return home / SCHEMA / PARQUET


@contextmanager
def open_published(home: Path) -> Iterator["DuckDBPyConnection"]:
    """Open the published database read-only, as a BI tool would."""
    path = database_path(home)
    if not path.is_file():
        raise NotPublishedError(f"nothing is published in {home}; run `heard run` first")
    with connect(path, read_only=True) as connection:
        yield connection


def rows(
    connection: "DuckDBPyConnection",
    sql: str,
    parameters: Sequence[object] | Mapping[str, object] = (),
) -> list[Row]:
    """Return the rows of a query as dictionaries."""
    given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
    cursor = connection.execute(sql, given)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def has_table(connection: "DuckDBPyConnection", name: str) -> bool:
    """Say whether the release has a table; older releases lack the newer ones."""
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?",
        [SCHEMA, name],
    ).fetchone()
    return bool(found and found[0])


def has_column(connection: "DuckDBPyConnection", table: str, column: str) -> bool:
    """Say whether a release has a table with a column; older ones lack the newer."""
    (found,) = rows(
        connection,
        "select count(*) as n from duckdb_columns()"
        " where schema_name = 'published' and table_name = ? and column_name = ?",
        [table, column],
    )
    return bool(found["n"])
