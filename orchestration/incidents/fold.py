"""What the events of an incident add up to: its state, since when, and whose it is.

Belongs here: the one query that folds events into incidents, and its result as values.
Does not belong here: deciding the next event (``rules``, ``actions``).
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestration.incidents.ledger import as_moment, as_text


class State(StrEnum):
    """Where an incident stands."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to do something: confirmed and not over."""
        return self in (State.OPEN, State.ACKNOWLEDGED, State.MUTED)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self in (State.RESOLVED, State.DISMISSED)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands. Nothing of it is a count of children or a word of one."""

    incident_id: str
    fingerprint: str
    check_id: str
    asset: str
    authority_code: str
    slice_kind: str
    severity: str
    dimension: str
    sentence: str
    what_to_do: str
    owner: str
    indicators: str
    state: State
    began_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    escalated_at: datetime | None
    muted_until: str
    parent_id: str
    bad_runs: int
    good_runs: int
    last_verdict: str
    last_run_id: str


# `later` are the events since an incident last ended, or all of them.
_FOLD = """
with turning as (
    select
        incident_id,
        max(event_id) filter (where kind in ('resolved', 'dismissed')) as ended,
        max(event_id) filter (where kind in ('opened', 'reopened')) as confirmed,
        max(event_id) filter (where kind = 'bad') as last_bad,
        max(event_id) filter (where kind in ('bad', 'good')) as last_seen,
        max(event_id) filter (where kind in ('grouped', 'ungrouped')) as placed,
        max(event_id) filter (where kind = 'assigned') as given,
        max(event_id) filter (where kind = 'muted' and until > :today) as silenced,
        max(event_id) filter (where kind = 'acknowledged') as noted,
        max(event_id) filter (where kind = 'escalated') as raised,
        min(happened_at) as began_at,
        min(happened_at) filter (where kind = 'opened') as opened_at
    from incident_events
    where :incident = '' or incident_id = :incident
    group by incident_id
),

counted as (
    select
        turning.*,
        events.fingerprint,
        count(*) filter (
            where events.kind = 'bad' and events.event_id > coalesce(ended, 0)
        ) as bad_runs,
        count(*) filter (
            where events.kind = 'good' and events.event_id > coalesce(last_bad, 0)
        ) as good_runs
    from turning
    inner join incident_events as events using (incident_id)
    group by turning.incident_id
)

select
    counted.incident_id,
    subjects.*,
    words.severity,
    words.dimension,
    words.sentence,
    words.what_to_do,
    case when given is null then words.owner else assignment.role end as owner,
    words.indicators,
    case
        when ending.event_id > coalesce(confirmed, 0) then ending.kind
        when confirmed is null then 'pending'
        when silenced > confirmed then 'muted'
        when noted > confirmed then 'acknowledged'
        else 'open'
    end as state,
    began_at,
    opened_at,
    case when ending.event_id > coalesce(confirmed, 0) then ending.happened_at end as closed_at,
    case when raised > confirmed then raising.happened_at end as escalated_at,
    case when silenced > confirmed then silence.until else '' end as muted_until,
    case when placing.kind = 'grouped' then placing.parent_id else '' end as parent_id,
    bad_runs,
    good_runs,
    seen.kind as last_verdict,
    coalesce(seen.run_id, '') as last_run_id
from counted
inner join subjects using (fingerprint)
inner join words using (fingerprint)
left join incident_events as ending on ending.event_id = counted.ended
left join incident_events as assignment on assignment.event_id = counted.given
left join incident_events as raising on raising.event_id = counted.raised
left join incident_events as silence on silence.event_id = counted.silenced
left join incident_events as placing on placing.event_id = counted.placed
left join incident_events as seen on seen.event_id = counted.last_seen
order by counted.incident_id
"""


def read_incidents(
    ledger: sqlite3.Connection, now: datetime, incident_id: str = ""
) -> tuple[Incident, ...]:
    """Every incident as it stands at a moment, or one of them."""
    found = ledger.execute(_FOLD, {"today": as_text(now)[:10], "incident": incident_id})
    return tuple(_incident(dict(row)) for row in found)


def _incident(row: dict[str, object]) -> Incident:
    for name in ("began_at", "opened_at", "closed_at", "escalated_at"):
        row[name] = None if row[name] is None else as_moment(str(row[name]))
    row["state"] = State(str(row["state"]))
    row["last_verdict"] = row["last_verdict"] or ""
    return Incident(**row)  # type: ignore[arg-type]  # the query names the fields
