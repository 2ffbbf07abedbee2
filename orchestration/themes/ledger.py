"""The file of themes: what a model pointed at, what people decided, how well they agreed.

Belongs here: opening the file and its rows. Does not belong here: which words wait for whom
(``orchestration.themes.coding``), or any text: none is kept.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.private_ledger import open_private_ledger

LEDGER_NAME = "themes.sqlite3"
_SCHEMA = Path(__file__).with_name("schema.sql")
# Authority, kind of record, its id, and the hash of its words.
Subject = tuple[str, str, str, str]


class ThemeLedgerError(RuntimeError):
    """The file of themes cannot be used."""


def ledger_path(home: Path) -> Path:
    """Where the file of a home folder is."""
    return home / LEDGER_NAME


@contextmanager
def open_ledger(home: Path) -> Iterator[sqlite3.Connection]:
    """Connect to the file, making it first if need be; what the block does is done whole or not.

    Raises:
        ThemeLedgerError: The file is damaged, or another process holds it.
    """
    with open_private_ledger(ledger_path(home), _SCHEMA, ThemeLedgerError) as connection:
        yield connection


def item_ids(ledger: sqlite3.Connection, subjects: Iterable[Subject]) -> dict[Subject, str]:
    """Return the id of each item, drawing it at the first asking."""
    wanted = list(subjects)
    ledger.executemany(
        "insert or ignore into items values (?, ?, ?, ?, ?)",
        [(f"T-{secrets.token_hex(6).upper()}", *subject) for subject in wanted],
    )
    found = ledger.execute(
        "select authority_code, subject_kind, subject_id, text_hash, item_id from items"
    )
    ids = {tuple(row[:4]): str(row[4]) for row in found}
    return {subject: ids[subject] for subject in wanted}


def suggested(ledger: sqlite3.Connection, frame: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return what a model pointed at under a frame: codes with scores by item, the nearest first.

    An item of which no theme was near enough has none; an item without an entry was never asked.
    """
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    rows = ledger.execute(
        "select item_id, theme_code, score from suggestions where frame_version = ?"
        " order by item_id, suggested_at, place",
        (frame,),
    )
    for item, code, score in rows:
        found[item] = (*found.get(item, ()), (code, score)) if code else ()
    return found


def add_suggestions(
    ledger: sqlite3.Connection,
    item: str,
    frame: str,
    model: str,
    codes: Sequence[tuple[str, float]],
) -> None:
    """Keep what a model pointed at; that nothing was near enough is kept too."""
    moment = _now()
    rows = list(codes) or [("", 0.0)]
    ledger.execute("delete from suggestions where item_id = ? and frame_version = ?", (item, frame))
    ledger.executemany(
        "insert into suggestions values (?, ?, ?, ?, ?, ?, ?)",
        [
            (item, frame, model, place, code, score, moment)
            for place, (code, score) in enumerate(rows, start=1)
        ],
    )


def last_decisions(ledger: sqlite3.Connection) -> dict[tuple[str, int], sqlite3.Row]:
    """Return the last decision of each item and round."""
    ledger.row_factory = sqlite3.Row
    rows = ledger.execute(
        "select * from decisions where decision_id in"
        " (select max(decision_id) from decisions group by item_id, round)"
    ).fetchall()
    ledger.row_factory = None
    return {(row["item_id"], row["round"]): row for row in rows}


def add_decision(
    ledger: sqlite3.Connection,
    item: str,
    round_: int,
    frame: str,
    coder: str,
    is_suggestion_shown: bool,
    codes: Sequence[str],
) -> None:
    """Record the codes that a person gave."""
    ledger.execute(
        "insert into decisions (item_id, round, frame_version, coder, is_suggestion_shown,"
        " theme_codes, decided_at) values (?, ?, ?, ?, ?, ?, ?)",
        (item, round_, frame, coder, int(is_suggestion_shown), ";".join(codes), _now()),
    )


def forget(ledger: sqlite3.Connection, authority: str, subjects: Iterable[str]) -> int:
    """Delete which records the items were of, and what a model said of them; return how many.

    What is left of a decision is a code of an item that nobody can name any more.
    """
    deleted = ledger.executemany(
        "delete from items where authority_code = ? and subject_id = ?",
        [(authority, subject) for subject in subjects],
    )
    return deleted.rowcount


def keep_without_words(
    ledger: sqlite3.Connection, authority: str, changes: Iterable[tuple[str, str, str, str]]
) -> None:
    """Let items outlive their words: what people decided stays that of the record.

    Args:
        ledger: The file.
        authority: Whose words they were.
        changes: Of each record its id and the hash of its words, and both as they are now.
    """
    ledger.executemany(
        "update or replace items set subject_id = ?3, text_hash = ?4"
        " where authority_code = ?5 and subject_id = ?1 and text_hash = ?2",
        [(*change, authority) for change in changes],
    )


def known_items(ledger: sqlite3.Connection) -> set[Subject]:
    """Return what there is an item for."""
    return {
        (str(row[0]), str(row[1]), str(row[2]), str(row[3]))
        for row in ledger.execute(
            "select authority_code, subject_kind, subject_id, text_hash from items"
        )
    }


def leave_what_was_known(home: Path, moment: datetime) -> None:
    """Let the file of a copied home hold only what had been decided by a moment."""
    if not ledger_path(home).is_file():
        return
    then = moment.astimezone(UTC).isoformat(timespec="seconds")
    with open_ledger(home) as ledger:
        ledger.execute(
            "delete from items where item_id in"
            " (select item_id from decisions where round = 1 and decided_at > ?)",
            (then,),
        )
        ledger.execute("delete from agreement where measured_on > ?", (then[:10],))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
