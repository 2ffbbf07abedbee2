"""Ninety days of checks with known episodes and random flaps, through the real ledger and outbox.

Belongs here: planting the episodes and counting what one route was told. Does not belong here: what
counts as good enough, which the tests say.
"""

import random
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.alerts.outbox import register_routes, write_messages
from orchestration.alerts.settings import AlertSettings, Route
from orchestration.incidents.actions import acknowledge
from orchestration.incidents.fold import State, read_incidents
from orchestration.incidents.ledger import open_ledger, transaction
from orchestration.incidents.observing import observe
from orchestration.incidents.results import Evaluation
from orchestration.incidents.tending import tend

START = datetime(2026, 1, 1, 4, 40, tzinfo=UTC)
LONGEST, SHORTEST = 25, 3
FLAPS = 0.004
# The shares of the shipped registry: 24 of 84 checks stop, 7 only watch.
SEVERITIES = ("stop",) * 24 + ("warn",) * 53 + ("watch",) * 7
ROUTE = Route(
    name="board",
    board="programme",
    address="HEARD_ALERT_BOARD",
    severities=("stop", "warn", "watch"),
)


@dataclass(frozen=True)
class Episode:
    """A check that truly fails from one day to another."""

    check: int
    severity: str
    first: int
    last: int


@dataclass(frozen=True)
class Replay:
    """What came of it.

    Missed: never told. Late: told only when it was over, though it was no matter that may wait
    for a week (watch). False alarms: flaps told as if they were still there.
    """

    episodes: int
    messages: int
    missed: int
    late: int
    false_alarms: int
    single_failures: int


def replay(
    home: Path,
    seed: int,
    days: int = 90,
    checks: int = 160,
    episodes: int = 26,
    acknowledged_after: int | None = None,
) -> Replay:
    """Run every night for some days and count.

    Args:
        home: An empty folder.
        seed: Chooses episodes and flaps.
        days: How many nights.
        checks: How many checks.
        episodes: How many of them truly fail for a while.
        acknowledged_after: After how many days somebody answers an incident; None: nobody does.
    """
    chance = random.Random(seed)  # noqa: S311 (a trial, no secret)
    severities = [chance.choice(SEVERITIES) for _ in range(checks)]
    planted = _plant(chance, days, severities, episodes)
    settings = AlertSettings(routes=(ROUTE,))
    failures = 0
    with open_ledger(home) as ledger:
        for day in range(days):
            at = START + timedelta(days=day)
            truly = {e.check for e in planted if e.first <= day <= e.last}
            flapping = {c for c in range(checks) if c not in truly and chance.random() < FLAPS}
            failures += len(truly | flapping)
            found = [
                _evaluation(check, severities[check], check in truly | flapping)
                for check in range(checks)
            ]
            with transaction(ledger):
                register_routes(ledger, settings, at)
                observe(ledger, settings.policy, found, f"run-{day}", at, dict)
                tend(ledger, settings.policy, at)
                write_messages(ledger, settings, at)
                for incident in read_incidents(ledger, at):
                    opened = incident.opened_at
                    if (
                        acknowledged_after is not None
                        and incident.state is State.OPEN
                        and opened is not None
                        and at - opened >= timedelta(days=acknowledged_after)
                    ):
                        acknowledge(ledger, incident.incident_id, "the data officer", at)
        return _count(ledger, planted, failures)


def _plant(chance: random.Random, days: int, severities: list[str], episodes: int) -> list[Episode]:
    chosen = chance.sample(range(len(severities)), episodes)
    planted = []
    for check in chosen:
        length = chance.randint(SHORTEST, LONGEST)
        first = chance.randint(1, days - length - 1)
        planted.append(Episode(check, severities[check], first, first + length - 1))
    return planted


def _evaluation(check: int, severity: str, is_bad: bool) -> Evaluation:
    return Evaluation(
        check_id=f"CHK-{check:03d}",
        asset=f"raw/ssd/table_{check}",
        authority_code="330",
        slice_kind="",
        severity=severity,
        dimension="validity",
        sentence="Every row says what it should say.",
        what_to_do="Mend the extract.",
        owner="data team",
        indicators="A1",
        is_bad=is_bad,
    )


def _count(ledger: sqlite3.Connection, planted: list[Episode], failures: int) -> Replay:
    told = ledger.execute(_TOLD).fetchall()
    missed = late = 0
    right = set()
    for episode in planted:
        first, last = _day(episode.first), _day(episode.last)
        # A flap of the night before may have opened it already.
        seen = [
            row
            for row in told
            if row["check_id"] == f"CHK-{episode.check:03d}"
            and row["opened_on"] <= last
            and first < (row["resolved_on"] or "9")
        ]
        missed += not seen
        in_time = any(row["told_on"] <= last for row in seen)
        late += bool(seen) and not in_time and episode.severity != "watch"
        right |= {row["incident_id"] for row in seen}
    alarms = {
        row["incident_id"]
        for row in told
        if row["incident_id"] not in right and row["told_on"] < (row["resolved_on"] or "9")
    }
    (messages,) = ledger.execute("select count(*) from messages").fetchone()
    return Replay(len(planted), messages, missed, late, len(alarms), failures)


def _day(day: int) -> str:
    return (START + timedelta(days=day)).date().isoformat()


_TOLD = """
select
    incident_id,
    check_id,
    date(events.happened_at) as opened_on,
    date(made_at) as told_on,
    (
        select min(date(later.happened_at)) from incident_events as later
        where later.incident_id = events.incident_id
            and later.kind = 'resolved' and later.event_id > events.event_id
    ) as resolved_on
from message_events
inner join incident_events as events using (event_id)
inner join messages using (message_key)
inner join subjects using (fingerprint)
where events.kind in ('opened', 'reopened')
"""
