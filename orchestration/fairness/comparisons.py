"""Every comparison of a warehouse at once: from a table of counts to rates, gaps and words.

Belongs here: the order of the steps, and the columns that come out.
Does not belong here: any formula (the other modules), or counting (dbt).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from orchestration.fairness.arrays import Booleans, Floats, Integers, Words, quotient
from orchestration.fairness.bounds import gap_bounds, is_robust
from orchestration.fairness.cells import Cells, effective_sides, pooled, read_cells
from orchestration.fairness.discovery import benjamini_hochberg
from orchestration.fairness.flags import WORST_FIRST, flag
from orchestration.fairness.gaps import (
    exact_chance,
    koopman,
    newcombe,
    p_value,
    smallest_expected,
)
from orchestration.fairness.places import places_and_pairs
from orchestration.fairness.rates import Interval, wilson
from orchestration.fairness.strata import standardised_gaps
from orchestration.fairness.thresholds import Thresholds

Columns: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The row of the counts that each comparison rests on, and its figures by column."""

    row: Integers
    columns: Columns


def compare(
    counts: Mapping[str, Any], strata: Mapping[str, Any] | None, thresholds: Thresholds
) -> Comparisons:
    """Compare every group with the rest of its set.

    Args:
        counts: Columns of ``int_equity_counts``, with the numbers of set, series, pair, occasion
            and family.
        strata: Columns of counts by stratum, with the number of the row (``cell_number``) and of
            the set's stratum (``stratum_number``).
        thresholds: When something is said.
    """
    cells = read_cells(counts, thresholds)
    begins = [thresholds.windows.index(word) for word in thresholds.begin_with]
    chosen = [pooled(cells, begin, len(thresholds.windows)) for begin in begins]
    cells = replace(cells, is_comparable=cells.is_comparable & ~_is_funnel_only(cells, thresholds))
    figures = _figures(cells, np.unique(np.concatenate(chosen)), thresholds)
    figures |= places_and_pairs(cells, thresholds)
    if strata is not None:
        figures |= standardised_gaps(cells, strata, thresholds)
    parts = [
        _told(cells, figures, rows, begin, thresholds)
        for begin, rows in zip(thresholds.begin_with, chosen, strict=True)
    ]
    return Comparisons(
        np.concatenate(chosen),
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _figures(cells: Cells, used: Integers, thresholds: Thresholds) -> Columns:
    """Return all that does not depend on what else is tested; nan where nothing may be said."""
    x, n, deff = cells.squares.x, cells.squares.n, cells.deff
    p, rest_p = quotient(x, n), quotient(cells.rest_x, cells.rest_n)
    own = wilson(p, n / deff)
    rows = used[cells.is_comparable[used]]
    few = effective_sides(cells, rows)
    missed = [few[1] - few[0], few[1], few[3] - few[2], few[3]]
    chance, exact = p_value(*few)

    def spread(values: Floats) -> Floats:
        result = np.full(len(x), np.nan)
        result[rows] = values
        return result

    def limits(name: str, interval: Interval) -> Columns:
        return {f"{name}_lower": spread(interval.lower), f"{name}_upper": spread(interval.upper)}

    ratio = spread(quotient(p[rows], rest_p[rows]))
    bounds = gap_bounds(x, n, cells.rest_x, cells.rest_n, cells.unknown)
    return {
        "deff": deff,
        "p": p,
        "lower": own.lower,
        "upper": own.upper,
        "rest_p": np.where(cells.is_comparable, rest_p, np.nan),
        "gap": spread(p[rows] - rest_p[rows]),
        **limits("gap", newcombe(*few)),
        "ratio": ratio,
        **limits("ratio", koopman(*few)),
        "missed_ratio": spread(quotient(1 - p[rows], 1 - rest_p[rows])),
        **limits("missed_ratio", koopman(*missed)),
        "p_value": spread(chance),
        "is_exact_test": spread(exact.astype(np.float64)),
        "four_fifths_breach": _yes_or_null(ratio < thresholds.four_fifths, ~np.isnan(ratio)),
        "unknown_share": cells.unknown_share,
        **limits("bound", Interval(bounds.lower[rows], bounds.upper[rows])),
        "robust_to_unknown": _yes_or_null(is_robust(bounds), cells.is_comparable),
        "national_ratio": _national_ratio(cells, p, thresholds),
    }


def _national_ratio(cells: Cells, p: Floats, thresholds: Thresholds) -> Floats:
    """Return the ratio to the group that national tables take; for reading beside them only."""
    reference = thresholds.national_reference
    at = np.flatnonzero(
        (cells.dimension == reference.dimension)
        & (cells.group == reference.group)
        & (cells.squares.children >= thresholds.min_children_compare)
    )
    rate = np.full(int(cells.sets.max(initial=-1)) + 1, np.nan)
    rate[cells.sets[at]] = p[at]
    return np.where(cells.is_comparable, quotient(p, rate[cells.sets]), np.nan)


def _told(
    cells: Cells, figures: Columns, rows: Integers, begin: str, thresholds: Thresholds
) -> Columns:
    """Return the columns of the comparisons that begin with one window."""
    told = {name: values[rows] for name, values in figures.items()}
    told["q_value"] = benjamini_hochberg(told["p_value"], cells.families[rows])
    turned = cells.sign[rows]
    lower = np.where(turned > 0, told["gap_lower"], -told["gap_upper"])
    told["q_value_exact"] = _confirmed(cells, told, rows, thresholds)
    own = flag(
        cells.is_comparable[rows], turned * told["gap"], lower, told["q_value_exact"], thresholds
    )
    told["flag_as_counted"] = own
    told["flag"] = _worst_of_pair(own, cells.pairs[rows])
    is_silent = _is_funnel_only(cells, thresholds)[rows]
    for name in ("flag", "flag_as_counted"):
        told[name] = np.where(is_silent, None, told[name])
    told["begins_with"] = np.full(len(rows), begin, dtype=object)
    told["window_used"] = np.array(thresholds.windows, dtype=object)[cells.window[rows]]
    told["is_comparable"] = cells.is_comparable[rows]
    for name in ("rest_x", "rest_n", "rest_children"):
        told[name] = getattr(cells, name)[rows]
    return told


def _is_funnel_only(cells: Cells, thresholds: Thresholds) -> Booleans:
    """Return which cells are held to a funnel and compared with nobody."""
    result: Booleans = np.isin(cells.dimension.astype(str), list(thresholds.funnels_only))
    return result


def _confirmed(cells: Cells, told: Columns, rows: Integers, thresholds: Thresholds) -> Floats:
    """Return the q-values with the exact chance where the usual one may be too small.

    Only of gaps that would be called clear: of the others it would change no word.
    """
    chance = told["p_value"].copy()
    doubtful = (told["q_value"] < thresholds.q) & (np.abs(told["gap"]) >= thresholds.material)
    at = np.flatnonzero(doubtful)
    at = at[smallest_expected(*effective_sides(cells, rows[at])) < thresholds.exact_below]
    chance[at] = np.maximum(chance[at], exact_chance(*effective_sides(cells, rows[at])))
    return benjamini_hochberg(chance, cells.families[rows])


def _worst_of_pair(words: Words, pairs: Integers) -> Words:
    """Return the worst word that one gap gets, however exempt people are counted."""
    rank = {word: place for place, word in enumerate(WORST_FIRST)}
    places = np.fromiter((rank[word] for word in words), np.int64, len(words))
    worst = np.full(int(pairs.max(initial=-1)) + 1, len(WORST_FIRST) - 1)
    np.minimum.at(worst, pairs, places)
    result: Words = np.array(WORST_FIRST, dtype=object)[worst[pairs]]
    return result


def _yes_or_null(values: Booleans, known: Booleans) -> Floats:
    """Return 1, 0, or nan where it is not known."""
    return np.where(known, values.astype(np.float64), np.nan)
