"""When too little is left to guess of a count: the one definition for every way of attacking.

Belongs here: the definition. Does not belong here: how bounds are found (``bounding`` by linear
programmes, ``propagation`` by intervals).
"""

import numpy as np

# Values that must stay possible, and the greatest count that is small.
NARROW = 3
SMALL = 4
TOLERANCE = 1e-6


def is_narrow(low: np.ndarray, high: np.ndarray, small: "np.ndarray | float" = SMALL) -> np.ndarray:
    """Somebody for sure, few for sure, and how many all but told.

    Where none is possible as well nothing is told of anybody: that is as in any hidden cell.

    Args:
        low: The least that each can be.
        high: The most.
        small: The greatest count that is small, for all or for each.
    """
    least, most = np.minimum(np.abs(low), np.abs(high)), np.maximum(np.abs(low), np.abs(high))
    is_somebody = (np.sign(low) == np.sign(high)) & (least >= 1 - TOLERANCE)
    is_few = most <= small + TOLERANCE
    return np.asarray(is_somebody & is_few & (values_left(low, high) <= NARROW))


def values_left(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How many whole numbers lie between two bounds; none before there are bounds."""
    with np.errstate(invalid="ignore"):
        left = np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE) + 1
    return np.where(np.isfinite(left), left, 0)
