"""Which cells of a figure add up to which: breakdowns, quarters of a year, and the voice thread.

Belongs here: sums, by position. Does not belong here: reading cells (``gathering``) or what follows
from their sums (``propagation``).
"""

from dataclasses import replace

import numpy as np

from orchestration.disclosure.gathering import Cells
from orchestration.disclosure.propagation import (
    DENOMINATOR,
    OWN_PARTS,
    POSSIBLE,
    UNTOLD,
    Sheet,
    Sums,
)

_WHOLE = 0
_QUARTERS = 4
# Keeps the names of sums over stages and owners apart from all others.
_FAR = 10**12


def make_sheet(
    cells: Cells,
    rows: np.ndarray,
    with_time: bool,
    with_thread: bool = True,
    with_rest: bool = False,
) -> Sheet:
    """The sheet of some cells of one figure.

    Args:
        cells: All cells.
        rows: Which of them.
        with_time: Quarters add up to years, and what is told of the same days is the same.
        with_thread: The voice thread adds up to its stages and owners.
        with_rest: A whole may hold what belongs to none of its parts.
    """
    column = {name: cells.columns[name][rows] for name in cells.columns}
    told, states = cells.told[rows], cells.states[rows]
    sums = [_breakdown_sums(column)]
    if with_thread and (column["stage_no"] >= 0).any():
        sums += [_thread_sums(column, inside) for inside in ("stage_no", "owner_no")]
    if with_time and not column["is_stock"].any():
        sums.append(_time_sums(column))
    if with_time:
        sums.append(_same_days(column))
    named = np.concatenate([each[0] for each in sums])
    parts = np.concatenate([each[1] for each in sums])
    totals = np.concatenate([each[2] for each in sums])
    _, first, sum_of = np.unique(named, return_index=True, return_inverse=True)
    order = np.argsort(sum_of, kind="stable")
    sheet = Sheet(
        told,
        states,
        (told >= 0).any(axis=0),
        Sums(sum_of[order], parts[order], totals[first]),
        _few(column, told, states) if column["is_people"].any() else None,
        () if column["is_apart"].any() else OWN_PARTS,
        known=None if cells.known is None else cells.known[rows],
    )
    return _with_rest(sheet, named[first]) if with_rest else sheet


def _with_rest(sheet: Sheet, names: np.ndarray) -> Sheet:
    """Give each sum but those over time one part more, of which nothing is told."""
    sums, cells = sheet.sums, len(sheet.told)
    open_sums = np.flatnonzero(names >= 0)
    more = len(open_sums)
    sum_of = np.concatenate([sums.sum_of, open_sums])
    parts = np.concatenate([sums.parts, cells + np.arange(more)])
    order = np.argsort(sum_of, kind="stable")
    states = sheet.states[sums.totals[open_sums]]
    return replace(
        sheet,
        told=np.concatenate([sheet.told, np.full((more, *sheet.told.shape[1:]), UNTOLD)]),
        states=np.concatenate([sheet.states, states]),
        sums=Sums(sum_of[order], parts[order], sums.totals),
        few=None
        if sheet.few is None
        else np.concatenate([sheet.few, np.zeros_like(states, dtype=bool)]),
        known=None
        if sheet.known is None
        else np.concatenate([sheet.known, np.full((more, *sheet.known.shape[1:]), UNTOLD)]),
        left_over=more,
    )


def _few(column: dict[str, np.ndarray], told: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Hidden cells that are hidden for being small: others of their breakdown are told.

    A breakdown of which nothing is told may have been hidden whole, for what it would tell.
    """
    is_told = told[:, :, DENOMINATOR] != UNTOLD
    together = np.stack([column["period_no"], column["by_no"]], axis=1)
    _, breakdown = np.unique(together, axis=0, return_inverse=True)
    some_told = np.zeros((breakdown.max() + 1, is_told.shape[1]), dtype=bool)
    np.logical_or.at(some_told, breakdown, is_told)
    few: np.ndarray = (states == POSSIBLE) & ~is_told & some_told[breakdown]
    return few


def _breakdown_sums(column: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Each breakdown of a period adds up to the whole of the period."""
    period, by = column["period_no"], column["by_no"]
    whole_of = np.full(period.max() + 1, -1)
    is_whole = by == _WHOLE
    whole_of[period[is_whole]] = np.flatnonzero(is_whole)
    parts = np.flatnonzero((by > _WHOLE) & (whole_of[period] >= 0))
    named = period[parts].astype(np.int64) * (by.max() + 1) + by[parts]
    return named, parts, whole_of[period[parts]]


def _thread_sums(column: dict[str, np.ndarray], inside: str) -> tuple[np.ndarray, ...]:
    """The thread's cells of a stage, or of an owner, add up to that stage or owner of A1."""
    span = int(max(column["part_no"].max(), column[inside].max())) + 1
    key = column["period_no"].astype(np.int64) * span + column["part_no"]
    parts = np.flatnonzero(column[inside] >= 0)
    wanted = column["period_no"][parts].astype(np.int64) * span + column[inside][parts]
    order = np.argsort(key)
    at = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
    totals = order[at]
    is_there = key[totals] == wanted
    far = _FAR * (1 + (inside == "owner_no"))
    return far + totals[is_there], parts[is_there], totals[is_there]


def _time_sums(column: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Four quarters add up to the year that they make, cell by cell."""
    part_no, first, last = column["part_no"], column["first_day"], column["last_day"]
    quarters = np.flatnonzero(column["is_quarter"])
    order = quarters[np.lexsort((first[quarters], part_no[quarters]))]
    years = np.flatnonzero(~column["is_quarter"])
    # The quarter that begins with the year, and the three that follow it in the same part.
    span = int(last.max()) + 2
    key = part_no[order].astype(np.int64) * span + first[order]
    at = np.searchsorted(key, part_no[years].astype(np.int64) * span + first[years])
    is_whole = at + _QUARTERS <= len(order)
    years, at = years[is_whole], at[is_whole]
    four = order[at[:, None] + np.arange(_QUARTERS)]
    follows = (
        (part_no[four] == part_no[years][:, None]).all(axis=1)
        & (first[four[:, 0]] == first[years])
        & (last[four[:, -1]] == last[years])
        & (first[four[:, 1:]] == last[four[:, :-1]] + 1).all(axis=1)
    )
    four, years = four[follows], years[follows]
    # Told apart from the names of breakdowns by being negative.
    return -1 - np.repeat(years, _QUARTERS), four.ravel(), np.repeat(years, _QUARTERS)


def _same_days(column: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """A cell of the same days in a period of another kind is the same: a sum with one part.

    A rolling year that ends in March is the financial year. Of people who are counted on a period's
    last day, that day is enough.
    """
    last = column["last_day"]
    first = np.where(column["is_people"], last, column["first_day"])
    order = np.lexsort((column["period_no"], last, first, column["part_no"]))
    before, after = order[:-1], order[1:]
    keys = (column["part_no"], first, last)
    is_same = np.logical_and.reduce([key[before] == key[after] for key in keys])
    totals, parts = before[is_same], after[is_same]
    # Told apart from the names of years by being further away.
    return -_FAR - parts, parts, totals
