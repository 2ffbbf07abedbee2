"""Add up facts by month, quarter, financial year and rolling year, and by breakdown.

Belongs here: periods and adding up. Does not belong here: what an indicator counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.support.second_events import Events
from tests.support.second_people import BREAKDOWNS

# One row a cell: these six, with numerator and denominator. A quantile stands in the numerator's
# place, rounded as no two implementations would differ.
CELL = ["authority", "indicator", "period", "start", "breakdown", "value"]
COUNTS = ["upper", "lower"]
Cells = pd.DataFrame
OCCASION = ["stage", "opportunity_type", "voice_owner", *BREAKDOWNS]


def months_before(days: "pd.Series[Any]", count: int) -> "pd.Series[Any]":
    """Return the same day so many months before, or the last day of a month that lacks it."""
    return days - pd.DateOffset(months=count)


def _periods(events: Events, month: "pd.Series[Any]") -> pd.DataFrame:
    """Return every complete period that a month of the facts belongs to."""
    parts = []
    last = events.as_of.to_period("M")
    if events.as_of != last.end_time.normalize():
        last -= 1
    for kind, length in (("month", 1), ("quarter", 3), ("year", 12), ("rolling_12_months", 12)):
        for each in month.unique():
            for first in (each - back for back in range(length)):
                every = {"month": 1, "quarter": 3, "year": 12, "rolling_12_months": 3}[kind]
                # Financial years begin in April, which is the fourth month.
                if (first.month - 4) % every == 0 and first + length - 1 <= last:
                    parts.append((each, kind, str(first.start_time.date()), first + length - 1))
    found = pd.DataFrame(parts, columns=["month", "period", "start", "last"])
    # Where nothing happened, the column would else be of no type that can be joined on.
    return found.astype({"month": "period[M]", "last": "period[M]"})


def facts(frame: pd.DataFrame, numerator: Any, denominator: Any) -> pd.DataFrame:
    """Return the rows of a denominator, with ones and noughts for the numerator."""
    chosen = np.asarray(denominator, dtype=bool)
    upper = np.asarray(numerator, dtype=bool)[chosen]
    return frame[chosen].assign(numerator=upper.astype(int), denominator=1)


def counted(events: Events, frame: pd.DataFrame, counts: Mapping[str, tuple[Any, Any]]) -> Cells:
    """Return the counts of several indicators on the same rows."""
    return together(
        sums(events, indicator, facts(frame, numerator, denominator))
        for indicator, (numerator, denominator) in counts.items()
    )


def together(parts: Iterable[Cells]) -> Cells:
    """Return the cells of several indicators."""
    every: Cells = pd.concat([part[CELL + COUNTS] for part in parts], ignore_index=True)
    return every


def quantiles(
    events: Events,
    indicator: str,
    frame: pd.DataFrame,
    at: float,
    breakdowns: Sequence[str],
    *,
    at_end: bool = False,
) -> Cells:
    """Return a quantile of the column `measured`, by linear interpolation, and how many."""
    frame = frame.assign(month=frame["day"].dt.to_period("M"), all="all")
    periods = _periods(events, frame["month"])
    if at_end:
        periods = periods[periods["month"] == periods["last"]]
    parts = []
    for breakdown in ["all", *breakdowns]:
        rows = frame[["authority", "month", breakdown, "measured"]].merge(periods, on="month")
        grouped = rows.groupby(["authority", "period", "start", breakdown])["measured"]
        found = pd.DataFrame({"upper": grouped.quantile(at), "lower": grouped.count()})
        parts.append(_named(found.reset_index(), indicator, breakdown))
    cells = together(parts)
    return cells.assign(upper=cells["upper"].astype(float).round(6))


def _named(found: pd.DataFrame, indicator: str, breakdown: str) -> Cells:
    found = found.rename(columns={breakdown: "value"})
    return found.assign(indicator=indicator, breakdown=breakdown)


def sums(
    events: Events,
    indicator: str,
    rows: pd.DataFrame,
    breakdowns: Sequence[str] | None = None,
    *,
    at_end: bool = False,
) -> Cells:
    """Return the counts of one indicator.

    Args:
        events: The events, for the day of the extracts.
        indicator: Its identifier.
        rows: Columns authority, day, numerator, denominator and the breakdowns.
        breakdowns: The breakdowns besides `all`; without them all that the rows have.
        at_end: Whether a period counts what stands on its last day, not all that fell in it.
    """
    if breakdowns is None:
        breakdowns = [name for name in OCCASION if name in rows.columns]
    rows = rows.assign(month=rows["day"].dt.to_period("M"), all="all")
    periods = _periods(events, rows["month"])
    if at_end:
        periods = periods[periods["month"] == periods["last"]]
    parts = []
    for breakdown in ["all", *breakdowns]:
        grouped = rows.groupby(["authority", "month", breakdown])[["numerator", "denominator"]]
        by_month = grouped.sum().reset_index().merge(periods, on="month")
        keys = ["authority", "period", "start", breakdown]
        totals = by_month.groupby(keys)[["numerator", "denominator"]].sum().reset_index()
        totals = totals[totals["denominator"] > 0]
        totals = totals.rename(columns={"numerator": "upper", "denominator": "lower"})
        parts.append(_named(totals, indicator, breakdown))
    return together(parts)
