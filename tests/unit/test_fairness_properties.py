"""What must hold of every comparison, whatever the counts; and the special functions, by scipy."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special as scipy_special
from scipy import stats

from orchestration.fairness import load_thresholds
from orchestration.fairness.arrays import floats
from orchestration.fairness.bounds import Unknown, gap_bounds
from orchestration.fairness.discovery import benjamini_hochberg
from orchestration.fairness.flags import WORST_FIRST, worse
from orchestration.fairness.funnels import funnel_limit
from orchestration.fairness.gaps import koopman, newcombe, p_value
from orchestration.fairness.shrinkage import shrink
from orchestration.fairness.special import beta_quantiles, chi_square_tail, log_gamma
from tests.support.fairness import compared

FEW = settings(max_examples=60, deadline=None)


@st.composite
def two_sides(draw: st.DrawFn) -> tuple[float, float, float, float]:
    n, m = draw(st.integers(1, 400)), draw(st.integers(1, 4000))
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


@FEW
@given(two_sides())
def test_a_gap_seen_from_the_other_side_is_its_mirror(sides: tuple[float, ...]) -> None:
    x, n, y, m = map(floats, sides)
    one, other = newcombe(x, n, y, m), newcombe(y, m, x, n)
    assert one.lower == pytest.approx(-other.upper, abs=1e-12)
    assert p_value(x, n, y, m)[0] == pytest.approx(p_value(y, m, x, n)[0], rel=1e-6, abs=1e-12)
    ratio, inverse = koopman(x, n, y, m), koopman(y, m, x, n)
    if ratio.lower[0] > 0:
        assert ratio.lower == pytest.approx(1 / inverse.upper, rel=1e-5)


@FEW
@given(two_sides())
def test_every_interval_holds_its_estimate_and_its_limits_are_in_order(
    sides: tuple[float, ...],
) -> None:
    x, n, y, m = map(floats, sides)
    gap, ratio = newcombe(x, n, y, m), koopman(x, n, y, m)
    estimate = x / n - y / m
    assert gap.lower[0] - 1e-12 <= estimate[0] <= gap.upper[0] + 1e-12
    if y[0] > 0:
        assert ratio.lower[0] - 1e-6 <= (x / n / (y / m))[0] <= ratio.upper[0] + 1e-6
    assert 0 <= p_value(x, n, y, m)[0][0] <= 1


@FEW
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 4))
def test_q_values_keep_the_order_of_chances_and_are_never_smaller(
    chances: list[float], families: int
) -> None:
    p = np.array(chances)
    family = np.arange(len(p)) % families
    q = benjamini_hochberg(p, family)
    for number in range(families):
        own = family == number
        assert np.all(q[own] >= p[own] - 1e-12)
        assert np.all(np.diff(q[own][np.argsort(p[own], kind="stable")]) >= -1e-12)
        if own.any():
            assert q[own] == pytest.approx(stats.false_discovery_control(p[own]), abs=1e-12)


@FEW
@given(*[st.integers(0, 6)] * 6)
def test_the_bounds_hold_every_way_in_which_the_unknown_could_belong(
    x: int, missed: int, rest_x: int, rest_missed: int, recorded: int, unknown_missed: int
) -> None:
    n, rest_n = x + missed + 1, rest_x + rest_missed + 1
    unknown = Unknown(floats(recorded), floats(unknown_missed))
    bounds = gap_bounds(floats(x), floats(n), floats(rest_x), floats(rest_n), unknown)
    gaps = [
        (x + s) / (n + s + f)
        - (rest_x + recorded - s) / (rest_n + recorded - s + unknown_missed - f)
        for s, f in itertools.product(range(recorded + 1), range(unknown_missed + 1))
    ]
    assert (bounds.lower[0], bounds.upper[0]) == pytest.approx((min(gaps), max(gaps)), abs=1e-12)


def test_fishers_test_equals_scipys_wherever_it_is_used() -> None:
    random = np.random.default_rng(3)
    n, m = random.integers(1, 60, 200), random.integers(1, 400, 200)
    x, y = random.binomial(n, 0.9), random.binomial(m, 0.9)
    found, exact = p_value(*(side.astype(float) for side in (x, n, y, m)))
    for row in range(200):
        table = [[x[row], n[row] - x[row]], [y[row], m[row] - y[row]]]
        if exact[row]:
            assert found[row] == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)
        elif 0 < x[row] + y[row] < n[row] + m[row]:
            expected = stats.chi2_contingency(table, correction=False).pvalue
            assert found[row] == pytest.approx(expected, rel=1e-9)
    assert 20 < exact.sum() < 180


def test_special_functions_equal_scipys() -> None:
    values = np.array([1e-3, 0.2, 1.0, 2.5, 9.9, 10.1, 300.0, 1e5, 2e6])
    assert log_gamma(values) == pytest.approx(scipy_special.gammaln(values), rel=1e-12, abs=1e-12)
    squares = np.array([0.0, 0.5, 3.84, 30.0, 200.0])
    assert chi_square_tail(squares) == pytest.approx(stats.chi2.sf(squares, 1), rel=1e-9)
    a = np.array([0.05, 0.5, 3.0, 40.0, 8e5, 2.0])
    b = np.array([3.0, 0.5, 900.0, 4.0, 2e5, 1e6])
    for at, found in zip(
        (0.025, 0.5, 0.975), beta_quantiles(a, b, (0.025, 0.5, 0.975)), strict=True
    ):
        assert found == pytest.approx(stats.beta.ppf(at, a, b), rel=1e-5, abs=1e-7)


def test_many_families_are_shrunk_at_once_as_each_by_itself() -> None:
    random = np.random.default_rng(5)
    n = random.integers(15, 200, 36).astype(float)
    x = random.binomial(n.astype(int), random.beta(8, 3, 36)).astype(float)
    family = np.arange(36) % 3
    together = shrink(x, n, family, 3)
    for number in range(3):
        own = family == number
        alone = shrink(x[own], n[own], np.zeros(int(own.sum()), np.int64), 1)
        assert together.mean[own] == pytest.approx(alone.mean, abs=1e-6)
        at = (alone.alpha[0], alone.beta[0])
        top = stats.betabinom.logpmf(x[own], n[own], *at).sum()
        for factor in ((1.1, 1.0), (0.9, 1.0), (1.0, 1.1), (1.0, 0.9), (1.1, 1.1), (0.9, 0.9)):
            near = (at[0] * factor[0], at[1] * factor[1])
            assert stats.betabinom.logpmf(x[own], n[own], *near).sum() <= top + 1e-6


def test_a_group_too_small_in_a_quarter_is_pooled_and_says_so() -> None:
    rows = [
        {"group_value": group, "window_length": window, "x": x * k, "n": n * k, "children": c * k}
        for group, x, n, c in (
            ("small", 6, 8, 4),
            ("tiny", 2, 2, 1),
            ("large", 800, 900, 300),
            ("other", 500, 600, 200),
        )
        for window, k in (("quarter", 1), ("12_months", 4), ("24_months", 8))
    ]
    found = {(row["begins_with"], row["group_value"]): row for row in compared(rows)}
    assert found["quarter", "small"]["window_used"] == "12_months"
    assert found["quarter", "large"]["window_used"] == "quarter"
    # Where not even two years are enough, nothing is told but that they were tried.
    assert found["quarter", "tiny"]["window_used"] == "24_months"
    assert found["quarter", "tiny"]["flag"] == "insufficient"
    assert np.isnan(found["quarter", "tiny"]["gap"])
    assert found["12_months", "small"]["window_used"] == "12_months"


def test_exempting_a_group_does_not_hide_its_gap() -> None:
    rows = [
        {"group_value": "a", "counting": "exempt_out", "x": 184, "n": 200},
        {"group_value": "b", "counting": "exempt_out", "x": 900, "n": 1000, "children": 400},
        {"group_value": "a", "counting": "exempt_as_missed", "x": 184, "n": 400},
        {"group_value": "b", "counting": "exempt_as_missed", "x": 900, "n": 1010, "children": 400},
    ]
    found = {(row["group_value"], row["counting"]): row for row in compared(rows)}
    told = found["a", "exempt_out"]
    assert told["p"] == pytest.approx(184 / 200)
    assert told["flag_as_counted"] == "no_material_gap"
    assert told["flag"] == found["a", "exempt_as_missed"]["flag"] == "disparity_severe"


def test_unknown_is_no_group_and_widens_the_bounds() -> None:
    rows = [
        {"group_value": "a", "x": 70, "n": 100},
        {"group_value": "b", "x": 800, "n": 1000, "children": 400},
        {"group_value": "unknown", "x": 60, "n": 100},
    ]
    found = {row["group_value"]: row for row in compared(rows)}
    assert set(found) == {"a", "b"}
    assert found["a"]["unknown_share"] == pytest.approx(100 / 1200)
    assert found["a"]["bound_lower"] == pytest.approx(70 / 140 - 860 / 1060)
    assert found["a"]["bound_upper"] == pytest.approx(130 / 160 - 800 / 1040)
    assert not found["a"]["robust_to_unknown"]


def test_of_two_words_the_worse_counts_and_all_words_have_a_place() -> None:
    words = np.array(WORST_FIRST, dtype=object)
    assert worse(words[:-1], words[1:]).tolist() == list(WORST_FIRST[:-1])
    assert len(set(WORST_FIRST)) == 8
    assert load_thresholds().windows == ("quarter", "12_months", "24_months")


def test_no_digit_of_a_figure_depends_on_what_else_is_compared() -> None:
    """An authority built by itself must have the figures that it has beside others."""
    random = np.random.default_rng(9)
    n, m = random.integers(5, 300, 700).astype(float), random.integers(50, 3000, 700).astype(float)
    x, y = random.binomial(n.astype(int), 0.8) * 1.0, random.binomial(m.astype(int), 0.85) * 1.0
    sides, few = (x, n, y, m), tuple(side[300:420] for side in (x, n, y, m))
    for whole, part in (
        (koopman(*sides).lower, koopman(*few).lower),
        (koopman(*sides).upper, koopman(*few).upper),
        (newcombe(*sides).lower, newcombe(*few).lower),
        (p_value(*sides)[0], p_value(*few)[0]),
        (funnel_limit(n, y / m, 0.025), funnel_limit(few[1], few[2] / few[3], 0.025)),
    ):
        assert whole[300:420].tolist() == part.tolist()
    families = np.arange(700) // 10
    whole_model = shrink(x, n, families, 70)
    part_model = shrink(few[0], few[1], families[300:420] - 30, 12)
    assert whole_model.mean[300:420].tolist() == part_model.mean.tolist()
    assert whole_model.upper[300:420].tolist() == part_model.upper.tolist()
