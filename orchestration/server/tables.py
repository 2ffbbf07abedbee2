"""Tables of DuckDB as tables of PostgreSQL: their shape, their meaning and their rows.

Belongs here: reading DuckDB, and the statements and files that carry it over. Does not belong
here: the server (``load``) or who may read (``grants``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier, literal
from orchestration.server.errors import ServerError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
# Quoted text is never null to PostgreSQL, so the words for null and for nothing stay apart.
NULL = "\\N"
_COLUMNS = """
select c.column_name, c.data_type, c.comment
from duckdb_columns() as c
where c.database_name = current_database() and c.schema_name = $1 and c.table_name = $2
order by c.column_index
"""
_TABLES = """
select table_name as name, comment from duckdb_tables()
where database_name = current_database() and schema_name = $1
union all
select view_name, comment from duckdb_views()
where database_name = current_database() and schema_name = $1
order by name
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, its type in PostgreSQL and what it means."""

    name: str
    kind: str
    meaning: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table to carry over."""

    name: str
    meaning: str | None
    columns: tuple[Column, ...]

    def has(self, column: str) -> bool:
        """Whether it has a column of this name."""
        return any(each.name == column for each in self.columns)


def read_tables(connection: "DuckDBPyConnection", schema: str) -> list[Table]:
    """Return the tables and views of a schema, by name.

    Raises:
        ServerError: A column has a type that has no counterpart.
    """
    found = connection.execute(_TABLES, [schema]).fetchall()
    return [
        Table(name, meaning, tuple(_columns(connection, schema, name))) for name, meaning in found
    ]


def make_table(target: str, table: Table) -> Iterator[str]:
    """Yield the statements that make an empty table and say what it means."""
    place = f"{identifier(target)}.{identifier(table.name)}"
    columns = ", ".join(f"{identifier(each.name)} {each.kind}" for each in table.columns)
    yield f"create table {place} ({columns})"
    if table.meaning:
        yield f"comment on table {place} is {literal(table.meaning)}"
    for each in table.columns:
        if each.meaning:
            yield f"comment on column {place}.{identifier(each.name)} is {literal(each.meaning)}"


def write_rows(connection: "DuckDBPyConnection", schema: str, table: Table, path: Path) -> int:
    """Write the rows as PostgreSQL reads them; return how many."""
    written = connection.execute(
        f"copy {identifier(schema)}.{identifier(table.name)} to {literal(str(path))}"
        f" (format csv, header false, nullstr {literal(NULL)}, force_quote *)"
    ).fetchone()
    return int(written[0]) if written else 0


def copy_statement(target: str, table: Table) -> str:
    """Return the statement that takes those rows in."""
    columns = ", ".join(identifier(each.name) for each in table.columns)
    return (
        f"copy {identifier(target)}.{identifier(table.name)} ({columns}) from stdin"
        f" with (format csv, null {literal(NULL)})"
    )


def _columns(connection: "DuckDBPyConnection", schema: str, table: str) -> Iterator[Column]:
    for name, kind, meaning in connection.execute(_COLUMNS, [schema, table]).fetchall():
        if kind not in _TYPES:
            raise ServerError(
                f"{schema}.{table}.{name} is {kind}, which no server takes; cast it in its model"
            )
        yield Column(name, _TYPES[kind], meaning)
