"""What published numbers say of the truth, as one linear programme.

Unknown are the true counts and, where a secret offset was used, the offset of each cell. A linear
programme takes them for numbers with decimals, so it never says more than what is so.

Belongs here: constraints and what is to be found out. Does not belong here: solving (``bounding``).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from orchestration.disclosure.knowledge import OFFSETS, Knowledge, Method
from orchestration.disclosure.tables import ABSENT, HIDDEN, IMPOSSIBLE, LEFT_OUT, SHOWN, Grid

COUNT, DIFFERENCE, CHANGE = "count", "difference", "change"


@dataclass(frozen=True, slots=True)
class Programme:
    """``least <= rows @ x <= most`` and ``low <= x <= high``."""

    rows: sparse.csr_array
    least: np.ndarray
    most: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True)
class Exact:
    """What a table says exactly, for each cell and count.

    Attributes:
        counts: The number; NaN where it tells none.
        hidden: It has the number and does not tell it.
        hides_zeros: What is hidden may be nothing; else it is somebody for sure.
    """

    counts: np.ndarray
    hidden: np.ndarray
    hides_zeros: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """What is to be found out: each a row over the unknown numbers."""

    rows: sparse.csr_array
    kinds: np.ndarray
    releases: np.ndarray
    cells: np.ndarray
    measures: np.ndarray


class _Rows:
    """Rows of a sparse matrix, many at a time."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.height = 0
        self.parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.least: list[np.ndarray] = []
        self.most: list[np.ndarray] = []

    def add(
        self,
        terms: "list[tuple[np.ndarray, float]]",
        least: "np.ndarray | float" = -np.inf,
        most: "np.ndarray | float" = np.inf,
    ) -> None:
        """Add one row for each entry: the sum of the terms, between two limits."""
        count = len(terms[0][0])
        rows = self.height + np.arange(count)
        for columns, factor in terms:
            self.parts.append((rows, columns, np.full(count, factor)))
        self.close(count, least, most)

    def close(self, count: int, least: "np.ndarray | float", most: "np.ndarray | float") -> None:
        """Give the limits of the last rows."""
        self.height += count
        self.least.append(np.broadcast_to(np.asarray(least, dtype=float), count))
        self.most.append(np.broadcast_to(np.asarray(most, dtype=float), count))

    def matrix(self) -> sparse.csr_array:
        """All rows."""
        if not self.parts:
            return sparse.csr_array((self.height, self.width))
        rows, columns, factors = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        shape = (self.height, self.width)
        return sparse.csr_array(sparse.coo_array((factors, (rows, columns)), shape=shape))


def numbers(grid: Grid, knowledge: Knowledge) -> np.ndarray:
    """The place of each unknown count, by release, cell and count."""
    shape = (len(grid.releases), len(grid.cells), len(knowledge.measures))
    return np.arange(np.prod(shape)).reshape(shape)


def make_programme(grid: Grid, knowledge: Knowledge, exact: "Exact | None" = None) -> Programme:
    """Write down all that the tables say.

    Args:
        grid: The cells, and what releases say of them.
        knowledge: What is known of them.
        exact: What an exact table says beside the last release.
    """
    place = numbers(grid, knowledge)
    families = [knowledge.family_of(measure) for measure in knowledge.measures]
    # An offset belongs to a cell and a family; a sticky one is the same in every release.
    keys = 1 if knowledge.is_sticky else len(grid.releases)
    shape = (keys, len(grid.cells), max(families) + 1)
    offsets = place.size + np.arange(np.prod(shape)).reshape(shape)
    size = place.size + (offsets.size if knowledge.method is Method.OFFSET else 0)
    rows = _Rows(size)
    low, high = np.zeros(size), np.full(size, np.inf)
    high[place.size :] = OFFSETS - 1
    high[place[grid.states >= IMPOSSIBLE]] = 0
    high[place[grid.states == LEFT_OUT]] = np.inf
    for number, measure in enumerate(knowledge.measures):
        at = place[:, :, number]
        value = grid.values[:, :, number]
        state = grid.states[:, :, number]
        is_shown = (state == SHOWN) & ~np.isnan(value)
        offset = np.broadcast_to(offsets[:, :, families[number]], at.shape)
        if knowledge.method is Method.OFFSET:
            told = value[is_shown]
            terms = [(at[is_shown], 1.0), (offset[is_shown], 1.0)]
            rows.add(terms, told, told + OFFSETS - 1)
        else:
            reach = OFFSETS // 2 if knowledge.method is Method.ROUNDED else 0
            low[at[is_shown]] = np.maximum(value[is_shown] - reach, 0)
            high[at[is_shown]] = value[is_shown] + reach
        if measure in knowledge.hidden:
            least, most = knowledge.hidden[measure]
            is_hidden = state == HIDDEN
            low[at[is_hidden]] = least
            if most is not None:
                high[at[is_hidden]] = most
                if knowledge.method is Method.OFFSET:
                    # Hidden below a protected number, so the offset counts as well.
                    rows.add([(at[is_hidden], 1.0), (offset[is_hidden], 1.0)], most=most)
    _add_margins(rows, grid, knowledge, place)
    _add_parts(rows, grid, knowledge, place)
    _add_identities(rows, grid, knowledge, place)
    if exact is not None:
        last = place[-1]
        is_told = ~np.isnan(exact.counts)
        low[last[is_told]] = high[last[is_told]] = exact.counts[is_told]
        if not exact.hides_zeros:
            low[last[exact.hidden]] = np.maximum(low[last[exact.hidden]], 1)
    return Programme(
        rows.matrix(), np.concatenate(rows.least), np.concatenate(rows.most), low, high
    )


def _add_margins(rows: _Rows, grid: Grid, knowledge: Knowledge, place: np.ndarray) -> None:
    least = -np.inf if knowledge.has_rest else 0.0
    for number, measure in enumerate(knowledge.measures):
        for release, at in enumerate(place[:, :, number]):
            is_there = grid.states[release, :, number] != ABSENT
            # A sum with a part that nobody counts says nothing.
            lacking = np.bincount(grid.sum_of, ~is_there[grid.parts], len(grid.totals))
            is_sum = (lacking == 0) & is_there[grid.totals]
            if measure in knowledge.not_additive:
                is_sum &= ~grid.is_over_time
            if is_sum.any():
                new = np.cumsum(is_sum) - 1
                kept = is_sum[grid.sum_of]
                parts = at[grid.parts[kept]]
                height = rows.height + new[grid.sum_of[kept]]
                rows.parts.append((height, parts, np.ones(len(parts))))
                rows.add([(at[grid.totals[is_sum]], -1.0)], least, 0.0)


def _add_parts(rows: _Rows, grid: Grid, knowledge: Knowledge, place: np.ndarray) -> None:
    for part, whole in knowledge.subset:
        first, second = (knowledge.measures.index(name) for name in (part, whole))
        is_there = (grid.states[:, :, [first, second]] != ABSENT).all(axis=2)
        terms = [(place[:, :, second][is_there], 1.0), (place[:, :, first][is_there], -1.0)]
        rows.add(terms, 0.0)
    if knowledge.only_grows:
        for before, after in pairwise(place):
            rows.add([(after.ravel(), 1.0), (before.ravel(), -1.0)], 0.0)


def _add_identities(rows: _Rows, grid: Grid, knowledge: Knowledge, place: np.ndarray) -> None:
    """One count told under several names, or as the parts of another."""
    for whole, parts in knowledge.identities:
        every = [knowledge.measures.index(name) for name in (whole, *parts)]
        is_there = (grid.states[:, :, every] != ABSENT).all(axis=2)
        terms = [
            (place[:, :, number][is_there], 1.0 if at else -1.0) for at, number in enumerate(every)
        ]
        rows.add(terms, 0.0, 0.0)


def make_targets(grid: Grid, knowledge: Knowledge) -> Targets:
    """All that an attacker would like to know: counts, what is missing from a whole, changes."""
    place = numbers(grid, knowledge)
    rows = _Rows(place.size)
    told: list[tuple[str, tuple[np.ndarray, ...]]] = []
    is_possible = (grid.states != IMPOSSIBLE) & (grid.states != ABSENT)

    def add(kind: str, chosen: np.ndarray, less: np.ndarray | None) -> None:
        terms = [(place[chosen], 1.0)]
        rows.add(terms if less is None else [*terms, (less[chosen], -1.0)])
        told.append((kind, np.nonzero(chosen)))

    add(COUNT, is_possible, None)
    for part, whole in knowledge.sensitive:
        first, second = (knowledge.measures.index(name) for name in (part, whole))
        chosen = np.zeros_like(is_possible)
        chosen[:, :, second] = is_possible[:, :, first] & is_possible[:, :, second]
        add(DIFFERENCE, chosen, np.broadcast_to(place[:, :, [first]], place.shape))
    for after in range(1, len(grid.releases)):
        chosen = np.zeros_like(is_possible)
        chosen[after] = is_possible[after] & is_possible[after - 1]
        add(CHANGE, chosen, place - place[0].size)
    return Targets(
        rows.matrix(),
        np.concatenate([np.full(len(index[0]), kind) for kind, index in told]),
        *(np.concatenate([index[number] for _, index in told]) for number in range(3)),
    )
