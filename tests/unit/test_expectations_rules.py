"""The arithmetic of every rule, against values worked out elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from expectations.registry.models import Missingness, NoDrift, Parity, Within
from expectations.results import Outcome
from expectations.rules import MeasureRow, difference, judge_measures, wilson

AT_LEAST_95 = Within(kind="within", fail_below=95, watch_below=98)
AT_MOST_1 = Within(kind="within", fail_above=1, watch_above=0)
FOUR_FIFTHS = Parity(kind="parity", floor=0.8)
FIVE_POINTS = Missingness(kind="missingness", max_gap_points=5)


def row(n: int, k: int, group: str = "all", authority: str = "330") -> MeasureRow:
    return MeasureRow("SSD-001", authority, group, n, k)


def outcome_of(rule: Within, n: int, k: int, min_n: int = 1) -> Outcome:
    (verdict,) = judge_measures(rule, min_n, [row(n, k)])
    return verdict.outcome


@pytest.mark.parametrize(
    ("rule", "n", "k", "expected"),
    [
        (AT_LEAST_95, 100, 100, Outcome.PASS),
        (AT_LEAST_95, 100, 98, Outcome.PASS),
        (AT_LEAST_95, 100, 97, Outcome.WATCH),
        (AT_LEAST_95, 100, 95, Outcome.WATCH),
        (AT_LEAST_95, 100, 94, Outcome.FAIL),
        (AT_MOST_1, 100, 0, Outcome.PASS),
        (AT_MOST_1, 100, 1, Outcome.WATCH),
        (AT_MOST_1, 100, 2, Outcome.FAIL),
    ],
)
def test_a_share_at_a_limit_is_inside_it(rule: Within, n: int, k: int, expected: Outcome) -> None:
    assert outcome_of(rule, n, k) is expected


def test_nothing_looked_at_is_not_applicable_and_never_a_pass() -> None:
    assert outcome_of(AT_MOST_1, 0, 0) is Outcome.NOT_APPLICABLE
    assert outcome_of(AT_LEAST_95, 0, 0) is Outcome.NOT_APPLICABLE


def test_fewer_cases_than_the_check_asks_for_are_too_small() -> None:
    assert outcome_of(AT_LEAST_95, 9, 0, min_n=10) is Outcome.TOO_SMALL
    assert outcome_of(AT_LEAST_95, 10, 0, min_n=10) is Outcome.FAIL


def test_a_check_that_could_not_be_measured_is_an_error() -> None:
    broken = MeasureRow("SSD-001", "330", "all", 0, 0, could_measure=False)
    (verdict,) = judge_measures(AT_LEAST_95, 1, [broken])
    assert verdict.outcome is Outcome.ERROR
    assert verdict.n is None


def test_days_are_judged_as_days() -> None:
    fresh = Within(kind="within", unit="days", fail_below=0, watch_above=10, fail_above=40)
    outcomes = [outcome_of(fresh, 1, days) for days in (-1, 0, 10, 11, 40, 41)]
    assert outcomes == [
        Outcome.FAIL,
        Outcome.PASS,
        Outcome.PASS,
        Outcome.WATCH,
        Outcome.WATCH,
        Outcome.FAIL,
    ]


@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_the_wilson_interval_is_that_of_scipy(n: int, share: float) -> None:
    k = round(share * n)
    expected = binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_group_fails_only_when_its_upper_bound_is_under_the_floor() -> None:
    # Rest: 700 of 1,000, so the floor is 56 %. 40 of 100 has an upper bound of 49.8 %;
    # 12 of 30 is 40 % as well, but its bound is 57.7 %.
    verdicts = judge_measures(
        FOUR_FIFTHS, 30, [row(1000, 700, "a"), row(100, 40, "b"), row(30, 12, "c")]
    )
    found = {verdict.slice: verdict.outcome for verdict in verdicts}
    assert found["a"] is Outcome.PASS
    assert found["b"] is Outcome.FAIL
    assert found["c"] is Outcome.WATCH


@pytest.mark.parametrize(("k", "expected"), [(46, Outcome.FAIL), (47, Outcome.WATCH)])
def test_one_case_decides_on_which_side_of_the_floor_a_bound_lies(
    k: int, expected: Outcome
) -> None:
    # 80 % of 70 % is 56 %; the bounds of 46 and 47 of 100 are 55.7 % and 56.7 %.
    verdicts = judge_measures(FOUR_FIFTHS, 30, [row(1000, 700, "a"), row(100, k, "b")])
    assert {v.slice: v.outcome for v in verdicts}["b"] is expected


def test_a_small_group_is_said_to_be_too_small_however_bad_it_looks() -> None:
    verdicts = judge_measures(FOUR_FIFTHS, 30, [row(1000, 900, "a"), row(29, 0, "b")])
    assert {v.slice: v.outcome for v in verdicts}["b"] is Outcome.TOO_SMALL


def test_a_group_without_anybody_to_compare_with_is_too_small() -> None:
    (verdict,) = judge_measures(FOUR_FIFTHS, 30, [row(1000, 900, "a")])
    assert verdict.outcome is Outcome.TOO_SMALL


def test_groups_are_compared_within_their_own_authority() -> None:
    rows = [
        row(500, 450, "a", "330"),
        row(500, 450, "b", "330"),
        row(500, 100, "a", "331"),
        row(500, 100, "b", "331"),
    ]
    assert {v.outcome for v in judge_measures(FOUR_FIFTHS, 30, rows)} == {Outcome.PASS}


def test_missing_values_fail_when_the_lower_bound_is_past_the_points() -> None:
    # Rest: 2 % missing, so the limit is 7 %. 60 of 300 has a lower bound of 15.9 %;
    # 3 of 30 is 10 %, but its lower bound is 3.5 %.
    verdicts = judge_measures(
        FIVE_POINTS, 30, [row(10000, 200, "a"), row(300, 60, "b"), row(30, 3, "c")]
    )
    found = {verdict.slice: verdict.outcome for verdict in verdicts}
    assert found == {"a": Outcome.PASS, "b": Outcome.FAIL, "c": Outcome.WATCH}


@given(
    shares=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted), min_size=1, max_size=8
    )
)
def test_every_group_gets_exactly_one_verdict(shares: list[list[int]]) -> None:
    rows = [row(n, k, f"group{i}") for i, (k, n) in enumerate(shares)]
    verdicts = judge_measures(FOUR_FIFTHS, 30, rows)
    assert sorted(v.slice for v in verdicts) == sorted(r.slice for r in rows)
    assert all(v.outcome is not Outcome.PASS for v in verdicts if not v.n)


def test_twenty_equal_groups_hardly_ever_raise_a_false_alarm() -> None:
    random = np.random.default_rng(20261122)
    sizes = random.integers(8, 800, size=20)
    alarms = 0
    for _ in range(300):
        found = random.binomial(sizes, 0.7)
        rows = [
            row(int(n), int(k), f"group{i}")
            for i, (n, k) in enumerate(zip(sizes, found, strict=True))
        ]
        alarms += any(v.outcome is Outcome.FAIL for v in judge_measures(FOUR_FIFTHS, 30, rows))
    assert alarms / 300 < 0.02


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [
        # 99 of 100 is over 98 %, but its Wilson bounds are 94.6 and 99.8.
        (99, 100, Outcome.WATCH),
        # 400 of 400: from 99.05 on.
        (400, 400, Outcome.FAIL),
        (90, 100, Outcome.PASS),
    ],
)
def test_a_part_fails_only_when_it_is_sure(k: int, n: int, expected: Outcome) -> None:
    at_most_98 = Within(kind="within", fail_above=98, watch_above=95)
    (verdict,) = judge_measures(at_most_98, 50, [row(n, k, "area: QX1")])
    assert verdict.outcome is expected


def test_the_whole_fails_at_its_limit_whatever_the_number() -> None:
    at_most_98 = Within(kind="within", fail_above=98, watch_above=95)
    (verdict,) = judge_measures(at_most_98, 50, [row(100, 99)])
    assert verdict.outcome is Outcome.FAIL


def test_newcombes_interval_is_that_of_his_paper() -> None:
    # Newcombe (1998), method 10, table II: 56/70 - 48/80 is 0.2, from 0.0524 to 0.3339.
    assert difference(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Before: 500 of 1,000. The limit is 20 points.
        (row(200, 110, "now"), Outcome.PASS),
        # 72 % is 22 points up, but the interval begins at 14.8.
        (row(200, 144, "now"), Outcome.WATCH),
        (row(200, 180, "now"), Outcome.FAIL),
        (row(200, 20, "now"), Outcome.FAIL),
        (row(20, 20, "now"), Outcome.TOO_SMALL),
        (row(0, 0, "now"), Outcome.NOT_APPLICABLE),
    ],
)
def test_a_share_drifts_only_when_its_interval_lies_wholly_outside(
    now: MeasureRow, expected: Outcome
) -> None:
    rule = NoDrift(kind="no_drift", max_change_points=20)
    (verdict,) = judge_measures(rule, 100, [now, row(1000, 500, "before")])
    assert (verdict.slice, verdict.outcome) == ("now", expected)


def test_a_share_without_a_past_is_too_small_to_judge() -> None:
    rule = NoDrift(kind="no_drift", max_change_points=20)
    verdicts = judge_measures(rule, 100, [row(500, 5, "now"), row(99, 99, "before")])
    assert [verdict.outcome for verdict in verdicts] == [Outcome.TOO_SMALL]
