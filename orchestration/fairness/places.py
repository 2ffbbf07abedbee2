"""What is said of places, teams and pairs of characteristics besides their gap.

Belongs here: which cells get a funnel and which a shrunk rate.
Does not belong here: the formulas (``funnels``, ``shrinkage``).
"""

from typing import Any

import numpy as np

from orchestration.fairness.arrays import Booleans, Floats, Integers, quotient
from orchestration.fairness.cells import Cells
from orchestration.fairness.funnels import funnel_limit, over_dispersion, target_rates
from orchestration.fairness.shrinkage import shrink
from orchestration.fairness.thresholds import Thresholds

_LIMITS = {
    "funnel_lower_95": 0.025,
    "funnel_upper_95": 0.975,
    "funnel_lower_998": 0.001,
    "funnel_upper_998": 0.999,
}


def places_and_pairs(cells: Cells, thresholds: Thresholds) -> dict[str, Any]:
    """Return the columns of funnels and shrunk rates; nan where there is none."""
    is_place = _where(cells, lambda name: name in thresholds.funnels)
    is_pair = _where(cells, lambda name: thresholds.pair_mark in name)
    large_enough = cells.squares.children >= thresholds.min_children_display
    return _funnels(cells, np.flatnonzero(is_place)) | _shrunk(
        cells, np.flatnonzero((is_place | is_pair) & large_enough)
    )


def _where(cells: Cells, holds: Any) -> Booleans:
    names, place = np.unique(cells.dimension.astype(str), return_inverse=True)
    wanted = np.fromiter((holds(str(name)) for name in names), np.bool_, len(names))
    result: Booleans = wanted[place] & cells.is_group & (cells.squares.n > 0)
    return result


def _funnels(cells: Cells, rows: Integers) -> dict[str, Any]:
    x, n = _effective(cells, rows)
    _, sets = np.unique(cells.sets[rows], return_inverse=True)
    target = target_rates(x, n, sets)
    # Where everybody or nobody was heard there is nothing to hold a place to.
    distance = over_dispersion(quotient(x, n), n, target, sets)
    found = {
        name: _spread(cells, rows, funnel_limit(n, target, at)) for name, at in _LIMITS.items()
    }
    found["funnel_target"] = _spread(cells, rows, target)
    found["funnel_z"] = _spread(cells, rows, distance.z_adjusted)
    return found


def _shrunk(cells: Cells, rows: Integers) -> dict[str, Any]:
    x, n = _effective(cells, rows)
    names, families = np.unique(cells.sets[rows], return_inverse=True)
    model = shrink(x, n, families, len(names))
    return {
        "shrunk_p": _spread(cells, rows, model.mean),
        "shrunk_lower": _spread(cells, rows, model.lower),
        "shrunk_upper": _spread(cells, rows, model.upper),
    }


def _effective(cells: Cells, rows: Integers) -> tuple[Floats, Floats]:
    deff = cells.deff[rows]
    return cells.squares.x[rows] / deff, cells.squares.n[rows] / deff


def _spread(cells: Cells, rows: Integers, values: Floats) -> Floats:
    result = np.full(len(cells.sets), np.nan)
    result[rows] = values
    return result
