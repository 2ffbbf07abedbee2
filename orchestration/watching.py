"""Keep the ledger of incidents and the outbox up to date: after checks, after a release, in time.

Belongs here: what belongs into one transaction. Does not belong here: the decisions
(``incidents``), who is told what (``alerts``), or sending, which is never part of a transaction.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.incidents.ledger import ledger_path, open_ledger, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.alerts.settings import AlertSettings
    from orchestration.incidents.rules import Upstream
    from orchestration.reporting.pack.write import ReadyPack


@dataclass(frozen=True, slots=True)
class Watch:
    """The ledger in a transaction, and what the installation wants told."""

    ledger: sqlite3.Connection
    settings: "AlertSettings"


def watch_checks(
    connection: "DuckDBPyConnection",
    home: Path,
    run_id: str,
    measured_at: datetime,
    upstream: "Callable[[], Upstream]",
) -> None:
    """Turn what the checks of a run said into events, and into messages where they are due.

    Args:
        connection: Connection to the warehouse, in which the results are stored.
        home: The home folder.
        run_id: The run that the checks ran in.
        measured_at: When they ran.
        upstream: Gives the lineage of assets; asked only when something is wrong.
    """
    from orchestration.incidents.events import note_arrivals
    from orchestration.incidents.observing import observe
    from orchestration.incidents.results import read_arrivals, read_evaluations

    evaluations = read_evaluations(connection, run_id)
    arrivals = read_arrivals(connection)
    with _watch(home, measured_at) as watch:
        note_arrivals(watch.ledger, arrivals)
        policy = watch.settings.policy
        observe(watch.ledger, policy, evaluations, run_id, measured_at, upstream)


def watch_attack(home: Path, is_held: bool, run_id: str) -> None:
    """Turn what the attack on a release said into an incident, or into the end of one."""
    from orchestration.incidents.observing import observe
    from orchestration.incidents.results import attack_evaluation

    now = datetime.now(UTC)
    found = attack_evaluation(is_held)
    with _watch(home, now) as watch:
        observe(watch.ledger, watch.settings.policy, [found], f"watch-attack-{run_id}", now, dict)


def watch_release(home: Path, release_id: str, released_at: datetime) -> None:
    """Record a release and whom to tell of it; a second time nothing happens."""
    from orchestration.alerts.outbox import write_release

    now = datetime.now(UTC)
    with _watch(home, now) as watch:
        write_release(watch.ledger, watch.settings, release_id, released_at, now)


def watch_packs(home: Path, packs: "Iterable[ReadyPack]") -> None:
    """Remember packs that are ready and whom to tell of them; a second time nothing happens."""
    from orchestration.alerts.packs import BoardPack, note_packs
    from orchestration.knowing import known_on

    if known_on(home) is not None:
        # What was known on a past day is no news.
        return
    ready = [
        BoardPack(
            release_id=pack.release_id,
            board=pack.board,
            authority_code=pack.authority_code,
            route=pack.route,
            title=pack.title,
            verdict=pack.verdict,
            place=str(Path(pack.folder).relative_to(home)),
        )
        for pack in packs
    ]
    now = datetime.now(UTC)
    with _watch(home, now) as watch:
        note_packs(watch.ledger, ready, now)


def are_noted(home: Path, release_id: str, board: str) -> bool:
    """Whether nothing is left to say of a board's packs of a release, now or when a route mends."""
    from orchestration.alerts.packs import is_noted
    from orchestration.knowing import known_on

    if known_on(home) is not None:
        return True
    if not ledger_path(home).is_file():
        return False
    with open_ledger(home) as ledger:
        return is_noted(ledger, release_id, board)


def watch_time(home: Path, now: datetime, nothing_new: bool = False) -> None:
    """Do what time alone makes due; nothing where no check ever ran.

    Args:
        home: The home folder.
        now: The moment.
        nothing_new: Whether a run looked just now and found nothing to do.
    """
    from orchestration.incidents.tending import note_nothing_new, tend

    if not ledger_path(home).is_file():
        return
    with _watch(home, now) as watch:
        if nothing_new:
            note_nothing_new(watch.ledger, now)
        routes = [route.name for route in watch.settings.routes]
        tend(watch.ledger, watch.settings.policy, now, routes)


@contextmanager
def _watch(home: Path, now: datetime) -> Iterator[Watch]:
    from orchestration.alerts.outbox import register_routes, write_messages
    from orchestration.alerts.packs import write_pack_messages
    from orchestration.alerts.settings import AlertSettings, AlertSettingsError, read_alert_settings

    try:
        settings = read_alert_settings(home)
    except AlertSettingsError:
        # `heard status` and `heard doctor` say so. What happens meanwhile is told when it is
        # mended: a route is told of everything that it was not told of yet.
        settings = AlertSettings()
    with open_ledger(home) as ledger, transaction(ledger):
        register_routes(ledger, settings, now)
        yield Watch(ledger, settings)
        write_messages(ledger, settings, now)
        write_pack_messages(ledger, settings, now)
