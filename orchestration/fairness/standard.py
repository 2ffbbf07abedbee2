"""Like with like: the gap that would be left if both sides had the same ages and stages.

A standardised figure explains a gap; it never clears it, because age and stage may be part of
what is unfair.

Belongs here: direct standardisation, Mantel and Haenszel's ratio, the check for a reversal.
Does not belong here: which strata there are (dbt counts them).
"""

from dataclasses import dataclass

import numpy as np

from orchestration.fairness.arrays import (
    Z_95,
    Booleans,
    Floats,
    Integers,
    quotient,
)


@dataclass(frozen=True, slots=True)
class Strata:
    """One row for each stratum of each comparison."""

    comparison: Integers
    x: Floats
    n: Floats
    rest_x: Floats
    rest_n: Floats


@dataclass(frozen=True, slots=True)
class Standardised:
    """One row for each comparison; nan where too much weight has no partner."""

    p: Floats
    rest_p: Floats
    gap: Floats
    gap_lower: Floats
    gap_upper: Floats
    mantel_haenszel_ratio: Floats
    weight_lost: Floats
    is_reversed: Booleans


def standardise(strata: Strata, count: int, max_weight_lost: float) -> Standardised:
    """Weigh the strata of both sides alike, by all opportunities in them.

    Args:
        strata: Counts of both sides; effective ones where children repeat.
        count: How many comparisons there are.
        max_weight_lost: Share of the weight without a partner beyond which nothing is said.
    """

    def total(values: Floats) -> Floats:
        return np.bincount(strata.comparison, weights=values, minlength=count).astype(np.float64)

    size = strata.n + strata.rest_n
    paired = (strata.n > 0) & (strata.rest_n > 0)
    kept, whole = total(np.where(paired, size, 0.0)), total(size)
    weight = np.where(paired, quotient(size, kept[strata.comparison]), 0.0)
    p = np.where(paired, quotient(strata.x, strata.n), 0.0)
    rest_p = np.where(paired, quotient(strata.rest_x, strata.rest_n), 0.0)
    variance = total(
        weight**2
        * np.where(
            paired,
            quotient(p * (1 - p), strata.n) + quotient(rest_p * (1 - rest_p), strata.rest_n),
            0.0,
        )
    )
    lost = 1 - quotient(kept, whole)
    usable = (kept > 0) & (lost <= max_weight_lost)

    def told(values: Floats) -> Floats:
        return np.where(usable, values, np.nan)

    gap, half = total(weight * (p - rest_p)), Z_95 * np.sqrt(variance)
    ratio = quotient(
        total(np.where(paired, quotient(strata.x * strata.rest_n, size), 0.0)),
        total(np.where(paired, quotient(strata.rest_x * strata.n, size), 0.0)),
    )
    crude = quotient(total(strata.x), total(strata.n)) - quotient(
        total(strata.rest_x), total(strata.rest_n)
    )
    return Standardised(
        told(total(weight * p)),
        told(total(weight * rest_p)),
        told(gap),
        told(gap - half),
        told(gap + half),
        told(ratio),
        lost,
        usable & (crude * gap < 0),
    )
