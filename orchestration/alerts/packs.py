"""Tell a board that its pack is ready: one message for a release and a board, whoever asks again.

Belongs here: remembering packs that are complete, and choosing who is told of which. Does not
belong here: making a pack (``orchestration.reporting.pack``), when, or sending it.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.alerts import wording
from orchestration.alerts.outbox import message_key, put_message
from orchestration.alerts.settings import AlertSettings, Route
from orchestration.incidents.ledger import as_text

# Files to print and to circulate, the best first; a mail with more of them reaches nobody.
FORMS = ("pack.pdf", "pack.html")
MOST_FILES = wording.MOST_LINES

# A release that a newer one has replaced is no news any more.
_NEWEST = """
select *
from packs_ready
where release_id = (
    select newest.release_id
    from packs_ready as newest
    where newest.board = packs_ready.board
    order by newest.ready_at desc, newest.release_id desc
    limit 1
)
order by board, authority_code
"""


@dataclass(frozen=True, slots=True)
class BoardPack:
    """One pack, complete on the disk."""

    release_id: str
    board: str
    authority_code: str
    # Whom the board's settings name: a board of the alerts, or one route.
    route: str
    title: str
    verdict: str
    # The folder, from the home folder on.
    place: str


def note_packs(ledger: sqlite3.Connection, packs: Iterable[BoardPack], now: datetime) -> None:
    """Remember packs; a second time nothing happens. The caller holds the transaction."""
    ledger.executemany(
        "insert into packs_ready values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        [
            (
                pack.release_id,
                pack.board,
                pack.authority_code,
                pack.route,
                pack.title,
                pack.verdict,
                pack.place,
                as_text(now),
            )
            for pack in packs
        ],
    )


def is_noted(ledger: sqlite3.Connection, release_id: str, board: str) -> bool:
    """Whether a board's packs of a release are remembered."""
    found = ledger.execute(
        "select 1 from packs_ready where release_id = ? and board = ?", (release_id, board)
    ).fetchone()
    return found is not None


def write_pack_messages(ledger: sqlite3.Connection, settings: AlertSettings, now: datetime) -> None:
    """Write to every route what it was not told of yet. The caller holds the transaction."""
    wanted = [route for route in settings.routes if route.packs != "nothing"]
    if not wanted:
        return
    newest: dict[str, list[sqlite3.Row]] = {}
    for row in ledger.execute(_NEWEST):
        newest.setdefault(row["board"], []).append(row)
    since = {row["route"]: row["since"] for row in ledger.execute("select * from routes")}
    for route in wanted:
        for board, rows in newest.items():
            told = [row for row in rows if _is_for(route, row, since)]
            if told:
                _tell(ledger, route, board, told, now)


def _is_for(route: Route, row: sqlite3.Row, since: Mapping[str, str]) -> bool:
    return (
        row["route"] in (route.name, route.board)
        and (not route.authorities or row["authority_code"] in route.authorities)
        # A route that is new is not sent what was ready before it.
        and row["ready_at"] >= since[route.name]
    )


def _tell(
    ledger: sqlite3.Connection,
    route: Route,
    board: str,
    rows: Sequence[sqlite3.Row],
    now: datetime,
) -> None:
    release_id = rows[0]["release_id"]
    key = message_key(route.name, "packs", release_id, board)
    known = ledger.execute("select 1 from messages where message_key = ?", (key,)).fetchone()
    if known is not None:
        return
    are_sent = route.packs == "attached" and len(rows) <= MOST_FILES
    packs = [(row["authority_code"], row["verdict"], row["place"]) for row in rows]
    text = wording.packs(route.title, rows[0]["title"], release_id, packs, are_sent, key)
    places = [row["place"] for row in rows] if are_sent else []
    put_message(ledger, route, "packs", key, text, now, places=places)
