"""Put messages into the outbox, in the transaction of the change that they are about.

Belongs here: which changes a route has not been told, when they are due, and one message for all
of them. Does not belong here: words (``wording``), or sending (``delivery``).
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.alerts import wording
from orchestration.alerts.settings import AlertSettings, Route
from orchestration.incidents.fold import Incident, State, read_incidents
from orchestration.incidents.ledger import as_moment, as_text
from orchestration.incidents.policy import Policy
from orchestration.incidents.rules import CERTAIN_RUNS

_UNTOLD = """
select event_id, incident_id, kind, happened_at
from incident_events
where kind in ('opened', 'reopened', 'ungrouped', 'escalated', 'resolved')
    and event_id > (select after_event_id from routes where route = :route)
    and event_id not in (select event_id from message_events where route = :route)
order by event_id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One event that a route was not told of yet."""

    event_id: int
    incident_id: str
    kind: str
    happened_at: datetime


def register_routes(ledger: sqlite3.Connection, settings: AlertSettings, now: datetime) -> None:
    """Remember from when on each route is told; before anything of this transaction happens."""
    for route in settings.routes:
        ledger.execute(
            "insert into routes select ?, (select coalesce(max(event_id), 0) from"
            " incident_events), ? where not exists (select 1 from routes where route = ?)",
            (route.name, as_text(now), route.name),
        )


def write_messages(ledger: sqlite3.Connection, settings: AlertSettings, now: datetime) -> None:
    """Write what is due for every route. The caller holds the transaction."""
    if not settings.routes:
        return
    incidents = {found.incident_id: found for found in read_incidents(ledger, now)}
    for route in settings.routes:
        wanted = {
            key: found
            for key, found in incidents.items()
            if route.wants(found.severity, found.authority_code, found.check_id, found.indicators)
        }
        untold = [change for change in _untold(ledger, route) if change.incident_id in wanted]
        # Of what is muted nothing is said; when the mute ends or the incident does, it is.
        untold = [c for c in untold if wanted[c.incident_id].state is not State.MUTED]
        policy = settings.policy
        ready = [
            c for c in untold if not _is_doubtful(c, wanted[c.incident_id], route, policy, now)
        ]
        is_due = any(now >= _due_at(c, wanted[c.incident_id], policy) for c in ready)
        is_silent = now - _last_message(ledger, route) >= timedelta(days=route.alive_days)
        if ready and (is_due or is_silent):
            _tell_changes(ledger, route, ready, wanted, now)
        elif is_silent:
            _tell_alive(ledger, route, _count_live(wanted.values()), now)


def write_release(
    ledger: sqlite3.Connection,
    settings: AlertSettings,
    release_id: str,
    released_at: datetime,
    now: datetime,
) -> None:
    """Record a release, and write to whom it concerns; a second time nothing happens."""
    added = ledger.execute(
        "insert into releases values (?, ?) on conflict do nothing",
        (release_id, as_text(released_at)),
    ).rowcount
    if not added:
        return
    live = _count_live(read_incidents(ledger, now))
    for route in settings.routes:
        if route.releases:
            key = message_key(route.name, "release", release_id)
            text = wording.release(route.title, release_id, released_at, live, key)
            put_message(ledger, route, "release", key, text, now)


def _untold(ledger: sqlite3.Connection, route: Route) -> list[Change]:
    return [
        Change(row["event_id"], row["incident_id"], row["kind"], as_moment(row["happened_at"]))
        for row in ledger.execute(_UNTOLD, {"route": route.name})
    ]


def _is_doubtful(
    change: Change, incident: Incident, route: Route, policy: Policy, now: datetime
) -> bool:
    """Whether a failure was seen in one run only, which the next may find to be none."""
    if change.kind not in ("opened", "reopened") or not incident.state.is_live:
        return False
    if incident.bad_runs >= CERTAIN_RUNS or route.at_once:
        return False
    has_waited = now - change.happened_at >= timedelta(hours=policy.doubt_hours)
    return incident.good_runs > 0 or not has_waited


def _due_at(change: Change, incident: Incident, policy: Policy) -> datetime:
    hours = policy.gather_hours.of(incident.severity)
    if change.kind == "escalated":
        hours = 0.0
    elif change.kind == "resolved" or incident.state.is_over or incident.parent_id:
        # What is over, or follows from something that is told, can wait for other news.
        hours = policy.resolved_hours
    return change.happened_at + timedelta(hours=hours)


def _tell_changes(
    ledger: sqlite3.Connection,
    route: Route,
    ready: Sequence[Change],
    incidents: Mapping[str, Incident],
    now: datetime,
) -> None:
    kinds: dict[str, set[str]] = {}
    for change in ready:
        kinds.setdefault(change.incident_id, set()).add(change.kind)
    groups: dict[str, list[wording.Told]] = {}
    for incident_id, happened in sorted(kinds.items()):
        incident = incidents[incident_id]
        if incident.state.is_live and incident.parent_id in kinds:
            # It has a place in the line of what it follows from.
            continue
        groups.setdefault(_heading(incident, happened), []).append(_told(incident, incidents))
    event_ids = [change.event_id for change in ready]
    key = message_key(route.name, "changes", *map(str, event_ids))
    live = _count_live(incidents.values())
    text = wording.changes(route.title, groups, live, key)
    put_message(ledger, route, "changes", key, text, now, event_ids)


def _heading(incident: Incident, kinds: Collection[str]) -> str:
    if incident.state.is_over:
        return "brief" if {"opened", "reopened"} & set(kinds) else "over"
    if "opened" in kinds or "ungrouped" in kinds:
        return "new"
    return "again" if "reopened" in kinds else "waiting"


def _told(incident: Incident, incidents: Mapping[str, Incident]) -> wording.Told:
    """Take over what a board may read, and nothing else."""
    follows = [
        other.incident_id
        for other in incidents.values()
        if other.parent_id == incident.incident_id and other.state.is_live
    ]
    return wording.Told(
        incident_id=incident.incident_id,
        severity=incident.severity,
        authority_code=incident.authority_code,
        check_id=incident.check_id,
        sentence=incident.sentence,
        what_to_do=incident.what_to_do,
        indicators=incident.indicators,
        opened_on=(incident.opened_at or incident.began_at).date(),
        follows=tuple(sorted(follows)),
    )


def _tell_alive(ledger: sqlite3.Connection, route: Route, live: int, now: datetime) -> None:
    found = ledger.execute(
        "select happened_at, judged from evaluations where judged > 0 and run_id not like 'watch-%'"
        " order by happened_at desc, rowid desc limit 1"
    ).fetchone()
    on = as_moment(found["happened_at"]).date() if found else None
    key = message_key(route.name, "alive", as_text(now))
    text = wording.alive(route.title, found["judged"] if found else 0, on, live, key)
    put_message(ledger, route, "alive", key, text, now)


def _last_message(ledger: sqlite3.Connection, route: Route) -> datetime:
    (last,) = ledger.execute(
        "select coalesce((select max(made_at) from messages where route = :route),"
        " (select since from routes where route = :route))",
        {"route": route.name},
    ).fetchone()
    return as_moment(last)


def _count_live(incidents: Iterable[Incident]) -> int:
    return sum(incident.state.is_live for incident in incidents)


def message_key(*parts: str) -> str:
    """The key of a message: the same for the same news, so that it is put here once."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def put_message(
    ledger: sqlite3.Connection,
    route: Route,
    kind: str,
    key: str,
    text: wording.Text,
    now: datetime,
    event_ids: Sequence[int] = (),
    places: Sequence[str] = (),
) -> None:
    """Put one message here, the events that it tells, and what is sent with it."""
    ledger.execute(
        "insert into messages values (?, ?, ?, ?, ?, ?)",
        (key, route.name, kind, as_text(now), text.title, text.body),
    )
    ledger.executemany(
        "insert into message_events values (?, ?, ?)",
        [(route.name, event_id, key) for event_id in event_ids],
    )
    ledger.executemany(
        "insert into message_files values (?, ?)", [(key, place) for place in places]
    )
