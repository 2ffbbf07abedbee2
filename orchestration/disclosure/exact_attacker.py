"""The attacker who reads a table of exact numbers beside what was published of the same cells.

Belongs here: what can be told too closely because of the table, and which numbers may tell it.
Does not belong here: deciding what is hidden (``suppression``).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orchestration.disclosure.bounding import bound
from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.narrowness import SMALL, is_narrow, values_left
from orchestration.disclosure.programme import Exact, Targets, make_programme, make_targets
from orchestration.disclosure.tables import Grid
from orchestration.disclosure.together import Narrow, find_together

# A number of the table: its cell and its count.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that is to be told exactly, beside what is known of the same cells already.

    Attributes:
        grid: The cells, what the last release says of them, and which add up to which.
        knowledge: What is known of them.
        counts: The true number, for each cell and count; NaN where the table does not have it.
        few: Few people stand behind it, or two make up most of it, however great it is.
        threshold: Numbers from 1 to this one are hidden.
    """

    grid: Grid
    knowledge: Knowledge
    counts: np.ndarray
    few: np.ndarray
    threshold: int


def tell(counts: np.ndarray, hidden: np.ndarray, hides_zeros: bool = False) -> Exact:
    """What a table says that hides some of its numbers."""
    return Exact(np.where(hidden, np.nan, counts), hidden, hides_zeros)


class TableAttacker:
    """The linear programme over one table, read again and again."""

    def __init__(self, candidate: Candidate, tells_most: Exact) -> None:
        self.candidate = candidate
        self.targets = make_targets(candidate.grid, candidate.knowledge)
        self.small_counts = _small(candidate, tells_most)
        self.small = self.small_counts[self.targets.cells, self.targets.measures]
        self.in_question: list[int] | None = None
        self.hopeless: bool | None = None
        # What was told already is no reason to hold back a table that does not add to it.
        nothing = np.full_like(candidate.counts, np.nan)
        self.nothing = tell(nothing, np.zeros(nothing.shape, dtype=bool), hides_zeros=True)
        self.before: dict[int, int] = {}
        self.before_quickly = self._together(self.nothing)

    def find_quickly(self, exact: Exact) -> list[Place]:
        """The same as ``find`` by intervals alone, which may see less."""
        return [
            (cell, measure)
            for (cell, measure, kind), left in self._together(exact).items()
            if left < self.before_quickly.get((cell, measure, kind), left + 1)
        ]

    def is_hopeless(self, candidate: Candidate) -> bool:
        """Whether something is found with everything hidden that is not zero."""
        if self.hopeless is None:
            exact = tell(candidate.counts, candidate.counts >= 1)
            found = self.find_quickly(exact)
            if not found and self.in_question:
                kept = self.in_question
                found = self.find(exact)
                self.in_question = kept
            self.hopeless = bool(found) if found or self.in_question is not None else None
        return bool(self.hopeless)

    def _together(self, exact: Exact) -> dict[Narrow, int]:
        grid, knowledge = self.candidate.grid, self.candidate.knowledge
        return find_together(grid, knowledge, exact, self.small_counts)

    def find(self, exact: Exact) -> list[Place]:
        """Numbers that are told too closely, and were not so before.

        Args:
            exact: The table; each that follows must hide more.
        """
        if self.in_question is None:
            left = self._attack(exact, np.arange(len(self.small)))
            self.before = self._attack(self.nothing, np.array(list(left), dtype=int))
        else:
            left = self._attack(exact, np.array(self.in_question, dtype=int))
        # Whoever hides more tells less, so what is safe of this table is safe of those to come.
        self.in_question = [
            at for at, values in left.items() if values < self.before.get(at, values + 1)
        ]
        return [
            (int(self.targets.cells[at]), int(self.targets.measures[at])) for at in self.in_question
        ]

    def _attack(self, exact: Exact, chosen: np.ndarray) -> dict[int, int]:
        """Of which targets too few values are left, and how many."""
        if not len(chosen):
            return {}
        grid, knowledge = self.candidate.grid, self.candidate.knowledge
        targets = Targets(
            self.targets.rows[chosen],
            self.targets.kinds[chosen],
            self.targets.releases[chosen],
            self.targets.cells[chosen],
            self.targets.measures[chosen],
        )
        small = self.small[chosen]
        found = bound(make_programme(grid, knowledge, exact), targets, small=small)
        is_found = found.is_exact & is_narrow(found.low, found.high, small)
        left = values_left(found.low, found.high)
        return {int(chosen[at]): int(left[at]) for at in np.flatnonzero(is_found)}

    def around(self, place: Place) -> Iterator[list[Place]]:
        """Numbers that may tell one, from near to far."""
        cell, measure = place
        near = [(cell, other) for other in self._beside[measure]]
        for cells in self._sums[cell]:
            near.extend((other, count) for other in cells for count in self._same[measure])
        yield near
        every = range(len(self.candidate.grid.cells))
        yield [(other, count) for other in every for count in self._beside[measure]]
        measures = range(len(self.candidate.knowledge.measures))
        yield [(other, count) for other in every for count in measures]

    @cached_property
    def _sums(self) -> dict[int, list[np.ndarray]]:
        """The cells of each sum, by each of its cells."""
        grid = self.candidate.grid
        found: dict[int, list[np.ndarray]] = defaultdict(list)
        for number, total in enumerate(grid.totals):
            cells = np.append(grid.parts[grid.sum_of == number], total)
            for cell in cells.tolist():
                found[cell].append(cells)
        return found

    @cached_property
    def _same(self) -> dict[int, list[int]]:
        """Counts that an identity ties to a count, and itself."""
        return self._tied(self.candidate.knowledge.identities)

    @cached_property
    def _beside(self) -> dict[int, list[int]]:
        """The same, with parts and wholes within one cell."""
        knowledge = self.candidate.knowledge
        pairs = [(whole, (part,)) for part, whole in knowledge.subset]
        return self._tied((*knowledge.identities, *pairs))

    def _tied(self, ties: Sequence[tuple[str, tuple[str, ...]]]) -> dict[int, list[int]]:
        measures = self.candidate.knowledge.measures
        found = {number: {number} for number in range(len(measures))}
        for whole, parts in ties:
            together = {measures.index(name) for name in (whole, *parts)}
            for number in together:
                found[number] |= together
        return {number: sorted(tied) for number, tied in found.items()}


def _small(candidate: Candidate, exact: Exact) -> np.ndarray:
    """Up to which number each count is small: any number is, of few people."""
    has_it = ~np.isnan(exact.counts) | exact.hidden
    small = np.where(has_it, float(candidate.threshold), float(SMALL))
    return np.where(candidate.few, np.inf, small)
