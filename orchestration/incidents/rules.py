"""When an incident begins, is confirmed, ends, comes back, and which one explains another.

Belongs here: decisions on plain values, each a function that can be read aloud.
Does not belong here: reading or writing the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from orchestration.incidents.fold import Incident, State
from orchestration.incidents.policy import Policy

# All assets that an asset is made from, however far back.
Upstream = Mapping[str, frozenset[str]]
# After so many bad runs there is no doubt that a failure is one.
CERTAIN_RUNS = 2


def goes_on(incidents: Iterable[Incident], policy: Policy, at: datetime) -> Incident | None:
    """The incident of one fingerprint that a failure now would belong to, if any.

    One that ended a short while ago goes on: a check that flaps is one story and not many.
    """
    last = max(incidents, key=lambda incident: incident.began_at, default=None)
    if last is None or last.state is State.DISMISSED:
        return None
    if last.state is State.RESOLVED and last.closed_at is not None:
        recently = at - last.closed_at <= timedelta(days=policy.reopen_days)
        return last if recently else None
    return last


def verdict_events(
    incident: Incident | None, is_bad: bool, severity: str, run_id: str, policy: Policy
) -> tuple[str, ...]:
    """The events that one verdict adds to an incident, or begins one with.

    A failure is believed after some runs (`confirm_runs`), with good ones between them as long as
    they are fewer than what would end an incident (`close_runs`).
    """
    if incident is None:
        confirmed = policy.confirm_runs.of(severity) <= 1
        return (("bad", "opened") if confirmed else ("bad",)) if is_bad else ()
    if incident.last_run_id == run_id:
        return ()
    if is_bad:
        return _bad(incident, severity, policy)
    if incident.state is State.RESOLVED:
        return ()
    if incident.good_runs + 1 < policy.close_runs:
        return ("good",)
    return ("good", "dismissed" if incident.state is State.PENDING else "resolved")


def _bad(incident: Incident, severity: str, policy: Policy) -> tuple[str, ...]:
    if incident.state is State.RESOLVED:
        return ("bad", "reopened")
    if incident.state is State.PENDING:
        confirmed = incident.bad_runs + 1 >= policy.confirm_runs.of(severity)
        return ("bad", "opened") if confirmed else ("bad",)
    # Of a failure that just lasts there is nothing to add, but a second bad run confirms it.
    is_news = incident.last_verdict != "bad" or incident.bad_runs < CERTAIN_RUNS
    return ("bad",) if is_news else ()


def consequences(
    incidents: Sequence[Incident], upstream: Upstream, policy: Policy
) -> dict[str, str]:
    """Which live incident each other one follows from: same authority, made from that table.

    Only failures that leave nothing to judge downstream explain others (`policy.causes`): a stale
    or broken extract does, a few missing codes do not make children unheard.
    """
    live = [incident for incident in incidents if incident.state.is_live]
    causes = [incident for incident in live if _is_cause(incident, policy)]
    found = {}
    for incident in live:
        parents = [cause for cause in causes if _is_upstream(cause, incident, upstream)]
        # The first cause of all, not a step on the way.
        roots = [
            cause
            for cause in parents
            if not any(_is_upstream(other, cause, upstream) for other in parents)
        ]
        if roots:
            found[incident.incident_id] = min(root.incident_id for root in roots)
    return found


def is_overdue(incident: Incident, policy: Policy, at: datetime) -> bool:
    """Whether an incident has waited for somebody too long, and nobody was told so yet."""
    if incident.state is not State.OPEN or incident.parent_id or incident.escalated_at:
        return False
    since = incident.opened_at or incident.began_at
    return at - since >= timedelta(days=policy.escalate_days.of(incident.severity))


def _is_cause(incident: Incident, policy: Policy) -> bool:
    return (
        incident.severity in policy.causes.severities
        or incident.dimension in policy.causes.dimensions
    )


def _is_upstream(cause: Incident, incident: Incident, upstream: Upstream) -> bool:
    return (
        cause.authority_code == incident.authority_code
        and cause.asset != incident.asset
        and cause.asset in upstream.get(incident.asset, frozenset())
    )
