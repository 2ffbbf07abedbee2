"""What figures of a family know together of the secret offsets of a whole and of some of its parts.

A whole less some parts is what its other parts come to, in every figure. So each figure bounds by
how much the offset of the whole is above those of these parts together, and what one figure tells
of it, all know. Only sums of few parts tell anything, so only those are read.

Belongs here: these bounds, to and fro. Does not belong here: handing them from figure to figure
(``sharing``).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from orchestration.disclosure.propagation import IMPOSSIBLE, NOT_THERE, OFFSET, ZERO, Sheet

_MOST_PARTS = 3
# Nothing is known; far beyond every count, and small enough to be added up.
_FAR = 10**7
# Two places in the table of differences, and limits of the one above the other and back.
Told = tuple[int, int, np.ndarray]


@dataclass(frozen=True, slots=True)
class Splits:
    """Each whole of few parts, with its parts split in two in every way.

    Attributes:
        wholes: The whole of each split, by its number in the sheet.
        chosen: The parts whose offsets are compared with the whole's.
        of_chosen: Which split each of them is in.
        others: The other parts.
        of_others: Which split each of them is in.
    """

    wholes: np.ndarray
    chosen: np.ndarray
    of_chosen: np.ndarray
    others: np.ndarray
    of_others: np.ndarray

    @classmethod
    def of(cls, sheet: Sheet) -> "Splits":
        """The splits of a sheet; of what is left over nothing is known."""
        sums, size = sheet.sums, len(sheet.told) - sheet.left_over
        # What cannot be is nothing in every sum.
        is_some = ~(sheet.states[sums.parts] == IMPOSSIBLE).all(axis=1)
        count = np.bincount(sums.sum_of[is_some], minlength=len(sums.totals))
        count[sums.sum_of[sums.parts >= size]] = 0
        wholes: list[np.ndarray] = []
        sides: dict[bool, list[tuple[np.ndarray, np.ndarray]]] = {True: [], False: []}
        splits = 0
        for few in range(2, _MOST_PARTS + 1):
            rows = (count == few)[sums.sum_of] & is_some
            parts = sums.parts[rows].reshape(-1, few)
            for is_chosen in product((True, False), repeat=few):
                if any(is_chosen):
                    wholes.append(sums.totals[count == few])
                    numbers = splits + np.arange(len(parts))
                    for part, side in zip(parts.T, is_chosen, strict=True):
                        sides[side].append((part, numbers))
                    splits += len(parts)
        (chosen, of_chosen), (others, of_others) = (
            tuple(np.concatenate(each) for each in zip(*sides[side], strict=True))
            for side in (True, False)
        )
        return cls(np.concatenate(wholes), chosen, of_chosen, others, of_others)

    def names(self, cells: np.ndarray, size: int) -> np.ndarray:
        """The same number in every figure for the same whole and chosen parts.

        Args:
            cells: Which cell of the family each cell of the sheet is.
            size: How many cells the family has.
        """
        order = np.lexsort((cells[self.chosen], self.of_chosen))
        of_chosen = self.of_chosen[order]
        place = np.arange(len(order)) - np.searchsorted(of_chosen, of_chosen)
        parts = np.full((len(self.wholes), _MOST_PARTS), size, dtype=np.int64)
        parts[of_chosen, place] = cells[self.chosen[order]]
        named: np.ndarray = cells[self.wholes].astype(np.int64)
        for each in parts.T:
            named = named * (size + 1) + each
        return named

    def tell(self, sheet: Sheet, most: np.ndarray) -> np.ndarray:
        """For each split, how far the whole's offset is above the chosen parts', and below."""
        told = np.full((len(self.wholes), 2), _FAR, dtype=np.int64)
        for at in _places(sheet):
            known = _Known.of(self, sheet, most, at)
            above = known.up[self.wholes] - known.chosen_down - known.others_low
            below = known.chosen_up + known.others_high - known.down[self.wholes]
            more = np.minimum(told, np.stack([above, below], axis=1))
            told[known.holds] = more[known.holds]
        return told

    def learn(self, sheet: Sheet, most: np.ndarray, offsets: np.ndarray) -> list[Told]:
        """What follows for wholes and parts from what is known of each split's offsets."""
        found: list[Told] = []
        size = len(sheet.told) - sheet.left_over
        above, below = offsets.T
        for at in _places(sheet):
            known = _Known.of(self, sheet, most, at)
            with_offset, alone = np.full((2, size, 2), _FAR, dtype=np.int64)
            high = above + known.chosen_up + known.others_high
            low = known.chosen_down + known.others_low - below
            _lower(with_offset, self.wholes, high, low, known.holds)
            # What all parts together can be with the offsets of the chosen ones, less each other.
            high = known.up[self.wholes] + below - known.chosen_down - known.others_low
            low = known.down[self.wholes] - above - known.chosen_up - known.others_high
            for limits, cells, of, least, greatest in (
                (with_offset, self.chosen, self.of_chosen, known.down, known.up),
                (alone, self.others, self.of_others, known.low, known.high),
            ):
                _lower(
                    limits,
                    cells,
                    high[of] + least[cells],
                    low[of] + greatest[cells],
                    known.holds[of],
                )
            found.append((at, OFFSET, with_offset))
            if at != ZERO:
                found.append((at, ZERO, alone))
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The bounds of one count of a sheet, alone and with the offset (``down`` and ``up``)."""

    low: np.ndarray
    high: np.ndarray
    down: np.ndarray
    up: np.ndarray
    chosen_down: np.ndarray
    chosen_up: np.ndarray
    others_low: np.ndarray
    others_high: np.ndarray
    holds: np.ndarray

    @classmethod
    def of(cls, splits: Splits, sheet: Sheet, most: np.ndarray, at: int) -> "_Known":
        known = most.astype(np.int64)
        low, high = -known[:, ZERO, at], known[:, at, ZERO]
        down, up = -known[:, OFFSET, at], known[:, at, OFFSET]
        holds = np.ones(len(splits.wholes), dtype=bool)
        if at != ZERO:
            release = (at - sheet.place(0, 0)) // sheet.told.shape[2]
            gone = sheet.states[:, release] == NOT_THERE
            holds[gone[splits.wholes]] = False
            for cells, of in (
                (splits.chosen, splits.of_chosen),
                (splits.others, splits.of_others),
            ):
                holds[of[gone[cells]]] = False
        size = len(splits.wholes)
        return cls(
            low,
            high,
            down,
            up,
            _added(down[splits.chosen], splits.of_chosen, size),
            _added(up[splits.chosen], splits.of_chosen, size),
            _added(low[splits.others], splits.of_others, size),
            _added(high[splits.others], splits.of_others, size),
            holds,
        )


def _added(values: np.ndarray, of: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(of, values, minlength=size).astype(np.int64)


def _lower(
    limits: np.ndarray, cells: np.ndarray, high: np.ndarray, low: np.ndarray, holds: np.ndarray
) -> None:
    np.minimum.at(limits, (cells[holds], 0), high[holds])
    np.minimum.at(limits, (cells[holds], 1), -low[holds])


def _places(sheet: Sheet) -> list[int]:
    """Nothing, which has its offset alone, and every count."""
    releases, counts = sheet.counted.shape
    return [ZERO] + [
        sheet.place(release, count)
        for release in range(releases)
        for count in range(counts)
        if sheet.counted[release, count]
    ]
