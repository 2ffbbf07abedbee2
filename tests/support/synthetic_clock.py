"""Reckon dates and the clocks of visits and reviews slowly and plainly, for tests to compare with.

Belongs here: arithmetic on single dates, by the published definitions. Does not belong here: any
import from the project.
"""

from datetime import date, timedelta
from typing import Any

import holidays

AS_OF = date(2026, 9, 30)


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def months_later(start: date, months: int) -> date:
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    for number in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError


BANK = holidays.country_holidays("GB", subdiv="ENG", years=range(2018, 2030))


def working_days_later(start: date, count: int) -> date:
    while count:
        start += timedelta(days=1)
        count -= start.weekday() < 5 and start not in BANK
    return start


def years_old(born: date | None, on: date) -> int:
    if born is None or on < born:
        return -1
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def chain(
    anchor: date | None, end: date | None, events: list[Any], clock: Any, as_of: date = AS_OF
) -> list[tuple[str, date, date | None, str, str]]:
    """Follow one chain by the rule of the definitions, one event at a time."""
    assert anchor is not None
    found: list[tuple[str, date, date | None, str, str]] = []
    number = 1
    for held, key, fact in [*sorted(events), (None, "", "")]:
        kind, first, repeat = clock(number, anchor)
        limit = held or min(end or as_of, as_of)
        dues = []
        while repeat(first, len(dues)) < limit:
            dues.append(repeat(first, len(dues)))
        if held is None:
            found += [(kind, due, None, "", "") for due in dues]
            break
        meets = max(1, len(dues))
        found += [(kind, due, None, "", "") for due in dues[: meets - 1]]
        found.append((kind, repeat(first, meets - 1), held, key, fact))
        anchor, number = held, number + 1
    return found


def every(months: int) -> Any:
    return lambda first, times: months_later(first, months * times)


def conference_clock(number: int, anchor: date) -> tuple[str, date, Any]:
    months = 3 if number == 1 else 6
    name = "RCPC_FIRST" if number == 1 else "RCPC_NEXT"
    return name, months_later(anchor, months), every(months)


def review_clock(number: int, anchor: date) -> tuple[str, date, Any]:
    if number == 1:
        return "CLA_REVIEW_1", working_days_later(anchor, 20), every(3)
    months = 3 if number == 2 else 6
    name = "CLA_REVIEW_2" if number == 2 else "CLA_REVIEW_N"
    return name, months_later(anchor, months), every(months)


def visit_clock(start: date, placement: str) -> Any:
    def clock(number: int, anchor: date) -> tuple[str, date, Any]:
        def weekly(first: date, times: int) -> date:
            return first + timedelta(days=42 * times)

        if number == 1:
            return "CLA_VISIT_FIRST", anchor + timedelta(days=7), weekly
        if anchor < months_later(start, 12) or placement not in ("U1", "U4"):
            return "CLA_VISIT_YEAR1", anchor + timedelta(days=42), weekly
        return "CLA_VISIT_LONG", months_later(anchor, 3), every(3)

    return clock


def home_clock(variant: str) -> Any:
    """Return the clock of visits to a child who lives with parents under an order."""

    def clock(number: int, anchor: date) -> tuple[str, date, Any]:
        name, first, later = {
            "interim": ("CLA_VISIT_TEMP", 7, 7),
            "interim, reviewed": ("CLA_VISIT_TEMP", 28, 28),
            "full": ("CLA_VISIT_HOME_CO", 7, 42),
        }[variant]
        days = first if number == 1 else later
        return name, anchor + timedelta(days=days), lambda one, n: one + timedelta(days=later * n)

    return clock


def short_break_clock(number: int, anchor: date) -> tuple[str, date, Any]:
    return "SHORT_BREAK", months_later(anchor, 3 if number == 1 else 6), every(6)


def health_clock(born: date | None) -> Any:
    def clock(_: int, anchor: date) -> tuple[str, date, Any]:
        months = 6 if years_old(born, anchor) < 5 else 12
        return "HEALTH_ASSESS", months_later(anchor, months), every(months)

    return clock


def open_since(parts: list[tuple[date, date]], on: date) -> date | None:
    """Return since when a child is open on a day; spans a day or less apart are one."""
    start, end = date.max, date.min
    for first, last in [*sorted(parts), (date(2999, 1, 2), date(2999, 1, 2))]:
        if end != date.min and first <= end + timedelta(days=1):
            end = max(end, last)
            continue
        if start <= on < end:
            return start
        start, end = first, last
    return start if start <= on < end else None
