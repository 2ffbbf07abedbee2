"""Empty the outbox: at least once, each message with its own key, later and later, then given up.

Belongs here: which message is due, the order of sending and marking, and what waits. Does not
belong here: what a message says (``wording``), or how it is sent (``sending``).

A message is marked after it was sent: killed between the two, it is sent again with the same key,
which the receiver can drop. Marked is a unique row, so that it is marked once, whoever marks it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.alerts.packs import FORMS
from orchestration.alerts.secrets import AlertAddressError, address
from orchestration.alerts.settings import AlertSettingsError, Route, read_alert_settings
from orchestration.files import PRIVATE_FILE
from orchestration.incidents.ledger import as_moment, as_text, ledger_path, open_ledger
from orchestration.incidents.tending import GIVE_UP_AFTER

LOCK_NAME = "alerts.lock"
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that nobody has received yet."""

    message_key: str
    route: str
    made_at: datetime
    tries: int
    last_try: datetime | None

    @property
    def is_dead(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.tries >= GIVE_UP_AFTER

    def is_due(self, now: datetime) -> bool:
        """Whether to try it now: each time after twice as long as before."""
        if self.last_try is None:
            return True
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (self.tries - 1))
        return not self.is_dead and now - self.last_try >= wait


@dataclass(frozen=True, slots=True)
class Drained:
    """What one look at the outbox did, and what kept it from more."""

    sent: int = 0
    failed: int = 0
    troubles: tuple[str, ...] = ()


_WAITING = """
select messages.message_key, route, made_at, count(tried_at) as tries, max(tried_at) as last_try
from messages
left join attempts using (message_key)
where message_key not in (
    select message_key from attempts where outcome in ('sent', 'dropped')
)
group by messages.message_key
order by messages.rowid
"""


def read_waiting(home: Path) -> tuple[Waiting, ...]:
    """Every message that was not sent yet, oldest first."""
    if not ledger_path(home).is_file():
        return ()
    with open_ledger(home) as ledger:
        return _waiting(ledger)


def drain(home: Path, now: datetime | None = None, anew: bool = False) -> Drained:
    """Send what is due.

    Args:
        home: The home folder.
        now: The moment; the clock's when left out.
        anew: Try everything that waits, also what was given up.
    """
    moment = now or datetime.now(UTC)
    if not ledger_path(home).is_file():
        return Drained()
    with open_ledger(home) as ledger:
        if not any(anew or message.is_due(moment) for message in _waiting(ledger)):
            return Drained()
        with _alone(home) as is_alone:
            # Whoever else is at it sends everything.
            return _send_all(home, ledger, moment, anew) if is_alone else Drained()


def _send_all(home: Path, ledger: sqlite3.Connection, now: datetime, anew: bool) -> Drained:
    try:
        routes = {route.name: route for route in read_alert_settings(home).routes}
    except AlertSettingsError as error:
        return Drained(troubles=(str(error),))
    sent = failed = 0
    troubles: dict[str, None] = {}
    for message in _waiting(ledger):
        if not (anew or message.is_due(now)):
            continue
        route = routes.get(message.route)
        if route is None:
            mark(ledger, message.message_key, "dropped", now)
            troubles[
                f"there is no route {message.route} any more; a message for it was dropped"
            ] = None
            continue
        was_sent, trouble = _send_one(home, ledger, route, message)
        mark(ledger, message.message_key, "sent" if was_sent else "failed", now)
        sent += was_sent
        failed += not was_sent
        if trouble:
            troubles[trouble] = None
    return Drained(sent, failed, tuple(troubles))


def _send_one(
    home: Path, ledger: sqlite3.Connection, route: Route, message: Waiting
) -> tuple[bool, str]:
    from orchestration.alerts.sending import (
        AlertAddressUnusableError,
        AlertLibraryMissingError,
        send,
    )

    title, body = ledger.execute(
        "select title, body from messages where message_key = ?", (message.message_key,)
    ).fetchone()
    files = _files(home, ledger, message)
    try:
        found = address(route.address, home)
        was_sent = send(route.address, found, title, body, message.message_key, files)
    except (AlertAddressError, AlertAddressUnusableError, AlertLibraryMissingError) as error:
        return False, str(error)
    return was_sent, "" if was_sent else f"route {route.name}: a message was not taken"


def _files(home: Path, ledger: sqlite3.Connection, message: Waiting) -> list[Path]:
    """What goes with a message: of each folder its best form; what was deleted is left out."""
    places = ledger.execute(
        "select place from message_files where message_key = ? order by place",
        (message.message_key,),
    )
    forms = ([home / place / form for form in FORMS] for (place,) in places)
    found = (next((path for path in paths if path.is_file()), None) for paths in forms)
    return [path for path in found if path is not None]


def mark(ledger: sqlite3.Connection, message_key: str, outcome: str, now: datetime) -> None:
    """Remember a try; a message that is marked as sent stays so."""
    ledger.execute(
        "insert into attempts values (?, ?, ?) on conflict do nothing",
        (message_key, as_text(now), outcome),
    )


def _waiting(ledger: sqlite3.Connection) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            row["message_key"],
            row["route"],
            as_moment(row["made_at"]),
            row["tries"],
            as_moment(row["last_try"]) if row["last_try"] else None,
        )
        for row in ledger.execute(_WAITING)
    )


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Say whether nobody else is sending; the lock ends with its process, however that ends."""
    descriptor = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
