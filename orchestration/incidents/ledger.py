"""The file that holds incidents and the outbox, and transactions on it.

SQLite, apart from the warehouse: what people did about an incident cannot be made again from
landed files, so it must outlive a rebuild; a command must be able to write while a run holds the
warehouse; and an incident and the message about it are one transaction.

Belongs here: opening, creating and protecting the file. Does not belong here: what an event means.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from orchestration.files import PRIVATE_FILE, PRIVATE_FOLDER

LEDGER_NAME = "incidents.sqlite3"
_VERSION = 2
# A message must not be sent for an incident that a power cut takes back.
SYNCHRONOUS = "full"
_BUSY_SECONDS = 30.0
_SCHEMA = Path(__file__).with_name("schema.sql")
# By the version that a file has: what to do before, and after, the tables of today are made. SQLite
# cannot change what a column may hold, so the table of messages is made anew.
_MENDED = {
    1: "create table old_messages as select * from messages order by rowid; drop table messages;"
}
_REFILLED = {
    1: "insert into messages select * from old_messages order by rowid; drop table old_messages;"
}


class IncidentLedgerError(RuntimeError):
    """The ledger of incidents cannot be used."""


def ledger_path(home: Path) -> Path:
    """Where the ledger of a home folder is."""
    return home / LEDGER_NAME


@contextmanager
def open_ledger(home: Path) -> Iterator[sqlite3.Connection]:
    """Connect to the ledger, making it first if need be.

    Raises:
        IncidentLedgerError: The file is damaged or from a later version of Heard.
    """
    path = ledger_path(home)
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    # SQLite makes files for everybody; this one exists before it does.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        _prepare(connection, path)
        yield connection
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise IncidentLedgerError(f"another process is writing to {path}; try again") from None
        raise IncidentLedgerError(
            f"{path} cannot be used ({error}); put back a copy of it, or move it aside and Heard"
            " begins a new one"
        ) from None
    finally:
        connection.close()


@contextmanager
def transaction(ledger: sqlite3.Connection) -> Iterator[None]:
    """All of the block, or nothing of it; nobody else writes meanwhile."""
    ledger.execute("begin immediate")
    committed = False
    try:
        yield
        ledger.execute("commit")
        committed = True
    finally:
        if not committed:
            with suppress(sqlite3.OperationalError):
                ledger.execute("rollback")


def as_text(moment: datetime) -> str:
    """An aware moment as the ledger keeps it: UTC, and sorted by its letters."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def as_moment(text: str) -> datetime:
    """A moment that the ledger keeps."""
    return datetime.fromisoformat(text)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("pragma foreign_keys = on")

    connection.execute(f"pragma synchronous = {SYNCHRONOUS}")
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == _VERSION:
        return
    if version > _VERSION:
        raise IncidentLedgerError(
            f"{path} was written by a later version of Heard; use that version"
        )
    script = _SCHEMA.read_text(encoding="utf-8")
    # What refers to a table that is made anew is checked again when it is there.
    connection.execute("pragma foreign_keys = off")
    # One transaction: killed in the middle, the file is as it was.
    connection.executescript(
        f"begin immediate; {_MENDED.get(version, '')} {script}"
        f" {_REFILLED.get(version, '')} pragma user_version = {_VERSION}; commit;"
    )
    connection.execute("pragma foreign_keys = on")
