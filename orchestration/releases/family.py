"""Figures that share offsets, attacked together, and mended one by one until nothing is left.

Belongs here: which figure goes without what. Does not belong here: the arithmetic of the attack
(``disclosure.propagation``, ``disclosure.sharing``), or which figures are attacked (``guard``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from orchestration.disclosure.figures import make_sheet
from orchestration.disclosure.gathering import Cells
from orchestration.disclosure.profiles import identities
from orchestration.disclosure.propagation import (
    DENOMINATOR,
    EXEMPT,
    NUMERATOR,
    POSSIBLE,
    UNTOLD,
    Narrowed,
    conclude,
    narrowed,
    start,
)
from orchestration.disclosure.sharing import Known, share

_TRIES = 12
# Which sums an attacker goes by: over time, and over the thread. Periods of two releases beside
# each other need not add up to one year, nor need the thread of one be that of the other. Where
# sums do not hold, an attacker has no use for them.
_SUMS = ((True, True), (False, True), (False, False))
# What nobody gave an owner is in the whole and in none of its parts.
_SUMS_WITH_REST = ((True, False), (False, False))
CONTRADICTION, UNENDING = "contradiction", "unending"
# What is done to a cell, by its number in the table of attacked cells.
KEPT, NUMERATOR_WITHHELD, EXEMPT_WITHHELD, SUPPRESSED = "kept", "numerator", "exempt", "suppressed"
_WITHHELD = {NUMERATOR: NUMERATOR_WITHHELD, EXEMPT: EXEMPT_WITHHELD, DENOMINATOR: SUPPRESSED}


# A period, a breakdown and a count of a figure.
_Place = tuple[int, int, int]
_WHOLE, _LAST = 0, 2


@dataclass(slots=True)
class Guarded:
    """What became of a release in the attack: counts, and the cells that are to be mended."""

    attacked: int = 0
    found: int = 0
    left: Counter[str] = field(default_factory=Counter)
    marks: dict[int, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether something is left that must not be published."""
        return bool(sum(self.left.values()))

    def told(self) -> dict[str, int]:
        """The record of it: counts alone."""
        done = Counter(self.marks.values())
        return {
            "attacked": self.attacked,
            "found": self.found,
            "kept_as_before": done[KEPT],
            "withheld": sum(done[each] for each in _WITHHELD.values()),
            **{f"left_{name}": number for name, number in sorted(self.left.items())},
        }


class Family:
    """Some figures of one authority that share offsets."""

    def __init__(self, cells: Cells, figures: Mapping[str, np.ndarray], result: Guarded) -> None:
        """Take the rows of each figure by its name, and where what becomes of them is kept."""
        self.result = result
        rows = np.concatenate(list(figures.values()))
        named = np.stack([cells.columns[name][rows] for name in ("period_no", "part_no")], axis=1)
        _, place = np.unique(named, axis=0, return_inverse=True)
        places = np.split(place, np.cumsum([len(each) for each in figures.values()])[:-1])
        self.figures = [
            _Figure(name, cells, rows, place, result)
            for (name, rows), place in zip(figures.items(), places, strict=True)
        ]

    def leave_out(self, asked: Iterable[tuple[int, int]]) -> None:
        """Mend what a slower attack found before: a cell by its number, and a count."""
        for cell, count in asked:
            for figure in self.figures:
                for at in np.flatnonzero(figure.rows == cell):
                    figure.mend(int(figure.period[at]), int(figure.by[at]), count)

    def mend(self) -> None:
        """Attack and mend until nothing is left or nothing helps."""
        for _ in range(_TRIES):
            found = self._attack()
            if not found:
                return
            self.result.found += len(found)
            # Once for each breakdown, however many of its cells tell too much.
            places = dict.fromkeys((figure, figure.place_of(each)) for figure, each in found)
            mended = [figure.mend(*place) for figure, place in _first(list(places))]
            if not any(mended):
                # A count that is told nowhere and still follows from others goes with its whole.
                mended = [figure.mend(*place, with_whole=True) for figure, place in places]
            if not any(mended):
                self.result.left.update(_severity(each) for _, each in found)
                return
        # Mending that does not end is no mending.
        self.result.left[UNENDING] += 1

    def _attack(self) -> list[tuple["_Figure", Narrowed]]:
        figures = [figure for figure in self.figures if figure.tells()]
        alone = [figure.conclude() for figure in figures]
        contradict = [figure for figure, known in zip(figures, alone, strict=True) if not known]
        if contradict:
            self.result.left[CONTRADICTION] += len(contradict)
        self.figures = [figure for figure in figures if figure not in contradict]
        known = [each for each in alone if each]
        # Where figures contradict each other, parts fall short somewhere; else each stands alone.
        together = _share(known) or _share([each.conclude_with_rest() for each in self.figures])
        return [
            (figure, each)
            for figure, (of, most) in zip(self.figures, together or _by_itself(known), strict=True)
            for each in narrowed(most, of.sheet)
        ]


def _first(places: list[tuple["_Figure", _Place]]) -> list[tuple["_Figure", _Place]]:
    """What is mended first, in each period of a figure: a whole may be safe without its parts."""
    turns: dict[tuple[_Figure, int], int] = {}
    for figure, place in places:
        named = (figure, place[0])
        turns[named] = min(turns.get(named, _LAST), figure.turn(*place))
    return [each for each in places if each[0].turn(*each[1]) == turns[each[0], each[1][0]]]


def _by_itself(known: Sequence[Known]) -> list[tuple[Known, np.ndarray]]:
    return [(each, each.most) for each in known]


def _share(known: Sequence[Known | None]) -> list[tuple[Known, np.ndarray]] | None:
    there = [each for each in known if each]
    if len(there) < len(known) or not there:
        return None
    found = share(there, identities())
    return None if found is None else list(zip(there, found, strict=True))


class _Figure:
    """One figure: what it tells by itself, and what it goes without."""

    def __init__(
        self, name: str, cells: Cells, rows: np.ndarray, place: np.ndarray, result: Guarded
    ) -> None:
        self.name = name
        self.is_tied = any(
            len(parts) > 1 and name in {each.split()[0] for each in (whole, *parts)}
            for whole, parts in identities()
        )
        self.cells, self.rows, self.place, self.result = cells, rows, place, result
        self.period = cells.columns["period_no"][rows]
        self.by = cells.columns["by_no"][rows]
        self.has_before = cells.states.shape[1] > 1
        self.kept: set[int] = set()
        self.withheld: set[_Place] = set()
        self.known: Known | None = None
        self.is_known = False

    def tells(self) -> bool:
        """Whether any number is told."""
        return bool((self.cells.told[self.rows] != UNTOLD).any())

    def conclude(self) -> Known | None:
        """What its numbers say by themselves; nothing at all where they contradict each other."""
        if not self.is_known:
            self.known = self._conclude_by(_SUMS, self.cells)
            if self.known is None and self._is_odd():
                self.known = self.conclude_with_rest()
            self.is_known = True
        return self.known

    def conclude_with_rest(self) -> Known | None:
        """The same where a whole may hold what belongs to none of its parts."""
        return self._conclude_by(_SUMS_WITH_REST, self.cells, with_rest=True)

    def _is_odd(self) -> bool:
        """Whether parts fall short in one release by itself; two that disagree are not odd."""
        told, states = self.cells.told, self.cells.states
        return any(
            self._conclude_by(
                _SUMS[-1:], replace(self.cells, told=told[:, at], states=states[:, at])
            )
            is None
            for at in (slice(side, side + 1) for side in range(states.shape[1]))
        )

    def _conclude_by(
        self, sums: Sequence[tuple[bool, bool]], cells: Cells, with_rest: bool = False
    ) -> Known | None:
        for with_time, with_thread in sums:
            if with_time and self.kept:
                continue
            sheet = make_sheet(cells, self.rows, with_time, with_thread, with_rest)
            most = conclude(sheet, start(sheet))
            if most is not None:
                return Known(sheet, most, self.place, self.name)
        return None

    def place_of(self, found: Narrowed) -> _Place:
        """Where it is that too much is told."""
        return int(self.period[found.cell]), int(self.by[found.cell]), found.count

    def turn(self, period: int, by: int, count: int) -> int:
        """When its mending comes: parts, then wholes, then what was left out in vain."""
        if (period, by, count) in self.withheld:
            return _LAST
        return int(by == _WHOLE)

    def mend(self, period: int, by: int, count: int, with_whole: bool = False) -> bool:
        """Leave out what tells too much; whether there was anything to leave out."""
        self.is_known = False
        if period in self.kept:
            # Done in this round already, or nothing more can be done about the past.
            return False
        if self._can_stay(period):
            self._keep(period)
            return True
        everywhere = [int(each) for each in np.unique(self.by[self.period == period])]
        # Its own breakdown; where that says nothing any more, all of them tell on it. What another
        # figure tells by this one's whole goes with the whole.
        counts = (count, DENOMINATOR) if self.is_tied or with_whole else (count,)
        for chosen, left_out in product(([by], everywhere), counts):
            new = {(period, each, left_out) for each in chosen} - self.withheld
            if new:
                self._withhold(period, [each for _, each, _ in new], left_out)
                self.withheld |= new
                return True
        return False

    def _can_stay(self, period: int) -> bool:
        rows = self.rows[self.period == period]
        was_there = self.has_before and (self.cells.states[rows, 0] == POSSIBLE).any()
        return bool(was_there and has_moved(self.cells, rows).any())

    def _keep(self, period: int) -> None:
        rows = self.rows[self.period == period]
        self.cells.told[rows, -1] = self.cells.told[rows, 0]
        self.cells.states[rows, -1] = self.cells.states[rows, 0]
        self.result.marks.update(dict.fromkeys(rows.tolist(), KEPT))
        self.kept.add(period)

    def _withhold(self, period: int, breakdowns: Sequence[int], count: int) -> None:
        rows = self.rows[(self.period == period) & np.isin(self.by, breakdowns)]
        counts = slice(None) if count == DENOMINATOR else count
        self.cells.told[rows, -1, counts] = UNTOLD
        for row in rows.tolist():
            done = self.result.marks.get(row)
            if done is None or count == DENOMINATOR:
                self.result.marks[row] = _WITHHELD[count]
            elif done != SUPPRESSED and done != _WITHHELD[count]:
                # Neither may be told: then the cell goes as a whole.
                self.cells.told[row, -1] = UNTOLD
                self.result.marks[row] = SUPPRESSED


def _severity(found: Narrowed) -> str:
    return "exact" if found.values_left == 1 else "narrow"


def has_moved(cells: Cells, rows: np.ndarray) -> np.ndarray:
    """For each row, whether the releases tell different things."""
    told, states = cells.told[rows], cells.states[rows]
    differs: np.ndarray = (told[:, 0] != told[:, -1]).any(axis=1)
    differs |= states[:, 0] != states[:, -1]
    return differs
