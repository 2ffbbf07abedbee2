"""Count numerators and denominators by period and breakdown.

Belongs here: periods (month, quarter, financial year, rolling year) and adding up. Does not belong
here: what an indicator counts (truth).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import Array, iso, month_index, month_start

Cell = tuple[str, str, str, str, str, int, int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The complete periods up to the extract's day, as ranges of months."""

    first: int
    months: int
    kinds: Array
    starts: Array
    ends: Array
    labels: Array

    @property
    def month_ends(self) -> Array:
        """Return the last day of every complete month."""
        return month_start(self.first + np.arange(self.months) + 1) - 1


def make_calendar(opens: int, as_of: int) -> Calendar:
    """Return every complete period that can hold something since the window opened.

    Months are counted from January 1970, which was in the last quarter of a financial year, so
    April is month 3 of twelve and quarters begin at months 0, 3, 6 and 9.
    """
    start = int(month_index(np.array([opens]))[0])
    first = start - (start - 3) % 12
    months = int(month_index(np.array([as_of + 1]))[0]) - first
    parts = []
    for kind, length, step, back in (
        ("month", 1, 1, 0),
        ("quarter", 3, 3, 0),
        ("year", 12, 12, 0),
        ("rolling_12_months", 12, 3, 9),
    ):
        starts = np.arange(-back, months - length + 1, step)
        parts.append((np.full(len(starts), kind, dtype=object), starts, starts + length))
    kinds = np.concatenate([part[0] for part in parts])
    starts = np.concatenate([part[1] for part in parts])
    ends = np.concatenate([part[2] for part in parts])
    labels = iso(month_start(first + starts))
    return Calendar(first, months, kinds, starts, ends, labels)


def add_up(
    calendar: Calendar,
    indicator: str,
    facts: pd.DataFrame,
    breakdowns: list[str],
    *,
    snapshot: bool = False,
) -> list[Cell]:
    """Return the cells of one indicator.

    Args:
        calendar: The periods.
        indicator: Its identifier.
        facts: Columns day, numerator, denominator and one column a breakdown.
        breakdowns: The breakdowns to count besides `all`.
        snapshot: Whether a period's value is that of its last month, not the sum of its months.
    """
    month = month_index(facts["day"].to_numpy()) - calendar.first
    inside = (month >= 0) & (month < calendar.months)
    month = month[inside]
    upper = facts["numerator"].to_numpy()[inside].astype(float)
    lower = facts["denominator"].to_numpy()[inside].astype(float)
    cells: list[Cell] = []
    for breakdown in ["all", *breakdowns]:
        column = np.full(len(facts), "all") if breakdown == "all" else facts[breakdown].to_numpy()
        codes, values = pd.factorize(column[inside], sort=True)
        size = len(values) * calendar.months
        key = codes * calendar.months + month
        counted = [
            np.bincount(key, weights=weight, minlength=size).reshape(-1, calendar.months)
            for weight in (upper, lower)
        ]
        by_period = [_periods(calendar, counts, snapshot) for counts in counted]
        names = np.asarray(values, dtype=object)
        cells += _cells(calendar, indicator, breakdown, names, *by_period)
    return cells


def _cells(
    calendar: Calendar, indicator: str, breakdown: str, values: Array, upper: Array, lower: Array
) -> list[Cell]:
    """Return a cell for each value and period with something in its denominator."""
    place, period = np.nonzero(lower > 0)
    return list(
        zip(
            [indicator] * len(place),
            calendar.kinds[period].tolist(),
            calendar.labels[period].tolist(),
            [breakdown] * len(place),
            values[place].tolist(),
            upper[place, period].astype(int).tolist(),
            lower[place, period].astype(int).tolist(),
            strict=True,
        )
    )


def _periods(calendar: Calendar, counts: Array, snapshot: bool) -> Array:
    if snapshot:
        return counts[:, calendar.ends - 1]
    total = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    return np.asarray(total[:, calendar.ends] - total[:, np.maximum(calendar.starts, 0)])
