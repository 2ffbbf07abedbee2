"""The attacker for every night: what all parts and wholes together say, by intervals alone.

Every rule of a protected cell compares two numbers: a count and its secret offset, a part and its
whole, a count and nothing. So all that a cell tells is a table of the most that each number can
lie above each other one. Such tables are closed and handed from parts to wholes and back until
nothing gets narrower: some array operations, where a linear programme takes seconds.

What is found is so: a bound is never narrower than the published numbers make it. For one count
and its whole in one release it is what a linear programme finds; of more counts together the
programme (``attacker``) may find a little more.

Belongs here: arithmetic. Does not belong here: where cells come from (``figures``) or what
follows (``orchestration.releases``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.disclosure.knowledge import OFFSETS
from orchestration.disclosure.narrowness import SMALL, is_narrow

# The counts of a cell, in the order of the arrays.
NUMERATOR, DENOMINATOR, EXEMPT = range(3)
COUNTS = ("numerator", "denominator", "exempt")
NOT_THERE, POSSIBLE, IMPOSSIBLE = range(3)
UNTOLD = -1
# Known of a count without being told it: somebody is there.
SOMEBODY = -2
# Nothing is told; far beyond every count, and small enough to be added up.
_FAR = 10**7
_ROUNDS = 12
# Beside its counts, a cell has nothing and its offset.
ZERO, OFFSET, _FIRST = range(3)
# The numerator is counted among the denominator.
OWN_PARTS = ((NUMERATOR, DENOMINATOR),)
_HIDDEN_AT_MOST = 9


@dataclass(frozen=True, slots=True)
class Sums:
    """Which cells add up to which: parts in the order of their sums."""

    sum_of: np.ndarray
    parts: np.ndarray
    totals: np.ndarray

    def touched(self, cells: np.ndarray, size: int) -> "Sums":
        """The sums in which some of the cells are."""
        is_named = np.zeros(size, dtype=bool)
        is_named[cells] = True
        is_kept = is_named[self.totals]
        is_kept[self.sum_of[is_named[self.parts]]] = True
        number = np.cumsum(is_kept) - 1
        rows = is_kept[self.sum_of]
        return Sums(number[self.sum_of[rows]], self.parts[rows], self.totals[is_kept])

    def among(self, cells: np.ndarray) -> "Sums":
        """The same by the place of each cell in a sorted list of all of them."""
        parts, totals = (np.searchsorted(cells, each) for each in (self.parts, self.totals))
        return Sums(self.sum_of, parts, totals)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All cells of one figure of one authority, in one release or in two.

    Attributes:
        told: The published number for each cell, release and count; ``UNTOLD`` where there is none.
        states: For each cell and release: not there, possible or impossible.
        counted: For each release and count, whether the figure has that count at all.
        sums: Which cells add up to which.
        few: For each cell and release, whether it is hidden and known to be below ten, because the
            denominator is the number of people behind it; none where it is not.
        parts_of: Pairs of a count and the one that it is counted among.
        same: Pairs of counts that are one count.
        known: What a table of exact numbers tells of each cell, release and count: the number,
            ``SOMEBODY`` where it hides one, ``UNTOLD`` where it has none; none without a table.
        small: The greatest number that is small, for all or for each cell and count.
        left_over: How many cells at the end stand for what belongs to none of the parts of a whole;
            they are in no table, so nothing is asked of them.
    """

    told: np.ndarray
    states: np.ndarray
    counted: np.ndarray
    sums: Sums
    few: np.ndarray | None = None
    parts_of: tuple[tuple[int, int], ...] = OWN_PARTS
    same: tuple[tuple[int, int], ...] = ()
    known: np.ndarray | None = None
    small: np.ndarray | None = None
    left_over: int = 0

    def place(self, release: int, count: int) -> int:
        """Where a count stands in the table of differences."""
        return _FIRST + release * int(self.told.shape[2]) + count


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A count, a remainder or a change of which too little is left to guess."""

    cell: int
    release: int
    count: int
    kind: str
    values_left: int


def find_narrow(sheet: Sheet) -> list[Narrowed] | None:
    """What is told too closely; nothing at all (None) where the numbers contradict each other."""
    if (sheet.told == UNTOLD).all() and sheet.known is None:
        return []
    most = conclude(sheet, start(sheet))
    return None if most is None else narrowed(most, sheet)


def start(sheet: Sheet) -> np.ndarray:
    """How far each number of a cell can lie above each other, as the cell by itself tells."""
    return _closed(_most_of_cells(sheet))


def conclude(
    sheet: Sheet, most: np.ndarray, changed: np.ndarray | None = None
) -> np.ndarray | None:
    """Hand round what is known until nothing gets narrower; None if it contradicts itself.

    Args:
        sheet: The cells.
        most: What is known of each by itself, closed; it is changed.
        changed: The cells of which something new is known; none where all are new.
    """
    there = np.concatenate(
        [np.ones((len(most), 1), dtype=bool), _is_there(sheet).reshape(len(most), -1)], axis=1
    )
    sums = sheet.sums
    for _ in range(_ROUNDS):
        if changed is not None:
            sums = sheet.sums.touched(changed, len(most))
        if not len(sums.totals):
            break
        cells = np.unique(np.concatenate([sums.parts, sums.totals]))
        before = most[cells]
        known = _closed(_handed_round(before, sums.among(cells), there[cells]))
        most[cells] = known
        changed = cells[(before != known).any(axis=(1, 2))]
    return None if (np.diagonal(most, axis1=1, axis2=2) < 0).any() else most


def tell(
    sheet: Sheet, most: np.ndarray, told: Sequence[tuple[int, int, np.ndarray]]
) -> np.ndarray | None:
    """What is known once somebody tells of some differences; None if it contradicts itself.

    Args:
        sheet: The cells.
        most: What is known of them.
        told: Two numbers and, for each of the first cells, the most that the first can lie above
            the second, and the second above the first.
    """
    more = most.copy()
    for above, below, limits in told:
        for one, other, limit in zip((above, below), (below, above), limits.T, strict=True):
            known = more[: len(limit), one, other]
            np.minimum(known, limit, out=known, casting="same_kind")
    changed = np.flatnonzero((more != most).any(axis=(1, 2)))
    more[changed] = _closed(more[changed])
    return conclude(sheet, more, changed)


def narrowed(most: np.ndarray, sheet: Sheet) -> list[Narrowed]:
    """What is told too closely of what is known."""
    return list(_narrowed(most, sheet))


def _is_there(sheet: Sheet) -> np.ndarray:
    """For each cell, release and count."""
    there: np.ndarray = (sheet.states != NOT_THERE)[:, :, None] & sheet.counted
    return there


def _most_of_cells(sheet: Sheet) -> np.ndarray:
    """How far each number of a cell can lie above each other, as the cell by itself tells."""
    cells, releases, counts = sheet.told.shape
    size = _FIRST + releases * counts
    most = np.full((cells, size, size), _FAR, dtype=np.int32)
    most[:, np.arange(size), np.arange(size)] = 0
    # The offset, taken as a negative number: a count less it lies where it was rounded from.
    most[:, OFFSET, ZERO] = 0
    most[:, ZERO, OFFSET] = OFFSETS - 1
    there = _is_there(sheet)
    for release in range(releases):
        is_impossible = sheet.states[:, release] == IMPOSSIBLE
        for count in range(counts):
            at, told = sheet.place(release, count), sheet.told[:, release, count]
            most[there[:, release, count], ZERO, at] = 0
            most[is_impossible & there[:, release, count], at, ZERO] = 0
            is_told = told != UNTOLD
            most[is_told, at, OFFSET] = told[is_told] + OFFSETS - 1
            most[is_told, OFFSET, at] = -told[is_told]
        for first, second in (*sheet.parts_of, *sheet.same, *(pair[::-1] for pair in sheet.same)):
            both = there[:, release, [first, second]].all(axis=1)
            most[both, sheet.place(release, first), sheet.place(release, second)] = 0
        if sheet.few is not None:
            whole = sheet.place(release, DENOMINATOR)
            most[sheet.few[:, release], whole, OFFSET] = _HIDDEN_AT_MOST
    if sheet.known is not None:
        _add_known(most, sheet, sheet.known)
    return most


def _add_known(most: np.ndarray, sheet: Sheet, known: np.ndarray) -> None:
    """Enter what a table of exact numbers tells."""
    for release in range(known.shape[1]):
        for count in range(known.shape[2]):
            at, said = sheet.place(release, count), known[:, release, count]
            is_exact, is_somebody = said >= 0, said == SOMEBODY
            most[is_exact, at, ZERO] = np.minimum(most[is_exact, at, ZERO], said[is_exact])
            most[is_exact, ZERO, at] = np.minimum(most[is_exact, ZERO, at], -said[is_exact])
            most[is_somebody, ZERO, at] = np.minimum(most[is_somebody, ZERO, at], -1)


def _closed(most: np.ndarray) -> np.ndarray:
    """Draw every conclusion within each cell."""
    for through in range(most.shape[1]):
        np.minimum(most, most[:, :, through, None] + most[:, None, through, :], out=most)
    np.minimum(most, _FAR, out=most)
    return most


def _handed_round(most: np.ndarray, sums: Sums, there: np.ndarray) -> np.ndarray:
    """Tell wholes what their parts say, and each part what the whole less the others says."""
    starts = np.searchsorted(sums.sum_of, np.arange(len(sums.totals)))
    lacks = np.logical_or.reduceat(~there[sums.parts], starts, axis=0) | ~there[sums.totals]
    lacks_either = lacks[:, :, None] | lacks[:, None, :]
    # An offset does not add up; nothing, and every count, does.
    adds = np.r_[ZERO, _FIRST : most.shape[1]]
    known = most[:, adds[:, None], adds]
    parts = known[sums.parts]
    together = np.add.reduceat(parts, starts, axis=0, dtype=np.int32)
    together[lacks_either] = _FAR
    _lower(known, sums.totals, together)
    others = together[sums.sum_of] - parts
    of_whole = known[sums.totals][sums.sum_of]
    back = of_whole + others.transpose(0, 2, 1)
    back[lacks_either[sums.sum_of]] = _FAR
    _lower(known, sums.parts, back)
    handed = most.copy()
    handed[:, adds[:, None], adds] = np.minimum(known, _FAR)
    return handed


def _lower(known: np.ndarray, cells: np.ndarray, told: np.ndarray) -> None:
    """Take over what is told of cells, which may be named often; as ``minimum.at``, but fast."""
    order = np.argsort(cells, kind="stable")
    named, starts = np.unique(cells[order], return_index=True)
    known[named] = np.minimum(known[named], np.minimum.reduceat(told[order], starts, axis=0))


def _narrowed(most: np.ndarray, sheet: Sheet) -> Iterator[Narrowed]:
    there = _is_there(sheet) & (sheet.states == POSSIBLE)[:, :, None]
    there[len(there) - sheet.left_over :] = False
    releases, counts = there.shape[1:]
    for release in range(releases):
        for count in range(counts):
            at, is_asked = sheet.place(release, count), there[:, release, count]
            small = SMALL if sheet.small is None else sheet.small[:, count]
            yield from _judge(most, (at, ZERO), is_asked, small, (release, count, "count"))
            if release:
                was = sheet.place(release - 1, count)
                both = is_asked & there[:, release - 1, count]
                yield from _judge(most, (at, was), both, small, (release, count, "change"))
        for part, whole in sheet.parts_of:
            rest = (sheet.place(release, whole), sheet.place(release, part))
            both = there[:, release, [part, whole]].all(axis=1)
            small = SMALL if sheet.small is None else sheet.small[:, part]
            yield from _judge(most, rest, both, small, (release, part, "difference"))


def _judge(
    most: np.ndarray,
    between: tuple[int, int],
    is_asked: np.ndarray,
    small: "np.ndarray | int",
    named: tuple[int, int, str],
) -> Iterator[Narrowed]:
    above, below = between
    high, low = most[:, above, below], -most[:, below, above]
    release, count, kind = named
    for cell in np.flatnonzero(is_asked & is_narrow(low, high, small)):
        yield Narrowed(int(cell), release, count, kind, int(high[cell] - low[cell] + 1))
