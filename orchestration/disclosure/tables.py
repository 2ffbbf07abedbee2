"""Published tables, one cell under one name wherever it stands, and the sums between them.

Belongs here: names of cells, rows that were left out, margins. Does not belong here: what a number
says about the truth (``programme``), or where the tables come from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from orchestration.disclosure.knowledge import TOTAL, Knowledge

# What a row says: a number, hidden for size, impossible, left out; or a count it does not have.
SHOWN, HIDDEN, IMPOSSIBLE, LEFT_OUT, ABSENT = range(5)
_STATES = {"ok": SHOWN, "u": SHOWN, "c": HIDDEN, "z": IMPOSSIBLE}
STATUS = "sdc_status"


@dataclass(frozen=True, slots=True)
class Release:
    """The tables of one release: columns of dimensions, of counts, and the status of each row."""

    name: str
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Grid:
    """What releases say of every cell, and which cells add up to which.

    Attributes:
        releases: Their names.
        cells: The name of each cell.
        states: What is said, for each release, cell and count.
        values: The number, for each release, cell and count; NaN where there is none.
        sum_of: For each part of each sum, the number of the sum.
        parts: For each part of each sum, its cell.
        totals: For each sum, the cell that it adds up to.
        is_over_time: For each sum, whether its parts are periods of the total's.
    """

    releases: tuple[str, ...]
    cells: tuple[str, ...]
    states: np.ndarray
    values: np.ndarray
    sum_of: np.ndarray
    parts: np.ndarray
    totals: np.ndarray
    is_over_time: np.ndarray

    def apart(self) -> "Iterator[Grid]":
        """Yield each release by itself."""
        for at, name in enumerate(self.releases):
            of_it = slice(at, at + 1)
            yield replace(
                self, releases=(name,), states=self.states[of_it], values=self.values[of_it]
            )


def make_grid(releases: Sequence[Release], knowledge: Knowledge) -> Grid:
    """Bring the tables of all releases onto one list of cells."""
    rows, sums = [], []
    for number, release in enumerate(releases):
        for table in release.tables.values():
            dimensions = [name for name in knowledge.dimensions if name in table.columns]
            whole = _completed(table, dimensions, knowledge)
            whole["cell"] = _names(whole, dimensions, knowledge)
            rows.append(whole.assign(release=number))
            sums.extend(_sums(whole, dimensions, knowledge))
    every = pd.concat(rows, ignore_index=True)
    margins = pd.concat(sums, ignore_index=True).drop_duplicates(["sum", "part"])
    # A margin may name a cell that no table has.
    codes, names = pd.factorize(pd.concat([every["cell"], margins["part"], margins["total"]]))
    cells, parts, totals = np.split(codes, [len(every), len(every) + len(margins)])
    values = np.full((len(releases), len(names), len(knowledge.measures)), np.nan)
    states = np.full(values.shape, LEFT_OUT)
    at = every["release"].to_numpy()
    np.minimum.at(states, (at, cells), every["state"].to_numpy()[:, None])
    for number, measure in enumerate(knowledge.measures):
        if measure in every:
            told = every[measure].to_numpy(dtype=float)
            is_told = ~np.isnan(told)
            values[at[is_told], cells[is_told], number] = told[is_told]
    sum_of, _ = pd.factorize(margins["sum"])
    _, first = np.unique(sum_of, return_index=True)
    return Grid(
        tuple(release.name for release in releases),
        tuple(str(name) for name in names),
        states,
        values,
        sum_of,
        parts,
        totals[first],
        np.zeros(len(first), dtype=bool),
    )


def _completed(
    table: pd.DataFrame, dimensions: Sequence[str], knowledge: Knowledge
) -> pd.DataFrame:
    """A table with a row for every combination: one that was left out is a cell all the same."""
    states = table[STATUS].map(_STATES) if STATUS in table else SHOWN
    told = table.assign(state=states)
    every = pd.DataFrame(_combinations(table, dimensions, knowledge), columns=list(dimensions))
    whole = every.merge(told, on=list(dimensions), how="outer")
    whole["state"] = whole["state"].fillna(LEFT_OUT).astype(int)
    return whole


def _combinations(
    table: pd.DataFrame, dimensions: Sequence[str], knowledge: Knowledge
) -> list[tuple[str, ...]]:
    levels = []
    for name in dimensions:
        seen = sorted(set(table[name]) - {TOTAL})
        levels.append((TOTAL, *knowledge.levels.get(name, tuple(seen))))
    every = list(product(*levels))
    for child, parent in knowledge.hierarchies:
        if child in dimensions and parent in dimensions:
            # A value stands beside its own parent alone.
            parents = dict(zip(table[child], table[parent], strict=True))
            parents |= knowledge.parent_of.get(child, {})
            at, above = dimensions.index(child), dimensions.index(parent)
            every = [row for row in every if row[at] == TOTAL or row[above] == parents[row[at]]]
    return every


def _names(rows: pd.DataFrame, dimensions: Sequence[str], knowledge: Knowledge) -> "pd.Series[str]":
    """The identity of each cell: a total is not named, nor a parent beside its child."""
    name = pd.Series("", index=rows.index)
    for dimension in sorted(dimensions):
        is_named = rows[dimension] != TOTAL
        for child, parent in knowledge.hierarchies:
            if parent == dimension and child in dimensions:
                is_named &= rows[child] == TOTAL
        name = name + ("|" + dimension + "=" + rows[dimension]).where(is_named, "")
    return name


def _sums(
    rows: pd.DataFrame, dimensions: Sequence[str], knowledge: Knowledge
) -> list[pd.DataFrame]:
    """Every sum that a table shows: over each dimension, with all others as they are."""
    found = []
    for dimension in dimensions:
        is_part = rows[dimension] != TOTAL
        for child, parent in knowledge.hierarchies:
            if parent == dimension and child in dimensions:
                is_part &= rows[child] == TOTAL
        parts = rows[is_part]
        total = _names(parts.assign(**{dimension: TOTAL}), dimensions, knowledge)
        found.append(
            pd.DataFrame({"sum": dimension + ">" + total, "part": parts["cell"], "total": total})
        )
    return found
