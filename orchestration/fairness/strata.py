"""From counts by stratum to the standardised figures of every comparison.

Belongs here: setting each group's stratum beside the rest of its set in that stratum.
Does not belong here: the formulas (``standard``).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from orchestration.fairness.arrays import sum_by
from orchestration.fairness.cells import Cells
from orchestration.fairness.standard import Strata, standardise
from orchestration.fairness.thresholds import Thresholds


def standardised_gaps(
    cells: Cells, strata: Mapping[str, Any], thresholds: Thresholds
) -> dict[str, Any]:
    """Return the columns of the standardised figures; nan where there are none.

    Every comparison must have a row for each stratum of its set, also where the group has nobody
    in it: that is weight without a partner.
    """
    row = np.asarray(strata["cell_number"], dtype=np.int64)
    place = np.asarray(strata["stratum_number"], dtype=np.int64)
    is_group, deff = cells.is_group[row], cells.deff[row]
    x, n = (
        np.where(is_group, np.asarray(strata[name], np.float64) / deff, 0.0) for name in ("x", "n")
    )
    found = standardise(
        Strata(row, x, n, sum_by(place, x)[place] - x, sum_by(place, n)[place] - n),
        len(cells.sets),
        thresholds.max_weight_lost,
    )
    told = cells.is_comparable

    def shown(values: Any) -> Any:
        return np.where(told, values, np.nan)

    return {
        "standardised_gap": shown(found.gap),
        "standardised_gap_lower": shown(found.gap_lower),
        "standardised_gap_upper": shown(found.gap_upper),
        "mantel_haenszel_ratio": shown(found.mantel_haenszel_ratio),
        "standard_weight_lost": shown(found.weight_lost),
        "simpson_reversal": np.where(np.isnan(found.gap), np.nan, shown(found.is_reversed * 1.0)),
    }
