"""Judge what stands in a pack: can it be relied on, what changed, what is it that nobody sees.

Belongs here: rules, each simple enough to be read out. Not one of them makes a score.
Does not belong here: statistics (``published.equity_gap`` holds their outcome) or layout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from orchestration.reporting.pack.facts import Facts, Figure
from orchestration.reporting.published import Row

BAD_OUTCOMES = ("fail", "error")
# Most urgent first.
SEVERITIES = ("stop", "critical", "warn", "warning", "watch", "info")
# A period counts as the one of a year before when it ends within a fortnight of that day.
_YEAR, _SLACK = timedelta(days=365), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Reliance:
    """Whether a pack can be relied on, and what speaks against it."""

    verdict: str
    shown: int
    doubtful: tuple[str, ...]
    unfit: tuple[str, ...]
    broken: tuple[Row, ...]
    judged: int


def bearing_checks(facts: Facts, indicators: Sequence[str]) -> tuple[Row, ...]:
    """Return results of the checks that bear on any of these indicators."""
    wanted = set(indicators)
    return tuple(row for row in facts.checks or () if wanted & set(affected(row)))


def affected(check: Row) -> tuple[str, ...]:
    """Return the indicators that a check or an incident bears on."""
    return tuple(name for name in str(check.get("indicators") or "").split(",") if name)


def broken_checks(checks: Sequence[Row]) -> tuple[Row, ...]:
    """Return those that do not hold or could not be run, the most urgent first."""
    bad = [row for row in checks if row["outcome"] in BAD_OUTCOMES]
    return tuple(sorted(bad, key=lambda row: (urgency(row), row["check_id"])))


def trust(facts: Facts, figure: Figure | None) -> str:
    """Return the quality of a figure: its own, or doubtful where a check that bears on it fails."""
    if figure is None:
        return "ok"
    # A release that words its own caveats has told every check's doubt in the quality already.
    if (
        figure.quality == "ok"
        and not facts.has_caveats
        and broken_checks(bearing_checks(facts, (figure.indicator_id,)))
    ):
        return "watch"
    return figure.quality


def reliance(facts: Facts, headline: Sequence[str], indicators: Sequence[str]) -> Reliance:
    """Return whether a pack of these indicators can be relied on.

    No: nothing of page one can be shown, nothing was checked, or half of what is shown is unfit.
    With care: a figure of page one is in doubt, or a check that bears on the pack does not hold.
    """
    latest = {name: facts.latest(name) for name in headline}
    shown = [name for name, figure in latest.items() if figure and figure.value is not None]
    unfit = tuple(name for name in shown if trust(facts, latest[name]) == "unfit")
    doubtful = tuple(name for name in shown if trust(facts, latest[name]) == "watch")
    checks = bearing_checks(facts, indicators)
    judged = [row for row in checks if row["outcome"] in ("pass", "watch", *BAD_OUTCOMES)]
    broken = broken_checks(checks)
    urgent = [row for row in broken if urgency(row) < SEVERITIES.index("watch")]
    if not shown or not judged or 2 * len(unfit) >= len(shown):
        verdict = "No"
    elif unfit or doubtful or urgent:
        verdict = "With care"
    else:
        verdict = "Yes"
    return Reliance(verdict, len(shown), doubtful, unfit, broken, len(judged))


def year_before(facts: Facts, figure: Figure) -> Figure | None:
    """Return the same figure of a year before, sharing no day with it."""
    wanted = figure.period_end - _YEAR
    group = (figure.breakdown, figure.breakdown_value)
    for other in facts.history(figure.indicator_id, figure.period_type, group):
        if abs(other.period_end - wanted) <= _SLACK:
            return other
    return None


def change(now: Figure, before: Figure | None) -> str:
    """Return how a figure compares with a year before: up, down, unclear or unknown.

    Up and down only when the two intervals do not meet: stricter than a test, so that a board is
    not called for nothing.
    """
    if before is None or now.value is None or before.value is None:
        return "unknown"
    if now.lower is None or now.upper is None or before.lower is None or before.upper is None:
        return "unclear"
    if now.lower > before.upper:
        return "up"
    return "down" if now.upper < before.lower else "unclear"


def urgency(row: Row) -> int:
    """Return the place of a check or an incident among others, the most urgent first."""
    severity = row.get("severity")
    return SEVERITIES.index(severity) if severity in SEVERITIES else SEVERITIES.index("warn")
