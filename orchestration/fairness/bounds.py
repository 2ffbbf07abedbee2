"""What a gap could be if everybody's characteristic were known.

Belongs here: Manski's bounds.
Does not belong here: guessing: nobody's ethnicity is ever inferred.
"""

from dataclasses import dataclass

from orchestration.fairness.arrays import Booleans, Floats, quotient
from orchestration.fairness.rates import Interval


@dataclass(frozen=True, slots=True)
class Unknown:
    """Among people whose group nobody knows: recorded, and missed."""

    recorded: Floats
    missed: Floats


def rate_bounds(x: Floats, n: Floats, unknown: Unknown) -> Interval:
    """Return the lowest and highest that a group's rate could be."""
    return Interval(
        quotient(x, n + unknown.missed),
        quotient(x + unknown.recorded, n + unknown.recorded),
    )


def gap_bounds(x: Floats, n: Floats, rest_x: Floats, rest_n: Floats, unknown: Unknown) -> Interval:
    """Return the lowest and highest that a gap could be; sharp, each is reached by somebody."""
    group, rest = rate_bounds(x, n, unknown), rate_bounds(rest_x, rest_n, unknown)
    return Interval(group.lower - rest.upper, group.upper - rest.lower)


def is_robust(bounds: Interval) -> Booleans:
    """Say whether the gap keeps its direction whatever the unknown groups are."""
    result: Booleans = (bounds.lower > 0) | (bounds.upper < 0)
    return result
