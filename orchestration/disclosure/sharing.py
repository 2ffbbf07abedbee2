"""What figures of a family know together: the offset of each cell, and counts that are one number.

Each of these is a difference of two numbers that several figures have in their tables: an offset
and nothing, a count and nothing, a whole and its part. What one figure tells of it, all know. So it
is with the offsets of a whole and of its parts (``offsets``).

Belongs here: handing differences from figure to figure. Does not belong here: what a figure tells
by itself (``propagation``), or which figures are a family (``orchestration.releases``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.disclosure.offsets import Splits, Told
from orchestration.disclosure.propagation import COUNTS, OFFSET, ZERO, Sheet, tell

_ROUNDS = 12
# Nothing is known; far beyond every count, and small enough to be added up.
_FAR = 10**7
# The name of a count, its release, and whether the offset is added to it.
_Name = tuple[str, int, bool]
_SHARED_OFFSET: _Name = ("offset", 0, False)
# A difference of a sheet: what is above and what is below, as ``propagation`` places them.
_Difference = tuple[int, int]
# A whole and its parts, each the name of a count.
Identity = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one figure.

    Attributes:
        sheet: Its cells.
        most: What they tell by themselves (``propagation.conclude``).
        cells: Which cell of the family each of them is, but for what is left over.
        figure: Its name.
    """

    sheet: Sheet
    most: np.ndarray
    cells: np.ndarray
    figure: str


def share(family: Sequence[Known], identities: Sequence[Identity]) -> list[np.ndarray] | None:
    """What is known of each figure once all know it; None where that contradicts itself.

    Args:
        family: The figures.
        identities: Counts that are the sum of two others, or the same as one other.
    """
    named = [_differences(each, identities) for each in family]
    every = list(dict.fromkeys(name for each in named for name in each))
    size = max(int(each.cells.max()) for each in family) + 1
    shared = {name: np.full((size, 2), _FAR, dtype=np.int64) for name in every}
    members = [_Member(each, of) for each, of in zip(family, named, strict=True)]
    apart = _Apart(members, size)
    for member in members:
        member.tell(shared)
        apart.tell(member)
    for _ in range(_ROUNDS):
        _add_up(shared, identities)
        is_done = True
        for member in members:
            news = [*member.limits(shared), *apart.limits(member)]
            if member.knows(news):
                continue
            if not member.learn(news):
                return None
            member.tell(shared)
            apart.tell(member)
            is_done = False
        if is_done:
            break
    return [member.most for member in members]


class _Member:
    """A figure among others: what it knows of the differences that it shares."""

    def __init__(self, known: Known, differences: dict[_Name, _Difference]) -> None:
        self.sheet, self.most, self.cells = known.sheet, known.most, known.cells
        self.differences = differences
        self.splits = Splits.of(known.sheet)

    def _now(self, above: int, below: int) -> np.ndarray:
        most = self.most[: len(self.cells)]
        return np.stack([most[:, above, below], most[:, below, above]], axis=1)

    def tell(self, shared: dict[_Name, np.ndarray]) -> None:
        for name, place in self.differences.items():
            told = shared[name]
            told[self.cells] = np.minimum(told[self.cells], self._now(*place))

    def limits(self, shared: dict[_Name, np.ndarray]) -> list[Told]:
        return [(*place, shared[name][self.cells]) for name, place in self.differences.items()]

    def knows(self, news: Sequence[Told]) -> bool:
        return all((self._now(above, below) <= limits).all() for above, below, limits in news)

    def learn(self, news: Sequence[Told]) -> bool:
        more = tell(self.sheet, self.most, news)
        if more is not None:
            self.most = more
        return more is not None


class _Apart:
    """How far the offsets of wholes and their parts lie apart, as all members know."""

    def __init__(self, members: Sequence[_Member], size: int) -> None:
        """Number the splits that any member has."""
        named = [each.splits.names(each.cells, size) for each in members]
        every, numbers = np.unique(np.concatenate(named), return_inverse=True)
        edges = np.cumsum([len(each) for each in named])[:-1]
        self._of = dict(zip(map(id, members), np.split(numbers, edges), strict=True))
        self._most = np.full((len(every), 2), _FAR, dtype=np.int64)

    def tell(self, member: _Member) -> None:
        told = member.splits.tell(member.sheet, member.most)
        np.minimum.at(self._most, self._of[id(member)], told)

    def limits(self, member: _Member) -> list[Told]:
        return member.splits.learn(member.sheet, member.most, self._most[self._of[id(member)]])


def _differences(known: Known, identities: Sequence[Identity]) -> dict[_Name, _Difference]:
    """The differences of a figure that others may have as well."""
    found = {_SHARED_OFFSET: (ZERO, OFFSET)}
    for whole, parts in identities:
        for release in range(known.sheet.told.shape[1]):
            own = {}
            for name in (whole, *parts):
                figure, count = name.split()
                if figure == known.figure:
                    own[name] = known.sheet.place(release, COUNTS.index(count))
            for name, place in own.items():
                same = whole if len(parts) == 1 else name
                found[same, release, True] = (place, OFFSET)
                found[same, release, False] = (place, ZERO)
            others = [name for name in parts if name not in own]
            if whole in own and len(others) == 1 < len(parts):
                # A whole less its part is another figure's count.
                (part,) = (name for name in parts if name in own)
                found[others[0], release, False] = (own[whole], own[part])
    return found


def _add_up(shared: dict[_Name, np.ndarray], identities: Sequence[Identity]) -> None:
    """Draw conclusions from wholes and their two parts, by themselves and with offsets added."""
    for whole, parts in identities:
        for release in {release for name, release, _ in shared if name == whole}:
            if len(parts) == 1 or any((name, release, True) not in shared for name in parts):
                continue
            # For each of them, the count by itself and the count with the offset.
            first, second, both = (
                tuple(shared[name, release, with_offset] for with_offset in (False, True))
                for name in (*parts, whole)
            )
            _balance([first[0], second[0]], [both[0]])
            _balance([first[1], second[0]], [both[1]])
            _balance([first[0], second[1]], [both[1]])
            _balance([first[1], second[1]], [both[1], shared[_SHARED_OFFSET]])


def _balance(these: list[np.ndarray], those: list[np.ndarray]) -> None:
    """What each term of an equation can be, as the others say: these together are those."""
    for side, across in ((these, those), (those, these)):
        for number, term in enumerate(side):
            beside = [other[:, ::-1] for at, other in enumerate(side) if at != number]
            np.minimum(term, sum(across + beside), out=term)
