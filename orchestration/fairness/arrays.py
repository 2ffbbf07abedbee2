"""What the statistics work on: arrays of numbers, a row each, and sums within sets of rows.

Belongs here: the types, and sums by set.
Does not belong here: any statistic.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Words: TypeAlias = npt.NDArray[np.object_]
Numbers: TypeAlias = Floats | Integers | Sequence[float] | float

# The 97.5 and the 99.9 centile of the normal curve.
Z_95 = 1.959963984540054
Z_998 = 3.090232306167813


def floats(values: Numbers) -> Floats:
    """Return numbers as an array."""
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def quotient(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, and nan (no number, never zero) of nothing."""
    part, whole = np.broadcast_arrays(part, whole)
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole != 0)
    return result


def sum_by(sets: Integers, values: Floats) -> Floats:
    """Return the sum of every set, by its number (0, 1, 2 ...)."""
    return np.bincount(sets, weights=values).astype(np.float64)


def segments(lengths: Integers) -> tuple[Integers, Integers]:
    """Lay ranges of different lengths end to end.

    Returns:
        For each element, the number of its range and its place in it, from 0.
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - starts[owner]
