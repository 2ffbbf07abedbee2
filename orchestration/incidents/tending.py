"""What time alone does to incidents: nobody came, no run ran, nothing was delivered.

Belongs here: escalation and heartbeats, from what the ledger knows.
Does not belong here: starting a run, or telling anybody.
"""

import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from orchestration.incidents.events import append, note_run
from orchestration.incidents.fold import read_incidents
from orchestration.incidents.ledger import as_moment
from orchestration.incidents.lineage import delivery_asset
from orchestration.incidents.observing import observe
from orchestration.incidents.policy import Policy
from orchestration.incidents.results import Evaluation
from orchestration.incidents.rules import is_overdue

# What is about the installation and no authority's data.
NO_AUTHORITY = ""
RUN_CHECK = "HRD-001"
DELIVERY_CHECK = "HRD-002"
MESSAGE_CHECK = "HRD-003"
OWNER = "operator"
NOTHING_NEW = "nothing-new"
# A message that failed so often is not tried again by itself.
GIVE_UP_AFTER = 10


def tend(
    ledger: sqlite3.Connection,
    policy: Policy,
    now: datetime,
    routes: Collection[str] = (),
) -> None:
    """Escalate what waits too long, and judge whether everything that was due has come.

    Args:
        ledger: The ledger, in a transaction.
        policy: What is due when.
        now: The moment.
        routes: The routes that there are today.
    """
    for incident in read_incidents(ledger, now):
        if is_overdue(incident, policy, now):
            append(ledger, incident.incident_id, incident.fingerprint, now, "escalated")
    due = [*_run(ledger, policy, now), *_deliveries(ledger, policy, now)]
    due += _messages(ledger, routes)
    # A day is a run of these: what is late at noon is no more so at one.
    day = f"watch-{now.astimezone(UTC):%Y-%m-%d}"
    if _is_news(ledger, due, day):
        observe(ledger, policy, due, day, now, dict)


def _is_news(ledger: sqlite3.Connection, due: list[Evaluation], day: str) -> bool:
    """Whether it was not judged yet today, or something is late that was not."""
    (judged,) = ledger.execute(
        "select coalesce(max(bad), -1) from evaluations where run_id = ?", (day,)
    ).fetchone()
    return bool(sum(found.is_bad for found in due) > judged)


def _run(ledger: sqlite3.Connection, policy: Policy, now: datetime) -> list[Evaluation]:
    """Judge when the data were last judged: a run that fails every night is as bad as none."""
    last = last_evaluation(ledger, with_nothing_new=True)
    if last is None:
        return []
    late = now - last > timedelta(hours=policy.run_due_hours)
    return [
        Evaluation(
            check_id=RUN_CHECK,
            asset="landing/deliveries",
            authority_code=NO_AUTHORITY,
            slice_kind="",
            severity="stop",
            dimension="timeliness",
            sentence="A run judges the data, or finds nothing new, whenever one is due.",
            what_to_do="See that the schedule is on; `heard doctor` says what is wrong.",
            owner=OWNER,
            indicators="",
            is_bad=late,
        )
    ]


def _deliveries(ledger: sqlite3.Connection, policy: Policy, now: datetime) -> list[Evaluation]:
    found = []
    for row in ledger.execute("select * from arrivals order by authority_code, source"):
        days = policy.delivery_due_days.get(row["source"])
        if days is None:
            continue
        late = now - as_moment(row["arrived_at"]) > timedelta(days=days)
        found.append(
            Evaluation(
                check_id=DELIVERY_CHECK,
                asset=delivery_asset(row["source"]),
                authority_code=row["authority_code"],
                slice_kind="",
                severity="warn",
                dimension="timeliness",
                sentence="Each source is delivered whenever it is due.",
                what_to_do="Ask the sender for the extract and see why it did not come.",
                owner="data team",
                indicators="",
                is_bad=late,
            )
        )
    return found


def _messages(ledger: sqlite3.Connection, routes: Collection[str]) -> list[Evaluation]:
    """Judge each route by its last message: one given up is an incident until one is sent."""
    return [
        Evaluation(
            check_id=MESSAGE_CHECK,
            asset=f"alerts/{row['route']}",
            authority_code=NO_AUTHORITY,
            slice_kind="",
            severity="stop",
            dimension="timeliness",
            sentence="Messages reach the people whom they are for.",
            what_to_do="Run `heard incidents alerts`, mend the route, then `heard incidents send`.",
            owner=OWNER,
            indicators="",
            is_bad=bool(row["tries"] >= GIVE_UP_AFTER and not row["sent"]),
        )
        for row in ledger.execute(_LAST_MESSAGES)
        if row["route"] in routes
    ]


_LAST_MESSAGES = """
select route, tries, sent
from (
    select
        messages.route,
        count(attempts.message_key) as tries,
        count(*) filter (where attempts.outcome = 'sent') as sent,
        row_number() over (partition by route order by messages.rowid desc) as recency
    from messages
    inner join attempts using (message_key)
    group by messages.message_key
)
where recency = 1
order by route
"""


def last_evaluation(ledger: sqlite3.Connection, with_nothing_new: bool = False) -> datetime | None:
    """When a run last judged data, or also found that there was nothing new; None for never."""
    (found,) = ledger.execute(
        "select max(happened_at) from evaluations"
        " where run_id not like 'watch-%' and (? or run_id <> ?)",
        (with_nothing_new, NOTHING_NEW),
    ).fetchone()
    return None if found is None else as_moment(found)


def note_nothing_new(ledger: sqlite3.Connection, now: datetime) -> None:
    """Remember that a run looked and found nothing to judge."""
    ledger.execute("delete from evaluations where run_id = ?", (NOTHING_NEW,))
    note_run(ledger, NOTHING_NEW, now, 0, 0)
