"""The quick attacker over all counts of a family together, in one period: they share their offsets.

Belongs here: a grid as a sheet of differences. Does not belong here: the arithmetic
(``propagation``) or what follows from it (``suppression``).
"""

import numpy as np

from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.programme import Exact
from orchestration.disclosure.propagation import IMPOSSIBLE as CANNOT_BE
from orchestration.disclosure.propagation import (
    NOT_THERE,
    POSSIBLE,
    SOMEBODY,
    UNTOLD,
    Sheet,
    Sums,
    find_narrow,
)
from orchestration.disclosure.tables import ABSENT, IMPOSSIBLE, Grid

# A number that is told too closely: its cell, its count, and whether it is the rest of a whole.
Narrow = tuple[int, int, str]


def find_together(
    grid: Grid, knowledge: Knowledge, exact: Exact, small: np.ndarray
) -> dict[Narrow, int]:
    """What is told too closely, and how many values are left of it.

    Args:
        grid: Cells of one release.
        knowledge: What is known of them.
        exact: What a table says beside it.
        small: The greatest number that is small, for each cell and count.
    """
    states = grid.states[-1]
    is_there = states != ABSENT
    cannot_be = ((states == IMPOSSIBLE) | ~is_there).all(axis=1)
    known = np.where(np.isnan(exact.counts), UNTOLD, np.nan_to_num(exact.counts)).astype(np.int64)
    if not exact.hides_zeros:
        known[exact.hidden] = SOMEBODY
    order = np.argsort(grid.sum_of, kind="stable")
    place = knowledge.measures.index
    told = np.where(np.isnan(grid.values), UNTOLD, np.nan_to_num(grid.values)).astype(np.int64)
    state = np.where(is_there.any(axis=1), CANNOT_BE, NOT_THERE)
    sheet = Sheet(
        told[-1:].transpose(1, 0, 2),
        np.where(cannot_be, state, POSSIBLE)[:, None],
        is_there.any(axis=0)[None, :],
        Sums(grid.sum_of[order], grid.parts[order], grid.totals),
        parts_of=tuple((place(part), place(whole)) for part, whole in knowledge.subset),
        same=tuple(
            (place(whole), place(parts[0]))
            for whole, parts in knowledge.identities
            if len(parts) == 1
        ),
        known=known[:, None, :],
        small=small,
    )
    # What contradicts itself is for the programme to say.
    found = find_narrow(sheet) or ()
    return {(each.cell, each.count, each.kind): each.values_left for each in found}
