"""Every fairness statistic gives the numbers of independent libraries.

The vectors come from statsmodels, scipy and fairlearn (``tests/vectors/README.md``). Two intervals
in them (Katz, and Jeffreys but as a check of the beta quantile) are of methods that Heard does not
use.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from orchestration.fairness.arrays import Z_95, Z_998, floats
from orchestration.fairness.bounds import Unknown, gap_bounds, is_robust, rate_bounds
from orchestration.fairness.discovery import benjamini_hochberg
from orchestration.fairness.funnels import funnel_limit, over_dispersion, target_rates
from orchestration.fairness.gaps import koopman, newcombe, p_value
from orchestration.fairness.rates import Squares, design_effect, wilson
from orchestration.fairness.shrinkage import shrink
from orchestration.fairness.special import beta_quantiles
from orchestration.fairness.standard import Strata, standardise
from tests.support.fairness import compared, vectors

NOT_USED = frozenset(
    {"rr_katz_lower", "rr_katz_upper", "jeffreys_lower", "jeffreys_upper", "mh_rd", "mh_or"}
)


def _same(found: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float = 1e-6) -> None:
    for name, value in expected.items():
        if name in NOT_USED:
            continue
        if value is None:
            assert math.isnan(found[name]), name
        elif isinstance(value, bool):
            assert found[name] == float(value), name
        elif isinstance(value, str):
            assert found[name] == (math.inf if value == "inf" else value), name
        else:
            assert found[name] == pytest.approx(value, abs=tolerance), name


def _ids(vector: Any) -> str:
    return str(vector["id"])


@pytest.mark.parametrize("vector", vectors("wilson_ci"), ids=_ids)
def test_wilson_intervals_equal_the_reference(vector: Any) -> None:
    x, n = vector["input"]["x"], vector["input"]["n"]
    p = x / n if n else math.nan
    interval = wilson(p, n, {0.05: Z_95, 0.002: Z_998}[vector["input"]["alpha"]])
    found = {"p": p, "lower": interval.lower[0], "upper": interval.upper[0]}
    _same(found, vector["expected"])
    if "jeffreys_lower" in vector["expected"] and 0 < x < n:
        a, b = floats(x + 0.5), floats(n - x + 0.5)
        tail = vector["input"]["alpha"] / 2
        for (found_at,), name in zip(
            beta_quantiles(a, b, (tail, 1 - tail)),
            ("jeffreys_lower", "jeffreys_upper"),
            strict=True,
        ):
            assert found_at == pytest.approx(vector["expected"][name], abs=1e-6)


@pytest.mark.parametrize("vector", vectors("two_group_comparison"), ids=_ids)
def test_two_groups_equal_the_reference(vector: Any) -> None:
    x, n, y, m = (floats(vector["input"][name]) for name in ("x_g", "n_g", "x_ref", "n_ref"))
    gap, ratio, missed = newcombe(x, n, y, m), koopman(x, n, y, m), koopman(n - x, n, m - y, m)
    chance, exact = p_value(x, n, y, m)
    p, q = (x / n)[0], (y / m)[0]
    method = "fisher_exact" if exact[0] else "pearson_chi2"
    if x[0] + y[0] in (0, n[0] + m[0]):
        method = "degenerate"
    found = {
        "rd": p - q,
        "rd_lower": gap.lower[0],
        "rd_upper": gap.upper[0],
        "rr": p / q if q else math.nan,
        "rr_lower": ratio.lower[0],
        "rr_upper": ratio.upper[0],
        "missed_ratio": (1 - p) / (1 - q) if q < 1 else math.nan,
        "missed_ratio_lower": missed.lower[0],
        "missed_ratio_upper": missed.upper[0],
        "p_value": chance[0],
        "p_method": method,
        "four_fifths_breach": bool(q and p / q < 0.8),
    }
    _same(found, vector["expected"], vector["tol"])


@pytest.mark.parametrize(
    "vector", vectors("cluster_deff") + vectors("cluster_deff_pooled"), ids=_ids
)
def test_design_effects_equal_the_reference(vector: Any) -> None:
    columns = vector["input"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in vector["input"]["rows"]]
    groups = sorted({row.get("group", "all") for row in rows})
    own = [[row for row in rows if row.get("group", "all") == group] for group in groups]

    def total(value: Any) -> Any:
        return np.array([float(sum(value(row) for row in group)) for group in own])

    squares = Squares(
        x=total(lambda row: row["x"]),
        n=total(lambda row: row["n"]),
        xx=total(lambda row: row["x"] ** 2),
        xn=total(lambda row: row["x"] * row["n"]),
        nn=total(lambda row: row["n"] ** 2),
        children=total(lambda _: 1),
    )
    ones = np.ones(len(groups), bool)
    deff = design_effect(squares, np.zeros(len(groups), np.int64), ones)[0]
    assert deff == pytest.approx(vector["expected"]["deff"], abs=1e-9)
    if len(groups) == 1:
        p, n = squares.x / squares.n, squares.n / deff
        limits = wilson(p, n)
        found = {"p": p[0], "n_eff": n[0], "lower": limits.lower[0], "upper": limits.upper[0]}
        _same(found, {name: vector["expected"][name] for name in found})


@pytest.mark.parametrize("vector", vectors("bh_fdr"), ids=_ids)
def test_q_values_equal_the_reference_whatever_the_order(vector: Any) -> None:
    p = np.array(vector["input"]["p"])
    for order in (np.arange(len(p)), np.argsort(-p), np.random.default_rng(1).permutation(len(p))):
        found = benjamini_hochberg(p[order], np.zeros(len(p), np.int64))
        assert found == pytest.approx(np.array(vector["expected"]["q"])[order], abs=1e-9)
        assert (found < 0.05).tolist() == np.array(vector["expected"]["reject"])[order].tolist()


@pytest.mark.parametrize("vector", vectors("funnel_limits"), ids=_ids)
def test_funnel_limits_equal_the_reference(vector: Any) -> None:
    n, target = floats(vector["input"]["n"]), floats(vector["input"]["target"])
    shares = {"l95": 0.025, "u95": 0.975, "l998": 0.001, "u998": 0.999}
    found = {name: funnel_limit(n, target, at)[0] for name, at in shares.items()}
    _same(found, vector["expected"])


@pytest.mark.parametrize("vector", vectors("funnel_overdispersion"), ids=_ids)
def test_over_dispersed_funnels_equal_the_reference(vector: Any) -> None:
    x, n = floats(vector["input"]["x"]), floats(vector["input"]["n"])
    sets = np.zeros(len(x), np.int64)
    target = target_rates(x, n, sets)
    found, expected = over_dispersion(x / n, n, target, sets), vector["expected"]
    assert target[0] == pytest.approx(expected["target"])
    assert found.z == pytest.approx(expected["z"])
    assert found.phi[0] == pytest.approx(expected["phi_winsorised10"])
    assert found.tau_squared[0] == pytest.approx(expected["tau2"])
    assert found.z_adjusted == pytest.approx(expected["z_adjusted"])
    for limit, name in ((Z_95, "outlier95"), (Z_998, "outlier998")):
        assert (np.abs(found.z_adjusted) > limit).tolist() == expected[name]


@pytest.mark.parametrize("vector", vectors("eb_beta_binomial"), ids=_ids)
def test_shrunk_rates_equal_the_reference(vector: Any) -> None:
    x, n = floats(vector["input"]["x"]), floats(vector["input"]["n"])
    found, expected = shrink(x, n, np.zeros(len(x), np.int64), 1), vector["expected"]
    assert found.mean == pytest.approx(expected["posterior_mean"], abs=vector["tol"])
    assert found.lower == pytest.approx(expected["lower"], abs=vector["tol"])
    assert found.upper == pytest.approx(expected["upper"], abs=vector["tol"])
    prior = found.alpha[0] / (found.alpha[0] + found.beta[0])
    assert prior == pytest.approx(expected["prior_mean"], abs=vector["tol"])


@pytest.mark.parametrize("vector", vectors("direct_standardisation"), ids=_ids)
def test_standardised_gaps_equal_the_reference(vector: Any) -> None:
    x, n, y, m = (floats(vector["input"][name]) for name in ("x_g", "n_g", "x_ref", "n_ref"))
    found = standardise(Strata(np.zeros(len(x), np.int64), x, n, y, m), 1, 0.2)
    told = {
        "crude_p_g": x.sum() / n.sum(),
        "crude_p_ref": y.sum() / m.sum(),
        "crude_rd": x.sum() / n.sum() - y.sum() / m.sum(),
        "std_p_g": found.p[0],
        "std_p_ref": found.rest_p[0],
        "std_rd": found.gap[0],
        "std_rd_se": (found.gap_upper[0] - found.gap_lower[0]) / 2 / Z_95,
        "std_rd_lower": found.gap_lower[0],
        "std_rd_upper": found.gap_upper[0],
        "mh_rr": found.mantel_haenszel_ratio[0],
        "sign_reversal": bool(found.is_reversed[0]),
    }
    _same(told, vector["expected"])


@pytest.mark.parametrize("vector", vectors("manski_missing_characteristic"), ids=_ids)
def test_bounds_equal_the_reference(vector: Any) -> None:
    given = {name: floats(value) for name, value in vector["input"].items()}
    unknown = Unknown(given["unknown_success"], given["unknown_failure"])
    rate = rate_bounds(given["x_g"], given["n_g"], unknown)
    gap = gap_bounds(given["x_g"], given["n_g"], given["x_rest"], given["n_rest"], unknown)
    found = {
        "rd_observed": (given["x_g"] / given["n_g"] - given["x_rest"] / given["n_rest"])[0],
        "p_g_lower": rate.lower[0],
        "p_g_upper": rate.upper[0],
        "rd_lower": gap.lower[0],
        "rd_upper": gap.upper[0],
        "width": gap.upper[0] - gap.lower[0],
        "sign_identified": bool(is_robust(gap)[0]),
    }
    _same(found, vector["expected"])


@pytest.mark.parametrize("vector", vectors("fairness_pipeline"), ids=_ids)
def test_a_whole_dimension_equals_the_reference_in_any_order(vector: Any) -> None:
    given = vector["input"]
    rows = _with_deff(given["deff"], given["rows"])
    unknown_x = given["unknown_success"]
    unknown_n = unknown_x + given["unknown_failure"]
    measure = "F1" if given["higher_is_better"] else "F4"
    rows.append({"group_value": "unknown", "x": unknown_x, "n": unknown_n, "children": unknown_n})
    rows = [{**row, "measure": measure} for row in rows]
    for shuffled in (rows, rows[::-1], rows[2:] + rows[:2]):
        found = {row["group_value"]: row for row in compared(shuffled)}
        assert set(found) == {row[0] for row in given["rows"]}
        for expected in vector["expected"]["groups"]:
            _same(_as_in_reference(found[expected["group"]]), _told(expected), 1e-6)


def _with_deff(deff: float, rows: list[list[Any]]) -> list[dict[str, Any]]:
    """Give groups the spread of children that makes the design effect which a vector sets."""
    children = sum(row[3] for row in rows)
    share = deff * (children - len(rows)) / children
    return [
        {
            "group_value": group,
            "x": x,
            "n": n,
            "children": own,
            "xx": share * x * (1 - x / n),
            "xn": 0,
            "nn": 0,
        }
        for group, x, n, own in rows
    ]


def _told(expected: Mapping[str, Any]) -> dict[str, Any]:
    left_out = ("group", "x", "n", "children", "comparable", "p_method")
    return {name: value for name, value in expected.items() if name not in left_out}


def _as_in_reference(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "rd": row["gap"],
        "rd_lower": row["gap_lower"],
        "rd_upper": row["gap_upper"],
        "rr": row["ratio"],
        "manski_rd_lower": row["bound_lower"],
        "manski_rd_upper": row["bound_upper"],
    }


def test_rates_by_group_and_by_two_characteristics_equal_fairlearns() -> None:
    (vector,) = vectors("metricframe")
    columns = vector["input"]["columns"]
    cells = [dict(zip(columns, row, strict=True)) for row in vector["input"]["cells"]]
    expected = vector["expected"]

    def rates(name: str, key: Any) -> dict[str, float]:
        groups = sorted({key(cell) for cell in cells})
        rows = [
            {
                "group_value": group,
                "dimension": name,
                "x": sum(cell["x"] for cell in cells if key(cell) == group),
                "n": sum(cell["n"] for cell in cells if key(cell) == group),
                "children": 9,
            }
            for group in groups
        ]
        found = compared(rows)
        # fairlearn has no smallest group: its extremes are three children's.
        assert {row["flag"] for row in found} == {"insufficient"}
        return {row["group_value"]: row["p"] for row in found}

    alone = rates("ethnicity", lambda cell: cell["ethnicity"])
    assert alone == pytest.approx(expected["by_ethnicity"])
    spread = max(alone.values()) - min(alone.values())
    assert spread == pytest.approx(expected["difference_between_groups"])
    together = rates("pair", lambda cell: f"{cell['ethnicity']}|{cell['disability']}")
    known = {k: v for k, v in expected["by_ethnicity_x_disability"].items() if v is not None}
    assert together == pytest.approx(known)
