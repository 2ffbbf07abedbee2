"""Many tests at once: how many of those called clear would be false?

Belongs here: Benjamini and Hochberg's correction within families.
Does not belong here: what a family is (``thresholds.yaml``).
"""

import numpy as np

from orchestration.fairness.arrays import Floats, Integers, segments


def benjamini_hochberg(p: Floats, families: Integers) -> Floats:
    """Return the q-value of every test within its family; nan stands for no test."""
    result = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if not len(tested):
        return result
    # A line for each family, its chances from the largest to the smallest.
    order = tested[np.lexsort((-p[tested], families[tested]))]
    _, family, sizes = np.unique(families[order], return_inverse=True, return_counts=True)
    _, place = segments(sizes)
    lines = np.ones((len(sizes), int(sizes.max())))
    lines[family, place] = np.minimum(p[order] * sizes[family] / (sizes[family] - place), 1.0)
    result[order] = np.minimum.accumulate(lines, axis=1)[family, place]
    return result
