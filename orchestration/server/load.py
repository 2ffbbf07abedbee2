"""Put a release on the server: all of it in one transaction, or nothing of it.

Tables are made and filled under other names, get their rights and their policies there, and take
the place of the old ones as the last step. Whoever reads meanwhile reads the old release; if we
die, the server forgets what we had begun.

Belongs here: the transaction. Does not belong here: the statements (``tables``, ``grants``).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.hardening import connect
from orchestration.ingestion.files import scratch_folder
from orchestration.ingestion.sql import identifier, literal
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting.published import NotPublishedError, database_path
from orchestration.server.address import Address, open_server
from orchestration.server.declared import MARTS, PUBLISHED, Grants
from orchestration.server.errors import ServerError
from orchestration.server.grants import AUTHORITY, table_grants
from orchestration.server.matrix import OWNER
from orchestration.server.proof import require_rights
from orchestration.server.tables import copy_statement, make_table, read_tables, write_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SCRATCH = Path("tmp") / "server"
# Held until the end of the transaction, so that two of us cannot mix.
_LOCK = 0x4845415244
# A reader that keeps a table in use holds up the exchange, and behind it every other reader.
_LOCK_WAIT = "30s"
_SERVED = (
    f"select obj_description(n.oid, 'pg_namespace') from pg_namespace as n"
    f" where n.nspname = {literal(PUBLISHED)}"
)
_REASONS = {
    "42501": "a right is missing: run `heard server setup` again as the administrator",
    "42704": "a role is missing: run `heard server setup` as the administrator",
    "22023": "a role is missing: run `heard server setup` as the administrator",
    "3F000": "a schema is missing: run `heard server setup` as the administrator",
    "2BP01": "somebody's view stands on our tables: drop it, or put it in the reporting tool",
    "55P03": "a reader kept a table in use for 30 seconds: run it again",
    "53100": "the server's disk is full",
}


@dataclass(frozen=True, slots=True)
class Served:
    """What is on the server now.

    Attributes:
        release_id: The release.
        is_new: Whether this call put it there.
        rows: Rows of each table, by schema and name; empty when nothing was new.
    """

    release_id: str
    is_new: bool
    rows: dict[str, int]


def serve(
    home: Path, address: Address, grants: Grants, with_marts: bool, force: bool = False
) -> Served:
    """Make the server hold the published release, and the marts if they are wanted.

    Marts have no release: they are those of the last build, so they are loaded each time.

    Args:
        home: The home folder; nobody else may be at work in it.
        address: The server.
        grants: Who may read each table.
        with_marts: Whether analysts read child-level rows there; if not, there are none.
        force: Load also what is there already.

    Raises:
        NotPublishedError: Nothing is published.
        ServerError: The server refused; it still has what it had.
    """
    path = database_path(home)
    if not path.is_file():
        raise NotPublishedError(
            f"nothing is published in {home}; run `heard run` first, or, where a release was"
            " withdrawn, `heard server withdraw`"
        )
    with scratch_folder(home / _SCRATCH) as scratch, _transaction(address) as server:
        with connect(path, read_only=True, folders=[scratch]) as published:
            ((release_id,),) = published.execute(
                "select release_id from published.release"
            ).fetchall()
            mark = f"{release_id}{' with marts' if with_marts else ''}"
            if not (with_marts or force) and _ask(server, _SERVED) == [[mark]]:
                return Served(release_id, False, {})
            rows = _fill(server, published, PUBLISHED, scratch, grants)
        if with_marts:
            with open_warehouse(home, read_only=True, reach=[str(_SCRATCH)]) as warehouse:
                rows |= _fill(server, warehouse, MARTS, scratch, grants)
        for schema in (PUBLISHED, MARTS):
            _put_in_place(server, schema, is_wanted=schema == PUBLISHED or with_marts)
        require_rights(server, [tuple(name.split(".", 1)) for name in rows], grants)
        _tell(server, [f"comment on schema {PUBLISHED} is {literal(mark)}"])
    return Served(release_id, True, rows)


def take_down(address: Address) -> bool:
    """Leave readers of the server nothing; return whether there was something.

    Raises:
        ServerError: The server refused; it still has what it had.
    """
    with _transaction(address) as server:
        held = bool(_ask(server, _SERVED))
        for schema in (PUBLISHED, MARTS):
            _put_in_place(server, schema, is_wanted=False)
    return held


def _fill(
    server: Any,
    connection: "DuckDBPyConnection",
    schema: str,
    scratch: Path,
    grants: Grants,
) -> dict[str, int]:
    """Make a schema under another name; return the rows of each of its tables."""
    target = _draft(schema)
    tables = read_tables(connection, schema)
    _tell(server, [f"create schema {identifier(target)}"])
    counted = {}
    for table in tables:
        _tell(server, make_table(target, table))
        path = scratch / f"{table.name}.csv"
        written = write_rows(connection, schema, table, path)
        with path.open("rb") as rows:
            taken = server.execute_unnamed(copy_statement(target, table), stream=rows).row_count
        path.unlink()
        if taken != written:
            raise ServerError(
                f"of {written} rows of {schema}.{table.name} the server took {taken}; it keeps what"
                " it had"
            )
        counted[f"{schema}.{table.name}"] = taken
    named = [(table.name, table.has(AUTHORITY)) for table in tables]
    _tell(server, table_grants(schema, target, named, grants))
    return counted


def _put_in_place(server: Any, schema: str, is_wanted: bool) -> None:
    """Let the draft take the old schema's name; only our own tables go."""
    old = _ask(
        server,
        f"select tablename from pg_tables where schemaname = {literal(schema)} order by tablename",
    )
    if old:
        names = ", ".join(f"{identifier(schema)}.{identifier(name)}" for (name,) in old)
        # Without "cascade": what others built on them is theirs to take down.
        _tell(server, [f"drop table {names}"])
    _tell(server, [f"drop schema if exists {identifier(schema)}"])
    if is_wanted:
        draft = identifier(_draft(schema))
        _tell(server, [f"alter schema {draft} rename to {identifier(schema)}"])


@contextmanager
def _transaction(address: Address) -> Iterator[Any]:
    server = open_server(address)
    # Loaded by now: the connection is its own.
    from pg8000.exceptions import DatabaseError, InterfaceError

    try:
        _tell(
            server,
            [
                "begin",
                f"set local role {OWNER}",
                f"set local lock_timeout = '{_LOCK_WAIT}'",
                "set local datestyle = 'iso, ymd'",
                "set local timezone = 'UTC'",
                f"select pg_advisory_xact_lock({_LOCK})",
            ],
        )
        yield server
        _tell(server, ["commit"])
    except (DatabaseError, InterfaceError, OSError) as error:
        told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        # The server's own message may quote a row; its code cannot.
        code = str(told.get("C") or type(error).__name__)
        reason = _REASONS.get(code, "its log says no more, because it could quote a row")
        raise ServerError(
            f"{address.place} refused ({code}): {reason}; it keeps what it had"
        ) from None
    finally:
        _close(server)


def _close(server: Any) -> None:
    """Leave; what was not committed is forgotten."""
    from pg8000.exceptions import InterfaceError

    with suppress(InterfaceError, OSError):
        server.close()


def _tell(server: Any, statements: Iterable[str]) -> None:
    told = ";\n".join(statements)
    if told:
        server.execute_simple(told)


def _ask(server: Any, query: str) -> Sequence[list[Any]]:
    rows: Sequence[list[Any]] = server.execute_unnamed(query).rows
    return rows


def _draft(schema: str) -> str:
    return f"{schema}_next"
