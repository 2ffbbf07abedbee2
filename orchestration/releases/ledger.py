"""The file that holds who decided what about a release: append-only, chained by hashes.

SQLite and apart from the warehouse, as the ledger of incidents: what people decided cannot be made
again from landed files. Belongs here: the file and its chain. Does not belong here: which event
may follow which (``states``).
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.files import PRIVATE_FILE, PRIVATE_FOLDER

LEDGER_NAME = "releases.sqlite3"
_SCHEMA = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS = 30.0
_FIRST = "0" * 64


class ReleaseLedgerError(RuntimeError):
    """The ledger of releases cannot be used, or was changed."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a release."""

    event_id: int
    release_id: str
    kind: str
    happened_at: str
    actor: str
    detail: Mapping[str, Any]
    hash: str


@contextmanager
def open_ledger(home: Path) -> Iterator[sqlite3.Connection]:
    """Connect to the ledger, making it first if need be, in one transaction.

    Raises:
        ReleaseLedgerError: The file is damaged.
    """
    path = home / LEDGER_NAME
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    # SQLite makes files for everybody; this one exists before it does.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("pragma synchronous = full")
        connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        connection.execute("begin immediate")
        yield connection
        connection.execute("commit")
    except sqlite3.DatabaseError as error:
        raise ReleaseLedgerError(
            f"{path} cannot be used ({error}); put back a copy of it"
        ) from None
    finally:
        # What was not committed is not there.
        connection.close()


def append(
    ledger: sqlite3.Connection,
    release_id: str,
    kind: str,
    actor: str,
    detail: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Write down one event behind all others."""
    moment = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    last = ledger.execute(
        "select event_id, hash from release_events order by event_id desc limit 1"
    ).fetchone()
    number, previous = (last["event_id"] + 1, last["hash"]) if last else (1, _FIRST)
    told = json.dumps(detail or {}, sort_keys=True)
    ledger.execute(
        "insert into release_events values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, release_id, kind, moment, actor, told, previous),
            _hash(number, release_id, kind, moment, actor, told, previous),
        ),
    )


def read_events(ledger: sqlite3.Connection) -> list[Event]:
    """All events in their order.

    Raises:
        ReleaseLedgerError: An event is not as it was written, or one is missing between.
    """
    found, previous = [], _FIRST
    rows = ledger.execute("select * from release_events order by event_id").fetchall()
    for number, row in enumerate(rows, 1):
        *told, told_hash = tuple(row)
        is_next = row["event_id"] == number and row["previous_hash"] == previous
        if not is_next or _hash(*told) != told_hash:
            raise ReleaseLedgerError(
                f"entry {number} of {LEDGER_NAME} is not as it was written; somebody changed the"
                " record of releases: compare with a copy of it, and publish nothing until then"
            )
        previous = told_hash
        found.append(
            Event(
                *(row["event_id"], row["release_id"], row["kind"], row["happened_at"]),
                *(row["actor"], json.loads(row["detail"]), told_hash),
            )
        )
    return found


def _hash(*told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
