"""What every run does before anything is published: attack the release, and mend what gives way.

A late correction that shows too closely waits: the figure of that period stays as it was released
before. A new figure that shows too closely goes without the count that does it, for a whole
breakdown at a time, so that what is missing does not point at one cell. Both follow from published
numbers alone. What cannot be mended so holds the release.

Belongs here: deciding what is mended. Does not belong here: the arithmetic of the attack
(``disclosure.propagation``), or writing what was decided (``reporting.protecting``).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from orchestration.disclosure.figures import make_sheet
from orchestration.disclosure.gathering import Cells, read_cells, read_figures
from orchestration.disclosure.profiles import attack_settings, ties
from orchestration.disclosure.propagation import (
    DENOMINATOR,
    EXEMPT,
    NOT_THERE,
    NUMERATOR,
    POSSIBLE,
    UNTOLD,
    Narrowed,
    find_narrow,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TRIES = 8
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


def guard(
    connection: "DuckDBPyConnection",
    schemas: dict[str, str],
    beside: Collection[str],
    only_moved: bool,
) -> Guarded:
    """Attack a release that is about to be published, with the one before if there is one.

    Args:
        connection: A connection that sees both.
        schemas: Where each stands: ``before``, if there is one, and ``now``.
        beside: Tables beside indicator_value that all of them have.
        only_moved: The one before was attacked as well, so what did not move is safe.
    """
    told_of = attack_settings()
    cells = read_cells(connection, schemas, beside, **told_of)
    result = Guarded()
    if "before" in schemas and len(cells.told):
        _go_on_withholding(cells, result)
    for figure in cells.figures():
        rows = np.arange(figure.start, figure.stop)
        if only_moved:
            rows = _near_what_moved(cells, rows)
        if len(rows):
            result.attacked += len(rows)
            _Figure(cells, rows, result).mend()
    if KEPT in result.marks.values():
        _keep_together(cells, read_figures(connection), result)
    return result


def _keep_together(cells: Cells, figures: Mapping[tuple[str, str], int], result: Guarded) -> None:
    """A period that one indicator keeps is kept by those that tell the same count."""
    number, period = cells.columns["figure_no"], cells.columns["period_no"]
    kept = np.zeros(len(number), dtype=bool)
    kept[[row for row, done in result.marks.items() if done == KEPT]] = True
    for authority in {code for code, _ in figures}:
        for first, second, _ in ties():
            of_first, of_second = (
                number == figures.get((authority, name), -1) for name in (first, second)
            )
            chosen = of_second & np.isin(period, np.unique(period[of_first & kept]))
            # A period that is new in this release has nothing to keep.
            rows = np.flatnonzero(chosen & (cells.states[:, 0] != NOT_THERE) & ~kept)
            result.marks.update(dict.fromkeys(rows.tolist(), KEPT))


def _near_what_moved(cells: Cells, rows: np.ndarray) -> np.ndarray:
    """The cells of periods that overlap one in which a number moved."""
    moved = _has_moved(cells, rows)
    if not moved.any():
        return rows[:0]
    first, last = cells.columns["first_day"][rows], cells.columns["last_day"][rows]
    near: np.ndarray = rows[(first <= last[moved].max()) & (last >= first[moved].min())]
    return near


def _go_on_withholding(cells: Cells, result: Guarded) -> None:
    """What was left out of a period of which no number moved stays left out."""
    was, now = cells.told[:, 0], cells.told[:, -1]
    moved = ((was != now) & (was != UNTOLD) & (now != UNTOLD)).any(axis=1)
    moved |= (was[:, DENOMINATOR] == UNTOLD) != (now[:, DENOMINATOR] == UNTOLD)
    moved |= cells.states[:, 0] != cells.states[:, -1]
    group = cells.columns["figure_no"] * (cells.columns["period_no"].max() + 1)
    group = group + cells.columns["period_no"]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    of_row = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(group)))
    has_moved = np.logical_or.reduceat(moved, starts)[of_row]
    left_out = np.logical_or.reduceat((was != now).any(axis=1), starts)[of_row] & ~has_moved
    rows = np.flatnonzero(left_out)
    cells.told[rows, -1] = cells.told[rows, 0]
    result.marks.update(dict.fromkeys(rows.tolist(), KEPT))


def _has_moved(cells: Cells, rows: np.ndarray) -> np.ndarray:
    told, states = cells.told[rows], cells.states[rows]
    differs: np.ndarray = (told[:, 0] != told[:, -1]).any(axis=1)
    differs |= states[:, 0] != states[:, -1]
    return differs


class _Figure:
    """One figure of one authority, attacked and mended until nothing is left or nothing helps."""

    def __init__(self, cells: Cells, rows: np.ndarray, result: Guarded) -> None:
        self.cells, self.rows, self.result = cells, rows, result
        self.period = cells.columns["period_no"][rows]
        self.by = cells.columns["by_no"][rows]
        self.has_before = cells.states.shape[1] > 1
        self.kept: set[int] = set()
        self.withheld: set[tuple[int, int, int]] = set()

    def mend(self) -> None:
        for _ in range(_TRIES):
            found = self._attack()
            if found is None:
                self.result.left[CONTRADICTION] += 1
                return
            if not found:
                return
            self.result.found += len(found)
            mended = [self._mend(each) for each in found]
            if not any(mended):
                self.result.left.update(_severity(each) for each in found)
                return
        # Mending that does not end is no mending.
        self.result.left[UNENDING] += 1

    def _attack(self) -> list[Narrowed] | None:
        found = self._attack_by(_SUMS, self.cells)
        if found is None and self._is_odd():
            found = self._attack_by(_SUMS_WITH_REST, self.cells, with_rest=True)
        return found

    def _is_odd(self) -> bool:
        """Whether parts fall short in one release by itself; two that disagree are not odd."""
        told, states = self.cells.told, self.cells.states
        return any(
            self._attack_by(_SUMS[-1:], replace(self.cells, told=told[:, at], states=states[:, at]))
            is None
            for at in (slice(side, side + 1) for side in range(states.shape[1]))
        )

    def _attack_by(
        self, sums: Sequence[tuple[bool, bool]], cells: Cells, with_rest: bool = False
    ) -> list[Narrowed] | None:
        for with_time, with_thread in sums:
            if with_time and self.kept:
                continue
            found = find_narrow(make_sheet(cells, self.rows, with_time, with_thread, with_rest))
            if found is not None:
                return found
        return None

    def _mend(self, found: Narrowed) -> bool:
        period, by = int(self.period[found.cell]), int(self.by[found.cell])
        if period in self.kept:
            # Done in this round already, or nothing more can be done about the past.
            return False
        if self._can_stay(period):
            self._keep(period)
            return True
        everywhere = [int(each) for each in np.unique(self.by[self.period == period])]
        # Its own breakdown; where that says nothing any more, all of them tell on it.
        for chosen in ([by], everywhere):
            new = {(period, each, found.count) for each in chosen} - self.withheld
            if new:
                self._withhold(period, [each for _, each, _ in new], found.count)
                self.withheld |= new
                return True
        return False

    def _can_stay(self, period: int) -> bool:
        rows = self.rows[self.period == period]
        was_there = self.has_before and (self.cells.states[rows, 0] == POSSIBLE).any()
        return bool(was_there and _has_moved(self.cells, rows).any())

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
