"""Tables so small that every world can be tried: what somebody could make of them, for sure.

Belongs here: tables of one figure with a few cells, and trying out. Does not belong here: the
attacker, or anything that hides.
"""

import itertools
import random
from dataclasses import dataclass

import numpy as np

from orchestration.disclosure.exact_attacker import Candidate
from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.tables import Grid

COUNTS = ("numerator", "denominator")
KNOWN = Knowledge(
    dimensions=(),
    measures=COUNTS,
    families=(COUNTS,),
    subset=(COUNTS,),
    sensitive=(COUNTS,),
)
Cell = tuple[int, int]


@dataclass(frozen=True)
class Tiny:
    """A whole, its breakdowns, and what was published of each cell by the rounding method."""

    whole: Cell
    breakdowns: list[list[Cell]]
    rounded: list[Cell | None]

    @property
    def cells(self) -> list[Cell]:
        """All cells, the whole first."""
        return [self.whole, *itertools.chain(*self.breakdowns)]

    def candidate(self) -> Candidate:
        """The same as a table that is to be told exactly."""
        counts = np.array(self.cells, dtype=float)
        states, values = np.full((1, *counts.shape), 3), np.full((1, *counts.shape), np.nan)
        for at, told in enumerate(self.rounded):
            if told is not None:
                states[0, at], values[0, at] = 0, told
        numbers = [at for at, parts in enumerate(self.breakdowns) for _ in parts]
        grid = Grid(
            ("release",),
            tuple(str(at) for at in range(len(counts))),
            states,
            values,
            np.array(numbers),
            np.arange(1, len(counts)),
            np.zeros(len(self.breakdowns), dtype=int),
            np.zeros(len(self.breakdowns), dtype=bool),
        )
        return Candidate(grid, KNOWN, counts, np.zeros(counts.shape, dtype=bool), 5)

    def narrow(self, hidden: np.ndarray, least: int) -> dict[tuple[int, str], int]:
        """What every world that fits says is a few for sure, and how many values are left.

        Args:
            hidden: Which numbers of the exact table are hidden.
            least: The least that a hidden number is known to be.
        """
        found = {}
        for cell, worlds in enumerate(self._worlds(hidden, least)):
            values = {
                "numerator": {top for top, _ in worlds},
                "denominator": {bottom for _, bottom in worlds},
                "rest": {bottom - top for top, bottom in worlds},
            }
            for name, seen in values.items():
                left = max(seen) - min(seen) + 1
                if min(seen) >= 1 and max(seen) <= 5 and left <= 3:
                    found[cell, name] = left
        return found

    def _worlds(self, hidden: np.ndarray, least: int) -> list[set[Cell]]:
        options = [self._options(at, hidden[at], least) for at in range(len(self.cells))]
        seen: list[set[Cell]] = [set() for _ in self.cells]
        for whole in options[0]:
            at, of_whole = 1, []
            for parts in self.breakdowns:
                fits = _parts(whole, options[at : at + len(parts)])
                of_whole.append((at, fits))
                at += len(parts)
            if all(fits[0] for _, fits in of_whole):
                seen[0].add(whole)
                for start, fits in of_whole:
                    for number, values in enumerate(fits):
                        seen[start + number] |= values
        return seen

    def _options(self, at: int, hidden: np.ndarray, least: int) -> set[Cell]:
        most, told = self.whole[1] + 12, self.rounded[at]
        tops, bottoms = (
            range(least, most + 1) if is_hidden else [count]
            for is_hidden, count in zip(hidden, self.cells[at], strict=True)
        )
        return {
            (top, bottom)
            for top, bottom in itertools.product(tops, bottoms)
            if top <= bottom
            and (
                told is None
                or any((rounded(top, by), rounded(bottom, by)) == told for by in range(5))
            )
        }


def _parts(whole: Cell, options: list[set[Cell]]) -> list[set[Cell]]:
    """For each part, what it can be where all of them make up the whole."""
    fits: list[set[Cell]] = [set() for _ in options]
    small = [[o for o in each if o[0] <= whole[0] and o[1] <= whole[1]] for each in options]
    for chosen in itertools.product(*small[:-1]):
        last = (whole[0] - sum(c[0] for c in chosen), whole[1] - sum(c[1] for c in chosen))
        if last in options[-1]:
            for number, cell in enumerate((*chosen, last)):
                fits[number].add(cell)
    return fits


def rounded(count: int, offset: int) -> int:
    """The rounding method."""
    return 5 * ((count + offset) // 5)


def random_table(seed: int) -> Tiny:
    """A table of small numbers; every second one was published by rounding as well."""
    chance = random.Random(seed)  # noqa: S311 - whom does not matter
    # Without rounded numbers there are many more worlds to try.
    is_rounded = bool(seed % 2)
    shape = chance.choice([(2,), (2, 2), (3,), (2, 3), (3, 2)] if is_rounded else [(2,), (2, 2)])
    first = []
    for _ in range(shape[0]):
        bottom = chance.choice([0, 1, 2, 3, 5, 8, 12] if is_rounded else [0, 1, 2, 3, 5, 7])
        first.append((chance.randint(0, bottom), bottom))
    whole = (sum(top for top, _ in first), sum(bottom for _, bottom in first))
    breakdowns = [first]
    for size in shape[1:]:
        parts = [[0, 0] for _ in range(size)]
        for number in range(whole[1]):
            part = parts[chance.randrange(size)]
            part[0] += number < whole[0]
            part[1] += 1
        breakdowns.append([(top, bottom) for top, bottom in parts])
    cells = [whole, *itertools.chain(*breakdowns)]
    told = []
    for top, bottom in cells:
        by = chance.randrange(5)
        told.append((rounded(top, by), rounded(bottom, by)) if is_rounded else None)
    return Tiny(whole, breakdowns, told)
