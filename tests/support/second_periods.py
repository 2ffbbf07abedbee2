"""Add up facts by month, quarter, financial year and rolling year, and by breakdown.

Belongs here: periods and adding up. Does not belong here: what an indicator counts.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tests.support.second_events import Events
from tests.support.second_people import BREAKDOWNS

# Authority, indicator, period type, first day, breakdown, value: numerator and denominator.
Cells = dict[tuple[str, str, str, str, str, str], tuple[int, int]]
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
    return pd.DataFrame(parts, columns=["month", "period", "start", "last"])


def sums(
    events: Events,
    indicator: str,
    facts: pd.DataFrame,
    breakdowns: Sequence[str] | None = None,
    *,
    at_end: bool = False,
) -> Cells:
    """Return the counts of one indicator.

    Args:
        events: The events, for the day of the extracts.
        indicator: Its identifier.
        facts: Columns authority, day, numerator, denominator and the breakdowns.
        breakdowns: The breakdowns besides `all`; without them all that the facts have.
        at_end: Whether a period counts what stands on its last day, not all that fell in it.
    """
    if breakdowns is None:
        breakdowns = [name for name in OCCASION if name in facts.columns]
    facts = facts.assign(month=pd.to_datetime(facts["day"]).dt.to_period("M"), all="all")
    periods = _periods(events, facts["month"])
    if at_end:
        periods = periods[periods["month"] == periods["last"]]
    cells: Cells = {}
    for breakdown in ["all", *breakdowns]:
        counted = facts.groupby(["authority", "month", breakdown])[["numerator", "denominator"]]
        by_month = counted.sum().reset_index().merge(periods, on="month")
        keys = ["authority", "period", "start", breakdown]
        totals = by_month.groupby(keys)[["numerator", "denominator"]].sum()
        totals = totals[totals["denominator"] > 0]
        for key, upper, lower in zip(
            totals.index, totals["numerator"], totals["denominator"], strict=True
        ):
            authority, period, start, value = key
            cells[authority, indicator, period, start, breakdown, value] = int(upper), int(lower)
    return cells
