"""What time alone does to incidents: nobody came, no run ran, nothing was delivered.

Belongs here: escalation and heartbeats, from what the ledger knows.
Does not belong here: starting a run, or telling anybody.
"""

import sqlite3
from datetime import UTC, datetime, timedelta

from orchestration.incidents.events import append
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
# A message that failed so often is not tried again by itself.
GIVE_UP_AFTER = 10


def tend(
    ledger: sqlite3.Connection, policy: Policy, now: datetime, last_look: datetime | None
) -> None:
    """Escalate what waits too long, and judge whether everything that was due has come.

    Args:
        ledger: The ledger, in a transaction.
        policy: What is due when.
        now: The moment.
        last_look: When a run last looked at the inbox; None while nobody knows.
    """
    for incident in read_incidents(ledger, now):
        if is_overdue(incident, policy, now):
            append(ledger, incident.incident_id, incident.fingerprint, now, "escalated")
    due = [*_run(policy, now, last_look), *_deliveries(ledger, policy, now), *_messages(ledger)]
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


def _run(policy: Policy, now: datetime, last_look: datetime | None) -> list[Evaluation]:
    if last_look is None:
        return []
    late = now - last_look > timedelta(hours=policy.run_due_hours)
    return [
        Evaluation(
            check_id=RUN_CHECK,
            asset="landing/deliveries",
            authority_code=NO_AUTHORITY,
            slice_kind="",
            severity="stop",
            dimension="timeliness",
            sentence="A run looks at the inbox whenever one is due.",
            what_to_do="Run `heard doctor`, see that the schedule is on, then run `heard run`.",
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


def _messages(ledger: sqlite3.Connection) -> list[Evaluation]:
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


def last_evaluation(ledger: sqlite3.Connection) -> datetime | None:
    """When the checks last judged data; None if they never did."""
    (found,) = ledger.execute(
        "select max(happened_at) from evaluations where run_id not like 'watch-%'"
    ).fetchone()
    return None if found is None else as_moment(found)
