"""Reckon days, months, working days and the clocks of visits and reviews.

Belongs here: dates as whole days since 1970 (so that arrays stay quick), ages, and the rule that
says which due date a held event meets and which due dates were missed. Does not belong here:
which clock applies to whom.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[Any]

# Stands for "no date" or "still open": later than every real date, so comparisons need no care.
FAR = 1_000_000
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return a date as days since 1970."""
    return (day - _EPOCH).days


def add_months(days: Array, months: int | Array) -> Array:
    """Add calendar months; a day that the month lacks becomes its last day."""
    dates = np.asarray(days).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    past_first = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.asarray(months, dtype=np.int64)
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    return np.asarray(first + np.minimum(past_first, length - 1))


def month_index(days: Array) -> Array:
    """Return months since January 1970."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_start(index: Array) -> Array:
    """Return the first day of a month counted from January 1970."""
    months = np.asarray(index).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]").astype(np.int64))


def age_on(born: Array, on: Array) -> Array:
    """Return completed years, or -1 before birth (and where no birth date is known)."""
    months = month_index(on) - month_index(born)
    born_day = np.asarray(born) - month_start(month_index(born))
    on_day = np.asarray(on) - month_start(month_index(on))
    years = (months - (on_day < born_day)) // 12
    return np.where(np.asarray(born) > np.asarray(on), -1, years)


def year_ends(first: int, last: int) -> list[int]:
    """Return every 31 March between two days, both included."""
    years = np.arange(
        month_index(np.array([first]))[0] // 12 - 1, month_index(np.array([last]))[0] // 12 + 2
    )
    days = month_start(years * 12 + 3) - 1
    return [int(day) for day in days if first <= day <= last]


def iso(days: "Array | pd.Series[Any]") -> Array:
    """Return dates as ISO text, blank where there is none."""
    numbers = np.asarray(days)
    text = np.datetime_as_string(np.where(numbers >= FAR, 0, numbers).astype("datetime64[D]"))
    return np.where(numbers >= FAR, "", text).astype(object)


def iso_day(day: int) -> str:
    """Return one date as ISO text."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def padded(prefix: str, numbers: Array, width: int) -> Array:
    """Return text such as W0007: a prefix and a number filled up with noughts."""
    values = np.asarray(numbers)
    if not len(values):
        return np.array([], dtype=object)
    return np.char.add(prefix, np.char.zfill(values.astype(str), width)).astype(object)


class WorkingDays:
    """Count working days of England: Monday to Friday less bank holidays."""

    def __init__(self, bank_holidays: Sequence[date]) -> None:
        """Take the bank holidays."""
        self._calendar = np.busdaycalendar(holidays=np.array(bank_holidays, dtype="datetime64[D]"))

    def after(self, days: Array, count: int | Array) -> Array:
        """Return the count-th working day after each day."""
        dates = np.asarray(days).astype("datetime64[D]")
        moved = np.busday_offset(dates, count, roll="backward", busdaycal=self._calendar)
        return np.asarray(moved.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Step:
    """What the clock says next: the kind of event, the first due date, the interval after it."""

    kind: Array
    first_due: Array
    repeat: Array
    in_months: Array

    @property
    def parts(self) -> tuple[Array, Array, Array, Array]:
        """Return its arrays, to put the steps of some chains in the place of others."""
        return self.kind, self.first_due, self.repeat, self.in_months

    def due(self, rows: Array, number: int) -> Array:
        """Return the number-th due date (1 is the first) of the given rows."""
        first, times = self.first_due[rows], self.repeat[rows] * (number - 1)
        return np.where(self.in_months[rows], add_months(first, times), first + times)


def dues_before(step: Step, limit: Array) -> tuple[Array, Array, Array]:
    """Return every due date before a limit, as row, number and date."""
    rows: list[Array] = []
    numbers: list[Array] = []
    dates: list[Array] = []
    waiting, number = np.arange(len(limit)), 1
    while len(waiting):
        due = step.due(waiting, number)
        inside = due < limit[waiting]
        waiting = waiting[inside]
        rows.append(waiting)
        numbers.append(np.full(len(waiting), number))
        dates.append(due[inside])
        number += 1
    if not rows:
        return np.array([], int), np.array([], int), np.array([], int)
    return np.concatenate(rows), np.concatenate(numbers), np.concatenate(dates)


def settle(step: Step, held: Array, last: Array, limit: Array) -> tuple[Array, Array, pd.DataFrame]:
    """Match one event of each chain with the due date it meets.

    Args:
        step: What the clock says next in each chain.
        held: The day of the next event; it counts when it is not after `last`.
        last: The last day on which an event of the chain may be held.
        limit: End of the chain or of our knowledge: a due date on or after it is not missed.

    Returns:
        Whether the event counts, the due date it meets (FAR when it does not count), and the due
        dates that were missed before it (or before the limit, when no event follows).
    """
    counts = held <= last
    rows, numbers, dates = dues_before(step, np.where(counts, held, limit))
    passed = np.bincount(rows, minlength=len(held))
    # An event takes the latest due date that it passed, or the first if it came in time.
    meets = np.maximum(passed, 1)
    every = np.arange(len(held))
    met = step.first_due.copy()
    for number in np.unique(meets):
        chosen = every[meets == number]
        met[chosen] = step.due(chosen, int(number))
    missed = ~counts[rows] | (numbers < passed[rows])
    frame = pd.DataFrame({"row": rows[missed], "due": dates[missed]})
    return counts, np.where(counts, met, FAR), frame


def walk(
    start: Array,
    end: Array,
    last: Array,
    as_of: int,
    clock: Callable[[int, Array, Array], Step],
    hold: Callable[[Array, Array, Step], Array],
) -> pd.DataFrame:
    """Follow many chains of events at once, event by event.

    Args:
        start: Where each chain starts (its first anchor).
        end: Where it ends (FAR while open).
        last: The last day on which an event of the chain may be held.
        as_of: The date of the extract.
        clock: From the step number, the chains and their anchors to what is due.
        hold: From the chains, their anchors and what is due to the day of the next event.

    Returns:
        One row a held event or missed due date: chain, step, kind, due, held (FAR if missed).
    """
    chains, anchor, number = np.arange(len(start)), start.copy(), 1
    nothing = np.array([], dtype=np.int64)
    parts = [_rows(nothing, 1, nothing.astype(object), nothing, nothing)]
    while len(chains):
        step = clock(number, chains, anchor)
        held = hold(chains, anchor, step)
        counts, met, missed = settle(step, held, last[chains], np.minimum(end[chains], as_of))
        rows = missed["row"].to_numpy()
        parts.append(_rows(chains[rows], number, step.kind[rows], missed["due"].to_numpy(), None))
        parts.append(_rows(chains[counts], number, step.kind[counts], met[counts], held[counts]))
        chains, anchor, number = chains[counts], held[counts], number + 1
    frame = pd.concat(parts, ignore_index=True)
    order = np.lexsort((frame["due"], frame["held"], frame["step"], frame["chain"]))
    return frame.iloc[order].reset_index(drop=True)


def _rows(chain: Array, step: int, kind: Array, due: Array, held: Array | None) -> pd.DataFrame:
    days = np.full(len(chain), FAR) if held is None else held
    return pd.DataFrame({"chain": chain, "step": step, "kind": kind, "due": due, "held": days})
