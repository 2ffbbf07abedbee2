"""Two groups: the gap between their rates, the ratio of them, and whether it is chance.

Belongs here: Newcombe's interval, Koopman's interval, the two tests.
Does not belong here: many groups at once (``discovery``), or words (``flags``).
"""

from collections.abc import Callable

import numpy as np

from orchestration.fairness.arrays import Z_95, Booleans, Floats, Integers, quotient, segments
from orchestration.fairness.rates import Interval, wilson
from orchestration.fairness.special import chi_square_tail, log_factorials

# Ratios are searched for between these, on a scale of logarithms.
_LOWEST, _HIGHEST = -30.0, 30.0
_MAX_STEPS = 200
_NEAR = 1e-11
_LARGEST_SCORE = 1e6
_SMALL_EXPECTED = 5.0
# Tables as likely as the one that was seen, but for the last digits, are as extreme.
_AS_LIKELY = 1 + 1e-7


def newcombe(x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> Interval:
    """Return Newcombe's hybrid score interval of the difference of two rates."""
    p, q = quotient(x, n), quotient(other_x, other_n)
    one, other = wilson(p, n), wilson(q, other_n)
    return Interval(
        p - q - np.hypot(p - one.lower, other.upper - q),
        p - q + np.hypot(one.upper - p, q - other.lower),
    )


def koopman(x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> Interval:
    """Return Koopman's score interval of the ratio of two rates.

    A library's own does not hold at empty cells, so the limits are searched for: the score falls
    steadily as the supposed ratio grows.
    """
    nobody = (x + other_x) == 0

    def limit(target: float, bounded: Booleans, free: float) -> Floats:
        def distance(log_ratio: Floats, rows: Integers) -> Floats:
            sides = (x[rows], n[rows], other_x[rows], other_n[rows])
            return _score(np.exp(log_ratio), *sides) - target

        result = np.full(x.shape, free)
        result[bounded] = np.exp(_fall_to_zero(distance, np.flatnonzero(bounded)))
        return result

    return Interval(
        limit(Z_95, (x > 0) & ~nobody, 0.0), limit(-Z_95, (other_x > 0) & ~nobody, np.inf)
    )


def _score(ratio: Floats, x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> Floats:
    """Return how far two rates lie above a supposed ratio, in standard errors."""
    a = (n + other_n) * ratio
    b = -(n * ratio + x + other_n + other_x * ratio)
    c = x + other_x
    # Written so that a small ratio loses no digits.
    q = 2 * c / (-b + np.sqrt(np.maximum(b * b - 4 * a * c, 0.0)))
    q = np.minimum(q, np.minimum(1.0, 1 / ratio))
    p = np.minimum(ratio * q, 1.0)
    variance = p * (1 - p) / n + ratio * ratio * q * (1 - q) / other_n
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (x / n - ratio * other_x / other_n) / np.sqrt(variance)
    return np.where(np.isnan(score), 0.0, score)


def _fall_to_zero(distance: Callable[[Floats, Integers], Floats], rows: Integers) -> Floats:
    """Return where a falling function meets zero, for all rows at once (Illinois method).

    A row that has arrived is left alone: its last digits must not depend on how long others take,
    or an authority's figures would depend on which others are built beside it.
    """
    result = np.empty(len(rows))
    low, high = np.full(len(rows), _LOWEST), np.full(len(rows), _HIGHEST)
    at_low, at_high = _bounded(distance(low, rows)), _bounded(distance(high, rows))
    place = np.arange(len(rows))
    for step in range(_MAX_STEPS):
        # Every third step halves, so that no row crawls.
        slope = np.where(at_high == at_low, 1.0, at_high - at_low)
        between = (low + high) / 2 if step % 3 == 0 else high - at_high * (high - low) / slope
        middle = np.clip(between, low, high)
        at_middle = _bounded(distance(middle, rows[place]))
        result[place] = middle
        above = at_middle > 0
        at_high = np.where(above, at_high / 2, at_middle)
        at_low = np.where(above, at_middle, at_low / 2)
        low, high = np.where(above, middle, low), np.where(above, high, middle)
        going = (high - low >= _NEAR) & (np.abs(at_middle) >= _NEAR)
        if not going.any():
            break
        place, low, high = place[going], low[going], high[going]
        at_low, at_high = at_low[going], at_high[going]
    return result


def _bounded(score: Floats) -> Floats:
    return np.clip(score, -_LARGEST_SCORE, _LARGEST_SCORE)


def p_value(x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> tuple[Floats, Booleans]:
    """Return the chance of a difference at least as large if there were none.

    Pearson's chi-square without correction; Fisher's exact test on rounded counts where an
    expected count is under 5.

    Returns:
        The chances, and in which rows Fisher's test gave them.
    """
    successes, total = x + other_x, n + other_n
    failures = total - successes
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = x * (other_n - other_x) - other_x * (n - x)
        statistic = cross * cross * total / (n * other_n * successes * failures)
    result = chi_square_tail(np.nan_to_num(statistic, nan=0.0, posinf=0.0))
    no_margin = (successes <= 0) | (failures <= 0) | (n <= 0) | (other_n <= 0)
    exact = ~no_margin & (smallest_expected(x, n, other_x, other_n) < _SMALL_EXPECTED)
    result[exact] = exact_chance(*(side[exact] for side in (x, n, other_x, other_n)))
    result[no_margin] = 1.0
    return result, exact


def smallest_expected(x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> Floats:
    """Return the smallest count that a table would have if there were no difference."""
    successes, total = x + other_x, n + other_n
    return np.nan_to_num(
        quotient(np.minimum(n, other_n) * np.minimum(successes, total - successes), total)
    )


def exact_chance(x: Floats, n: Floats, other_x: Floats, other_n: Floats) -> Floats:
    """Return Fisher's exact two-sided chance of effective counts, made whole."""
    return _fisher(*(_rounded(count) for count in (x, n - x, other_x, other_n - other_x)))


def _rounded(count: Floats) -> Integers:
    """Return effective counts as whole ones, halves upwards."""
    return np.floor(count + 0.5).astype(np.int64)


def _fisher(x: Integers, missed: Integers, other_x: Integers, other_missed: Integers) -> Floats:
    """Return Fisher's exact two-sided chance: of all tables no likelier than the one seen."""
    if not len(x):
        return np.empty(0)
    n, other_n, successes = x + missed, other_x + other_missed, x + other_x
    first = np.maximum(0, successes - other_n)
    lengths = np.minimum(successes, n) - first + 1
    row, place = segments(lengths)
    table = log_factorials(int((n + other_n).max()))

    def choose(top: Integers, bottom: Integers) -> Floats:
        result: Floats = table[top] - table[bottom] - table[top - bottom]
        return result

    k = first[row] + place
    logs = choose(n[row], k) + choose(other_n[row], successes[row] - k)
    logs = logs - choose(n + other_n, successes)[row]
    seen = choose(n, x) + choose(other_n, other_x) - choose(n + other_n, successes)
    extreme = logs <= seen[row] + np.log(_AS_LIKELY)
    total = np.bincount(row, weights=np.where(extreme, np.exp(logs), 0.0), minlength=len(x))
    return np.minimum(total, 1.0)
