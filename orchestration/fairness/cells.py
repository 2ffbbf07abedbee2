"""Every group beside the rest of its set: counts of both sides, effective sizes, who is unknown.

Belongs here: what follows from the counts before anything is compared.
Does not belong here: the comparisons (``comparisons``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from orchestration.fairness.arrays import Booleans, Floats, Integers, Words, quotient, sum_by
from orchestration.fairness.bounds import Unknown
from orchestration.fairness.rates import Squares, design_effect
from orchestration.fairness.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Cells:
    """A row for each group in each window; the rest is everybody else who is known."""

    # Groups that are set against each other; the same over all windows; the same but for how
    # exempt people are counted; of one period; tested together.
    sets: Integers
    series: Integers
    pairs: Integers
    occasions: Integers
    families: Integers
    window: Integers
    measure: Words
    dimension: Words
    group: Words
    squares: Squares
    rest_x: Floats
    rest_n: Floats
    rest_children: Floats
    deff: Floats
    unknown: Unknown
    unknown_share: Floats
    is_group: Booleans
    is_comparable: Booleans
    # 1 where much is good, else -1.
    sign: Floats


@dataclass(frozen=True, slots=True)
class _Sides:
    """Sums over the other groups of a set, and over those of its people whom nobody knows."""

    sets: Integers
    is_group: Booleans
    nobody_knows: Booleans

    def rest_of(self, values: Floats) -> Floats:
        known = np.where(self.is_group, values, 0.0)
        return sum_by(self.sets, known)[self.sets] - known

    def of_unknown(self, values: Floats) -> Floats:
        return sum_by(self.sets, np.where(self.nobody_knows, values, 0.0))[self.sets]


def read_cells(counts: Mapping[str, Any], thresholds: Thresholds) -> Cells:
    """Return the cells of a table of counts, column by column."""
    numbers = [
        np.asarray(counts[name], np.float64) for name in ("x", "n", "xx", "xn", "nn", "children")
    ]
    squares = Squares(*numbers)
    sets, series, pairs, occasions, families = (
        _integers(counts[f"{name}_number"])
        for name in ("set", "series", "pair", "occasion", "family")
    )
    group: Words = np.asarray(counts["group_value"], dtype=object)
    measure: Words = np.asarray(counts["measure"], dtype=object)
    role = np.asarray(counts["level_role"], dtype=object)
    is_group: Booleans = role == "group"
    sides = _Sides(sets, is_group, role == "unknown")
    deff = design_effect(squares, sets, is_group)[sets]
    rest_x, rest_n, rest_children = map(sides.rest_of, (squares.x, squares.n, squares.children))
    unknown_x, unknown_n = map(sides.of_unknown, (squares.x, squares.n))
    known_n = np.where(is_group, squares.n, 0.0) + rest_n
    children = np.minimum(squares.children, rest_children)
    effective = np.minimum(squares.n, rest_n) / deff
    return Cells(
        sets=sets,
        series=series,
        pairs=pairs,
        occasions=occasions,
        families=families,
        window=_integers([thresholds.windows.index(word) for word in counts["window_length"]]),
        measure=measure,
        dimension=np.asarray(counts["dimension"], dtype=object),
        group=group,
        squares=squares,
        rest_x=rest_x,
        rest_n=rest_n,
        rest_children=rest_children,
        deff=deff,
        unknown=Unknown(unknown_x, unknown_n - unknown_x),
        unknown_share=quotient(unknown_n, unknown_n + known_n),
        is_group=is_group,
        is_comparable=is_group
        & (children >= thresholds.min_children_compare)
        & (effective >= thresholds.min_effective_compare),
        sign=np.where([thresholds.higher_is_better[word] for word in measure], 1.0, -1.0),
    )


def effective_sides(cells: Cells, rows: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x and n of the group and of the rest, as many as independent children's would be."""
    x, n, rest_x, rest_n = (
        values[rows] / cells.deff[rows]
        for values in (cells.squares.x, cells.squares.n, cells.rest_x, cells.rest_n)
    )
    return x, n, rest_x, rest_n


def pooled(cells: Cells, first: int, windows: int) -> Integers:
    """Return, for every series, the row of the shortest window that is large enough.

    Where none is, the longest: what was tried in vain is said. A period without the first window
    is not told at all.
    """
    begun = np.zeros(int(cells.occasions.max(initial=-1)) + 1, dtype=bool)
    begun[cells.occasions[cells.window == first]] = True
    rows = np.flatnonzero(cells.is_group & (cells.window >= first) & begun[cells.occasions])
    best = np.full((int(cells.series.max(initial=-1)) + 1, windows), -1)
    best[cells.series[rows], cells.window[rows]] = rows
    chosen = np.full(len(best), -1)
    for window in range(first, windows):
        row = best[:, window]
        settled = (chosen >= 0) & cells.is_comparable[chosen]
        chosen = np.where((row >= 0) & ~settled, row, chosen)
    result: Integers = chosen[chosen >= 0]
    return result


def _integers(values: Any) -> Integers:
    return np.asarray(values, dtype=np.int64)
