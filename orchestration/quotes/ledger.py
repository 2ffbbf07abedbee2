"""The file of quotes: redacted words, what reviewers decided, and which releases held them.

SQLite, apart from the warehouse, as the incidents are: a person's check cannot be made again from
landed files. Belongs here: opening the file and its rows. Does not belong here: who may be quoted.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.private_ledger import open_private_ledger

LEDGER_NAME = "quotes.sqlite3"
APPROVED, REFUSED = "approved", "refused"
_SCHEMA = Path(__file__).with_name("schema.sql")


class QuoteLedgerError(RuntimeError):
    """The file of quotes cannot be used."""


@dataclass(frozen=True, slots=True)
class Review:
    """The last thing that somebody decided about a quote."""

    text_hash: str
    decision: str
    reviewer: str
    decided_at: str
    text: str


def ledger_path(home: Path) -> Path:
    """Where the file of a home folder is."""
    return home / LEDGER_NAME


@contextmanager
def open_ledger(home: Path) -> Iterator[sqlite3.Connection]:
    """Connect to the file, making it first if need be; what the block does is done whole or not.

    Raises:
        QuoteLedgerError: The file is damaged, or another process holds it.
    """
    with open_private_ledger(ledger_path(home), _SCHEMA, QuoteLedgerError) as connection:
        yield connection


def quote_id_of(ledger: sqlite3.Connection, authority: str, expression: str) -> str:
    """Return the id of the quote of some words, drawing it at the first asking."""
    found = ledger.execute(
        "select quote_id from quotes where authority_code = ? and expression_id = ?",
        (authority, expression),
    ).fetchone()
    if found:
        return str(found[0])
    drawn = f"Q-{secrets.token_hex(5).upper()}"
    ledger.execute("insert into quotes values (?, ?, ?)", (drawn, authority, expression))
    return drawn


def stored_text(ledger: sqlite3.Connection, quote_id: str, text_hash: str) -> str | None:
    """Return the redacted words of one state, or none where it is new."""
    found = ledger.execute(
        "select redacted from texts where quote_id = ? and text_hash = ?", (quote_id, text_hash)
    ).fetchone()
    return str(found[0]) if found else None


def store_text(
    ledger: sqlite3.Connection, quote_id: str, text_hash: str, redacted: str, rules: str
) -> None:
    """Keep the redacted words of one state; older states nobody needs any more go."""
    ledger.execute("delete from texts where quote_id = ?", (quote_id,))
    ledger.execute("insert into texts values (?, ?, ?, ?)", (text_hash, quote_id, redacted, rules))


def last_review(ledger: sqlite3.Connection, quote_id: str) -> Review | None:
    """Return what was decided last about a quote."""
    found = ledger.execute(
        "select text_hash, decision, reviewer, decided_at, coalesce(text, '') from reviews"
        " left join final_texts using (review_id)"
        " where quote_id = ? order by review_id desc limit 1",
        (quote_id,),
    ).fetchone()
    return Review(*found) if found else None


def add_review(
    ledger: sqlite3.Connection,
    quote_id: str,
    text_hash: str,
    decision: str,
    reviewer: str,
    text: str,
) -> None:
    """Record a decision, and the words as they may be read where it was a yes."""
    cursor = ledger.execute(
        "insert into reviews (quote_id, text_hash, decided_at, reviewer, decision)"
        " values (?, ?, ?, ?, ?)",
        (quote_id, text_hash, datetime.now(UTC).isoformat(timespec="seconds"), reviewer, decision),
    )
    if decision == APPROVED:
        ledger.execute("insert into final_texts values (?, ?)", (cursor.lastrowid, text))


def record_release(
    ledger: sqlite3.Connection,
    release_id: str,
    released_at: datetime,
    quotes: Mapping[str, date | None],
) -> None:
    """Record which quotes a release held, and the first day without permission for each."""
    moment = released_at.astimezone(UTC).isoformat(timespec="seconds")
    ledger.executemany(
        "insert or ignore into releases values (?, ?, ?)",
        [(release_id, quote_id, moment) for quote_id in quotes],
    )
    ledger.executemany(
        "insert or ignore into ends values (?, ?, ?)",
        [(release_id, quote_id, day.isoformat()) for quote_id, day in quotes.items() if day],
    )


def count_ended(home: Path, day: date) -> int:
    """Count permissions that ended after they were used; nothing is opened where there is none.

    A night with nothing new makes a release all the same when this number has changed.
    """
    if not ledger_path(home).is_file():
        return 0
    with open_ledger(home) as ledger:
        (count,) = ledger.execute(
            "select count(*) from ends where ends_on <= ?", (day.isoformat(),)
        ).fetchone()
        return int(count)


def releases_of(ledger: sqlite3.Connection, quote_id: str) -> tuple[str, ...]:
    """Return the releases that held a quote, the latest first."""
    found = ledger.execute(
        "select release_id from releases where quote_id = ? order by released_at desc", (quote_id,)
    )
    return tuple(str(release) for (release,) in found)
