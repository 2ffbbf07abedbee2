"""Suppress an exact table: numbers of a few, and whatever would tell them.

The Department's form shows true counts and hides those from 1 to 5. What is shown, and what was
published of the same period in another way, may give them back; so an attacker reads all of it
together, the cheapest number behind each of its findings is hidden as well, and it reads again.

Belongs here: which numbers go. Does not belong here: where they come from (``exact_tables``) or
what a hidden number is called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.disclosure.exact_attacker import Candidate, Place, TableAttacker, tell
from orchestration.disclosure.programme import Exact


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Which numbers are hidden, and which could be told too closely all the same."""

    hidden: np.ndarray
    primary: np.ndarray
    hides_zeros: bool
    left: tuple[Place, ...]


# What another attacker finds in a table: numbers of it, told too closely.
Recheck = Callable[[Exact], Sequence[Place]]


def primary(candidate: Candidate) -> np.ndarray:
    """Numbers that are hidden for themselves: a few, few people behind them, all but a few."""
    counts = candidate.counts
    with np.errstate(invalid="ignore"):
        hidden = (counts >= 1) & (counts <= candidate.threshold)
        hidden |= candidate.few & (counts >= 1)
        for part, whole in candidate.knowledge.sensitive:
            first, second = (candidate.knowledge.measures.index(name) for name in (part, whole))
            rest = counts[:, second] - counts[:, first]
            is_few = (rest >= 1) & (rest <= candidate.threshold)
            hidden[:, first] |= is_few & (counts[:, first] >= 1)
    return np.asarray(hidden)


def suppress(candidate: Candidate, recheck: Recheck | None = None) -> Suppressed:
    """Hide what has to be hidden.

    Zeros stay as they are, unless nothing else is left to hide: then a hidden number may be none,
    which tells less of all the others. With every number hidden the table adds nothing.

    Args:
        candidate: The table.
        recheck: Another attacker, who knows what this one does not.

    Raises:
        ContradictionError: The table and what was published cannot both be true.
    """
    attacker = TableAttacker(candidate, tell(candidate.counts, primary(candidate)))
    result = _suppress(attacker, recheck, hides_zeros=False)
    if result.left:
        attacker.in_question = None
        result = _suppress(attacker, recheck, hides_zeros=True)
    return result


def findings(candidate: Candidate, exact: Exact) -> list[Place]:
    """What can be told too closely from a table as it is, and could not before."""
    attacker = TableAttacker(candidate, exact)
    return attacker.find_quickly(exact) or attacker.find(exact)


def _suppress(attacker: TableAttacker, recheck: Recheck | None, hides_zeros: bool) -> Suppressed:
    candidate = attacker.candidate
    first = primary(candidate)
    hidden = first.copy()
    has_given_back = False
    while True:
        exact = tell(candidate.counts, hidden, hides_zeros)
        found = _read_quickly(attacker, recheck, exact)
        if not found and not has_given_back:
            _give_back(attacker, recheck, hidden, first, hides_zeros)
            exact, has_given_back = tell(candidate.counts, hidden, hides_zeros), True
        found = found or attacker.find(exact)
        if not hides_zeros and found and attacker.is_hopeless(candidate):
            return Suppressed(hidden, first, hides_zeros, tuple(found))
        new: set[Place] = set()
        for place in found:
            _hide_cheapest(attacker, hidden, place, new, hides_zeros)
        if not new:
            return Suppressed(hidden, first, hides_zeros, tuple(found))


def _read_quickly(attacker: TableAttacker, recheck: Recheck | None, exact: Exact) -> list[Place]:
    return attacker.find_quickly(exact) or list(recheck(exact) if recheck else ())


def _give_back(
    attacker: TableAttacker,
    recheck: Recheck | None,
    hidden: np.ndarray,
    first: np.ndarray,
    hides_zeros: bool,
) -> None:
    """Show again what did not help, the greatest first: the cheapest is not always what tells."""
    counts = attacker.candidate.counts
    others = np.argwhere(hidden & ~first)
    for cell, measure in sorted(others.tolist(), key=lambda at: (-counts[tuple(at)], at)):
        hidden[cell, measure] = False
        if _read_quickly(attacker, recheck, tell(counts, hidden, hides_zeros)):
            hidden[cell, measure] = True


def _hide_cheapest(
    attacker: TableAttacker, hidden: np.ndarray, place: Place, new: set[Place], hides_zeros: bool
) -> None:
    """Hide the least number among those that may tell this one; the next round sees if it helps."""
    counts = attacker.candidate.counts
    least = 0 if hides_zeros else 1
    for around in attacker.around(place):
        near = set(around)
        if near & new:
            return
        shown = [at for at in near if counts[at] >= least and not hidden[at]]
        if shown:
            # A zero is the last to go.
            cheapest = min(shown, key=lambda at: (counts[at] == 0, counts[at], at))
            hidden[cheapest] = True
            new.add(cheapest)
            return
