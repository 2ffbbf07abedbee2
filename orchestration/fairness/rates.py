"""A rate, and how sure it is when the same child is counted several times.

Belongs here: Wilson's interval and the design effect.
Does not belong here: two groups (``gaps``).
"""

from dataclasses import dataclass

import numpy as np

from orchestration.fairness.arrays import (
    Z_95,
    Booleans,
    Floats,
    Integers,
    Numbers,
    floats,
    quotient,
    sum_by,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper limits, a row each."""

    lower: Floats
    upper: Floats


def wilson(p: Numbers, n: Numbers, z: float = Z_95) -> Interval:
    """Return Wilson's score interval of a rate; n may be an effective number."""
    p, n = floats(p), floats(n)
    square = z * z
    base = 1 + quotient(np.full_like(n, square), n)
    centre = (p + quotient(np.full_like(n, square / 2), n)) / base
    half = z / base * np.sqrt(quotient(p * (1 - p), n) + quotient(square / 4 + 0 * n, n * n))
    return Interval(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


@dataclass(frozen=True, slots=True)
class Squares:
    """Sums over the children of a group, of what each child has: x, n, x^2, x n, n^2."""

    x: Floats
    n: Floats
    xx: Floats
    xn: Floats
    nn: Floats
    children: Floats


def design_effect(squares: Squares, sets: Integers, counted: Booleans) -> Floats:
    """Return the pooled design effect of every set of groups, at least 1.

    A child with several opportunities is less evidence than as many children. The spread of the
    children around their group's rate, against what single opportunities would give, says by how
    much. All groups of a set share one, because that of a small group would be noise.

    Args:
        squares: Of every group, a row each.
        sets: The number of the set of each group.
        counted: Whether the group takes part; unknown is no group.
    """
    held = counted & (squares.n > 0)
    p = np.where(held, quotient(squares.x, squares.n), 0.0)
    spread = squares.xx - 2 * p * squares.xn + p * p * squares.nn
    between = sum_by(sets, np.where(held, spread, 0.0))
    single = sum_by(sets, np.where(held, squares.n * p * (1 - p), 0.0))
    clusters = sum_by(sets, np.where(held, squares.children, 0.0))
    groups = sum_by(sets, held.astype(np.float64))
    usable = (clusters > groups) & (single > 0)
    raw = quotient(clusters * between, np.where(usable, (clusters - groups) * single, 0.0))
    return np.where(usable, np.maximum(raw, 1.0), 1.0)
