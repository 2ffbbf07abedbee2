"""The draft of a release: the published views as tables, for the last hand to change.

Belongs here: where a draft lies while numbers are still taken out of it.
Does not belong here: what is taken out (``protecting``, ``mending``), or the files (``release``).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier, literal
from orchestration.reporting.release_files import SCHEMA

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MEMORY = ":memory:"
# Clients from DuckDB 1.2 on can open it; without this the newest format is written.
_STORAGE_VERSION = "v1.2.0"

# Given a connection that sees the draft, and the draft's schema.
LastHand = Callable[["DuckDBPyConnection", str], None]


@contextmanager
def attached(connection: "DuckDBPyConnection", name: str, place: str) -> Iterator[None]:
    """Have a database with an empty schema of ours beside the warehouse."""
    options = "" if place == _MEMORY else f" (storage_version {literal(_STORAGE_VERSION)})"
    connection.execute(f"attach {literal(place)} as {name}{options}")
    try:
        connection.execute(f"create schema {name}.{SCHEMA}")
        yield
    finally:
        connection.execute(f"detach {name}")


@contextmanager
def made_ready(
    connection: "DuckDBPyConnection",
    names: list[str],
    last_hand: "LastHand | None",
    release_id: str,
) -> Iterator[str]:
    """Copy the views, let the last hand change them, and tell the schema of the result.

    In memory, and not in the file of the release: a file of DuckDB keeps in free blocks what was
    overwritten, and the header of its last checkpoint but one opens them to any reader.
    """
    with attached(connection, "release_draft", _MEMORY):
        draft = f"release_draft.{SCHEMA}"
        for name in names:
            # Sorted, so that the same numbers make the same file whatever order they came in.
            connection.execute(
                f"create table {draft}.{identifier(name)} as"
                f" select {literal(release_id)} as release_id, *"
                f" from {SCHEMA}.{identifier(name)} order by all"
            )
        if last_hand is not None:
            last_hand(connection, draft)
        yield draft
