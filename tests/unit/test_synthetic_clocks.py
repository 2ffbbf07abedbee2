"""Prove the generator's calendar and clock rule on examples worked by hand, and for all chains."""

import functools
from datetime import date
from pathlib import Path

import holidays
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.synthetic.clocks import (
    FAR,
    Array,
    Step,
    add_months,
    age_on,
    day_number,
    iso,
    settle,
    walk,
    year_ends,
)
from orchestration.synthetic.recipe import load_recipe
from tests.support import synthetic_clock as plain

RECIPE = functools.cache(load_recipe)
BANK_HOLIDAYS = Path(__file__).resolve().parents[2] / "seeds/reference/ref_bank_holidays.csv"


def days(*dates: str) -> Array:
    return np.array([day_number(date.fromisoformat(one)) for one in dates])


def six_weekly(first: str) -> Step:
    kind = np.array(["visit"], dtype=object)
    return Step(kind, days(first), np.array([42]), np.array([False]))


def test_a_month_later_is_the_same_day_or_the_last_of_the_month() -> None:
    moved = add_months(days("2024-01-31", "2023-01-31", "2024-02-29", "2024-05-15"), 1)
    assert list(iso(moved)) == ["2024-02-29", "2023-02-28", "2024-03-29", "2024-06-15"]


def test_a_birthday_adds_a_year_of_age_and_the_unborn_have_none() -> None:
    born = days("2010-06-15", "2010-06-15", "2026-01-01")
    on = days("2026-06-14", "2026-06-15", "2025-12-31")
    assert list(age_on(born, on)) == [15, 16, -1]


def test_ten_working_days_step_over_easter() -> None:
    # Friday 12 April 2024 is the tenth working day after Wednesday 27 March 2024: Good Friday
    # (29 March) and Easter Monday (1 April) are not counted.
    after = RECIPE().working_days.after
    assert list(iso(after(days("2024-03-27"), 10))) == ["2024-04-12"]


def test_working_days_after_a_sunday_are_counted_from_the_monday() -> None:
    after = RECIPE().working_days.after
    assert list(iso(after(days("2024-06-02"), 1))) == ["2024-06-03"]


def test_the_bank_holidays_are_those_of_england() -> None:
    told = [line.split(",")[0] for line in BANK_HOLIDAYS.read_text("utf-8").splitlines()[1:]]
    known = holidays.country_holidays("GB", subdiv="ENG", years=range(2000, 2041))
    assert told == sorted(one.isoformat() for one in known)


def test_an_event_before_its_due_date_misses_nothing() -> None:
    counts, met, missed = settle(
        six_weekly("2026-02-12"), days("2026-02-10"), days("2026-09-30"), days("2026-09-30")
    )
    assert (bool(counts[0]), list(iso(met)), len(missed)) == (True, ["2026-02-12"], 0)


def test_a_late_event_takes_the_due_date_that_it_passed() -> None:
    _, met, missed = settle(
        six_weekly("2026-02-12"), days("2026-02-20"), days("2026-09-30"), days("2026-09-30")
    )
    assert (list(iso(met)), len(missed)) == (["2026-02-12"], 0)


def test_an_event_after_the_next_due_date_has_missed_the_first() -> None:
    # Due on 12 February and 26 March; held on 30 March, so February was missed and March is late.
    _, met, missed = settle(
        six_weekly("2026-02-12"), days("2026-03-30"), days("2026-09-30"), days("2026-09-30")
    )
    assert list(iso(met)) == ["2026-03-26"]
    assert list(iso(missed["due"])) == ["2026-02-12"]


def test_due_dates_on_or_after_the_end_are_not_missed() -> None:
    counts, met, missed = settle(
        six_weekly("2026-02-12"), np.array([FAR]), days("2026-03-25"), days("2026-03-26")
    )
    assert not counts[0]
    assert met[0] == FAR
    assert list(iso(missed["due"])) == ["2026-02-12"]


def test_only_a_31_march_within_the_window_ends_a_return() -> None:
    first, last = days("2024-03-31", "2026-03-30")
    assert list(iso(np.array(year_ends(int(first), int(last))))) == ["2024-03-31", "2025-03-31"]


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2022, 1, 1), date(2026, 9, 1)),
    gaps=st.lists(st.integers(1, 500), max_size=8),
    length=st.one_of(st.none(), st.integers(1, 1800)),
)
def test_every_chain_of_reviews_agrees_with_the_rule_followed_plainly(
    start: date, gaps: list[int], length: int | None
) -> None:
    as_of = day_number(plain.AS_OF)
    begins = day_number(start)
    ends = FAR if length is None else begins + length
    held = [day for day in (begins + np.cumsum(gaps, dtype=np.int64)) if day <= min(ends, as_of)]
    working_days = RECIPE().working_days

    def clock(number: int, chains: Array, anchor: Array) -> Step:
        months = np.full(len(chains), 3 if number <= 2 else 6)
        kind = np.full(len(chains), f"CLA_REVIEW_{number if number <= 2 else 'N'}", dtype=object)
        first = working_days.after(anchor, 20) if number == 1 else add_months(anchor, months)
        return Step(kind, first, months, np.ones(len(chains), bool))

    def hold(_chains: Array, anchor: Array, _step: Step) -> Array:
        later = [day for day in held if day > anchor[0]]
        return np.array([later[0] if later else FAR])

    found = walk(
        np.array([begins]), np.array([ends]), np.array([min(ends, as_of)]), as_of, clock, hold
    )
    end = None if ends >= FAR else date.fromisoformat(str(iso(np.array([ends]))[0]))
    events = [(date.fromisoformat(str(one)), "", "") for one in iso(np.array(held))]
    expected = [
        (kind, due.isoformat(), "" if on is None else on.isoformat())
        for kind, due, on, _, _ in plain.chain(start, end, events, plain.review_clock)
    ]
    told = zip(found["kind"], iso(found["due"]), iso(found["held"]), strict=True)
    assert sorted(told) == sorted(expected)
