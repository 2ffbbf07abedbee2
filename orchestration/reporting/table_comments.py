"""What the published tables and columns mean, as comments in their database.

Belongs here: the statements that carry descriptions over. Does not belong here: the descriptions,
which are dbt's, or the tables (``release``).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier, literal
from orchestration.reporting.release_files import SCHEMA

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RELEASE_ID_COMMENT = (
    "comment on column {table}.release_id"
    " is 'The release that this row belongs to; see published.release.'"
)
_RELEASE_WORDS = {
    "": "One row: the release itself, and from what it was made.",
    "released_at": "When it was made, UTC.",
    "heard_version": "Version of Heard that made it.",
    "inputs_hash": "Hash of everything that decided it: deliveries, code, settings, versions.",
    "authorities": "Authorities that had delivered.",
    "deliveries": "Deliveries that had arrived.",
    "latest_as_of": "Latest date on which any of their extracts is true.",
    "table_count": "Tables of the release, this one among them.",
    "record_entries": "Entries in the record of releases when this one was made.",
    "record_head": "Hash of the last of them: a record that lacks it was cut off or changed.",
    "row_count": "Rows of all its tables.",
}


def table_comments(connection: "DuckDBPyConnection", target: str, name: str) -> Iterator[str]:
    """Yield statements that carry a view's own description and those of its columns over."""
    here = "database_name = current_database() and schema_name = ?"
    tables = connection.execute(
        f"select comment from duckdb_views() where {here} and view_name = ?"
        f" union all select comment from duckdb_tables() where {here} and table_name = ?",
        [SCHEMA, name, SCHEMA, name],
    ).fetchall()
    for (comment,) in tables:
        if comment:
            yield f"comment on table {target}.{identifier(name)} is {literal(comment)}"
    columns = connection.execute(
        f"select column_name, comment from duckdb_columns() where {here} and table_name = ?"
        " and comment is not null order by column_index",
        [SCHEMA, name],
    ).fetchall()
    table = f"{target}.{identifier(name)}"
    for column, comment in columns:
        yield f"comment on column {table}.{identifier(column)} is {literal(comment)}"
    yield RELEASE_ID_COMMENT.format(table=table)


def release_comments(target: str) -> Iterator[str]:
    """Yield statements that say what the release table and its columns are."""
    table = f"{target}.release"
    for column, words in _RELEASE_WORDS.items():
        named = f"column {table}.{column}" if column else f"table {table}"
        yield f"comment on {named} is {literal(words)}"
    yield RELEASE_ID_COMMENT.format(table=table)
