"""Turn counts into outcomes: the arithmetic of every rule, on plain numbers.

Belongs here: limits, Wilson bounds, and what counts as too small or not applicable.
Does not belong here: SQL, Great Expectations (``judge`` runs these rules inside it) or storage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from expectations.registry.models import Missingness, Parity, Rule, Within
from expectations.results import Outcome

# Two-sided 95 %.
Z = 1.959963984540054
# Stands in for an authority where nothing has been delivered at all.
NO_AUTHORITY = "none"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Cases looked at (n) and cases found (k) for one check, authority and slice."""

    check_id: str
    authority_code: str
    slice: str
    n: int
    k: int
    could_measure: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of one measured slice."""

    authority_code: str
    slice: str
    n: int | None
    k: int | None
    value: float | None
    threshold: float | None
    outcome: Outcome


def judge_measures(rule: Rule, min_n: int, rows: Sequence[MeasureRow]) -> list[Verdict]:
    """Return one verdict for each measured row of one check.

    Args:
        rule: The registered rule.
        min_n: Under this many cases nothing is said but ``too_small``.
        rows: Every row of this check, all authorities together.
    """
    verdicts: list[Verdict] = []
    for authority_code in sorted({row.authority_code for row in rows}):
        group = [row for row in rows if row.authority_code == authority_code]
        verdicts.extend(_judge_one(rule, min_n, row, group) for row in group)
    return verdicts


def wilson(k: float, n: float) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of k of n, as shares."""
    if n <= 0:
        return 0.0, 1.0
    share = k / n
    scale = 1 + Z * Z / n
    centre = (share + Z * Z / (2 * n)) / scale
    half = Z / scale * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _judge_one(rule: Rule, min_n: int, row: MeasureRow, group: Iterable[MeasureRow]) -> Verdict:
    if not row.could_measure:
        return Verdict(row.authority_code, row.slice, None, None, None, None, Outcome.ERROR)
    if row.n <= 0:
        # Nothing looked at is never a pass: an empty table proves no claim.
        return _verdict(row, None, None, Outcome.NOT_APPLICABLE)
    if isinstance(rule, Within):
        return _judge_within(rule, min_n, row)
    others = [other for other in group if other.slice != row.slice and other.could_measure]
    rest_n, rest_k = sum(other.n for other in others), sum(other.k for other in others)
    if row.n < min_n or rest_n < max(min_n, 1):
        return _verdict(row, None, None, Outcome.TOO_SMALL)
    if isinstance(rule, Parity):
        return _judge_parity(rule, row, rest_k / rest_n)
    return _judge_missingness(rule, row, rest_k / rest_n)


def _judge_within(rule: Within, min_n: int, row: MeasureRow) -> Verdict:
    value = row.k / row.n * (100 if rule.unit == "percent" else 1)
    threshold = rule.fail_below
    if threshold is None or (rule.fail_above is not None and value > threshold):
        threshold = rule.fail_above
    if row.n < min_n:
        return _verdict(row, None, threshold, Outcome.TOO_SMALL)
    if _is_outside(value, rule.fail_below, rule.fail_above):
        outcome = Outcome.FAIL
    elif _is_outside(value, rule.watch_below, rule.watch_above):
        outcome = Outcome.WATCH
    else:
        outcome = Outcome.PASS
    return _verdict(row, value, threshold, outcome)


def _judge_parity(rule: Parity, row: MeasureRow, rest_share: float) -> Verdict:
    limit = rule.floor * rest_share
    share = row.k / row.n
    if wilson(row.k, row.n)[1] < limit:
        outcome = Outcome.FAIL
    elif share < limit:
        # A gap may be there, but this many cases cannot prove it.
        outcome = Outcome.WATCH
    else:
        outcome = Outcome.PASS
    ratio = share / rest_share if rest_share > 0 else None
    return _verdict(row, ratio, rule.floor, outcome)


def _judge_missingness(rule: Missingness, row: MeasureRow, rest_share: float) -> Verdict:
    limit = rest_share + rule.max_gap_points / 100
    share = row.k / row.n
    if wilson(row.k, row.n)[0] > limit:
        outcome = Outcome.FAIL
    elif share > limit:
        outcome = Outcome.WATCH
    else:
        outcome = Outcome.PASS
    return _verdict(row, 100 * (share - rest_share), rule.max_gap_points, outcome)


def _is_outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _verdict(
    row: MeasureRow, value: float | None, threshold: float | None, outcome: Outcome
) -> Verdict:
    return Verdict(row.authority_code, row.slice, row.n, row.k, value, threshold, outcome)
