"""Turn counts into outcomes: the arithmetic of every rule, on plain numbers.

Belongs here: limits, Wilson bounds, and what counts as too small or not applicable.
Does not belong here: SQL, Great Expectations (``judge`` runs these rules inside it) or storage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from expectations.registry.models import Missingness, NoDrift, Parity, Rule, Within
from expectations.results import Outcome

# Two-sided 95 %.
Z = 1.959963984540054
# Stands in for an authority where nothing has been delivered at all.
NO_AUTHORITY = "none"
# All cases of a check together; every other slice is a part of them.
ALL = "all"
# Between the column and its value in the name of such a part.
SLICE_MARK = ": "
# The two slices of a share that is held against its own past.
NOW, BEFORE = "now", "before"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Cases looked at (n) and cases found (k) for one check, authority and slice."""

    check_id: str
    authority_code: str
    slice: str
    n: int
    k: int
    could_measure: bool = True

    @property
    def slice_is_part(self) -> bool:
        """Whether the slice is one value of a column, such as ``area: QX1``."""
        return SLICE_MARK in self.slice


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
        # The past is what is compared with; it makes no claim of its own.
        judged = [row for row in group if not (isinstance(rule, NoDrift) and row.slice == BEFORE)]
        verdicts.extend(_judge_one(rule, min_n, row, group) for row in judged)
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
    if isinstance(rule, NoDrift):
        return _judge_drift(rule, min_n, row, group)
    others = [other for other in group if other.slice != row.slice and other.could_measure]
    rest_n, rest_k = sum(other.n for other in others), sum(other.k for other in others)
    if row.n < min_n or rest_n < max(min_n, 1):
        return _verdict(row, None, None, Outcome.TOO_SMALL)
    if isinstance(rule, Parity):
        return _judge_parity(rule, row, rest_k / rest_n)
    return _judge_missingness(rule, row, rest_k / rest_n)


def _judge_within(rule: Within, min_n: int, row: MeasureRow) -> Verdict:
    scale = 100 if rule.unit == "percent" else 1
    value = row.k / row.n * scale
    threshold = rule.fail_below
    if threshold is None or (rule.fail_above is not None and value > threshold):
        threshold = rule.fail_above
    if row.n < min_n:
        return _verdict(row, None, threshold, Outcome.TOO_SMALL)
    low = high = value
    if row.slice_is_part and row.k <= row.n:
        # One of many parts is past a limit by chance now and then; it fails only when sure.
        low, high = (scale * bound for bound in wilson(row.k, row.n))
    fails = (rule.fail_below is not None and high < rule.fail_below) or (
        rule.fail_above is not None and low > rule.fail_above
    )
    if fails:
        outcome = Outcome.FAIL
    elif _is_outside(value, rule.fail_below, rule.fail_above) or _is_outside(
        value, rule.watch_below, rule.watch_above
    ):
        outcome = Outcome.WATCH
    else:
        outcome = Outcome.PASS
    return _verdict(row, value, threshold, outcome)


def _judge_drift(
    rule: NoDrift, min_n: int, row: MeasureRow, group: Iterable[MeasureRow]
) -> Verdict:
    before = next((other for other in group if other.slice == BEFORE), None)
    if before is None or before.n < min_n or row.n < min_n:
        return _verdict(row, None, rule.max_change_points, Outcome.TOO_SMALL)
    change, low, high = difference(row.k, row.n, before.k, before.n)
    limit = rule.max_change_points / 100
    if low > limit or high < -limit:
        outcome = Outcome.FAIL
    elif abs(change) > limit:
        outcome = Outcome.WATCH
    else:
        outcome = Outcome.PASS
    return _verdict(row, 100 * change, rule.max_change_points, outcome)


def difference(k: float, n: float, k0: float, n0: float) -> tuple[float, float, float]:
    """Return the first share less the second, with Newcombe's hybrid score interval of 95 %."""
    first, second = k / n, k0 / n0
    low, high = wilson(k, n)
    low0, high0 = wilson(k0, n0)
    gap = first - second
    return gap, gap - hypot(first - low, high0 - second), gap + hypot(high - first, second - low0)


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
