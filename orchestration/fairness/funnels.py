"""Teams and areas: which of them lie further from the authority's rate than chance explains?

No ranks: a funnel says who is out of the ordinary, never who is first.

Belongs here: Spiegelhalter's limits and his allowance for over-dispersion.
Does not belong here: shrunk rates (``shrinkage``).
"""

from dataclasses import dataclass

import numpy as np

from orchestration.fairness.arrays import Floats, Integers, quotient, sum_by
from orchestration.fairness.special import binomial_log_probability, log_factorials

# Far enough into either tail that nothing is left beyond it.
_DEVIATIONS = 12
_WINSORISED = 10
# Rows for which all counts are laid out beside each other.
_AT_ONCE = 256


def funnel_limit(n: Floats, target: Floats, at: float) -> Floats:
    """Return one control limit: the interpolated binomial one (Spiegelhalter 2005, A.1.1).

    Args:
        n: Sizes; effective ones are rounded, halves upwards.
        target: Rates to which they are held.
        at: Which share of chance lies below the limit.
    """
    size = np.floor(n + 0.5).astype(np.int64)
    table = log_factorials(int(size.max(initial=0)))
    parts = [
        _limit(size[start : start + _AT_ONCE], target[start : start + _AT_ONCE], at, table)
        for start in range(0, len(size), _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _limit(size: Integers, target: Floats, at: float, table: Floats) -> Floats:
    """Return the limits of a few rows, a line of counts each; no line depends on another."""
    spread = np.ceil(_DEVIATIONS * np.sqrt(size * target * (1 - target)) + _DEVIATIONS)
    first = np.maximum(0, np.floor(size * target) - spread).astype(np.int64)
    last = np.minimum(size, np.ceil(size * target) + spread).astype(np.int64)
    k = first[:, None] + np.arange(int((last - first).max()) + 1)
    inside = k <= last[:, None]
    lines = np.broadcast_to(size[:, None], k.shape)
    chance = np.zeros(k.shape)
    chance[inside] = np.exp(
        binomial_log_probability(
            k[inside], lines[inside], np.broadcast_to(target[:, None], k.shape)[inside], table
        )
    )
    below = np.cumsum(chance, axis=1)
    # The first count with more than the share at or below it, brought back by what is too much.
    above = below > at
    found, row = np.argmax(above, axis=1), np.arange(len(size))
    alpha = quotient(below[row, found] - at, chance[row, found])
    limit = quotient(k[row, found] - alpha, size.astype(np.float64))
    return np.where(above.any(axis=1), np.clip(limit, 0.0, 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How far every team lies from the target, before and after allowing for over-dispersion."""

    z: Floats
    z_adjusted: Floats
    # Of every set, by its number.
    phi: Floats
    tau_squared: Floats


def over_dispersion(p: Floats, n: Floats, target: Floats, sets: Integers) -> Dispersion:
    """Return standardised distances, allowing for the spread that all teams of a set share.

    Teams differ by more than chance for many small reasons. The spread beyond chance, estimated
    without the tenth at either end, is added to every team's variance.
    """
    variance = quotient(target * (1 - target), n)
    z = quotient(p - target, np.sqrt(variance))
    held = np.isfinite(z)
    own, count = sets[held], int(sets.max(initial=-1)) + 1
    teams = np.bincount(own, minlength=count).astype(np.float64)
    low, high = _centiles(z[held], own, count)
    inside = np.clip(z[held], low[own], high[own])
    weight = 1 / variance[held]

    def total(values: Floats) -> Floats:
        return np.bincount(own, weights=values, minlength=count).astype(np.float64)

    phi = quotient(total(inside**2), teams)
    all_weight = total(weight)
    spare = all_weight - quotient(total(weight**2), all_weight)
    tau = np.maximum(np.nan_to_num(quotient(teams * phi - (teams - 1), spare)), 0.0)
    return Dispersion(z, quotient(p - target, np.sqrt(variance + tau[sets])), phi, tau)


def _centiles(values: Floats, sets: Integers, count: int) -> tuple[Floats, Floats]:
    """Return the 10th and the 90th centile of every set, by linear interpolation."""
    order = np.lexsort((values, sets))
    ranked = values[order]
    sizes = np.bincount(sets, minlength=count)
    starts = np.cumsum(sizes) - sizes

    def centile(share: float) -> Floats:
        place = share * np.maximum(sizes - 1, 0)
        below = np.floor(place).astype(np.int64)
        above = np.ceil(place).astype(np.int64)
        last = max(len(ranked) - 1, 0)
        lower = ranked[np.minimum(starts + below, last)]
        upper = ranked[np.minimum(starts + above, last)]
        result: Floats = lower + (upper - lower) * (place - below)
        return result

    if not len(ranked):
        return np.full(count, np.nan), np.full(count, np.nan)
    return centile(_WINSORISED / 100), centile(1 - _WINSORISED / 100)


def target_rates(x: Floats, n: Floats, sets: Integers) -> Floats:
    """Return for every row the rate of its whole set."""
    return quotient(sum_by(sets, x), sum_by(sets, n))[sets]
