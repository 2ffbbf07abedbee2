"""How often a board is told of a gap that is not there, and how often of one that is.

Every run draws a whole board's table and compares all of it in one call, as the warehouse does. The
figures go into docs/fairness.md by hand.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from orchestration.fairness import compare, load_thresholds

RUNS = 1_000
GROUPS = 20
RATE = 0.85
FALSE = frozenset({"disparity", "disparity_severe"})
# Opportunities of each group; the rest of a board's population is what the others have.
SIZES = (20, 40, 60, 80, 100, 120, 150, 200, 250, 300, 30, 50, 70, 90, 110, 130, 160, 220, 350, 500)

Table = dict[str, Any]
Draw = Callable[[np.random.Generator, np.ndarray, np.ndarray], Table]


def _single(random: np.random.Generator, n: np.ndarray, rate: np.ndarray) -> Table:
    """Draw opportunities that are each another child's."""
    x = random.binomial(n, rate).astype(float)
    return {"x": x, "n": n.astype(float), "children": n, "xx": x, "xn": x, "nn": n.astype(float)}


def _clustered(random: np.random.Generator, n: np.ndarray, rate: np.ndarray) -> Table:
    """Draw 1 to 6 opportunities a child, with an intraclass correlation of 0.3."""
    owner = np.repeat(np.arange(n.size), np.maximum(n.ravel() // 3, 1))
    each = random.integers(1, 7, owner.size)
    mean, size = rate.ravel()[owner], 1 / 0.3 - 1
    heard = random.binomial(each, random.beta(mean * size, (1 - mean) * size)).astype(float)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(owner, weights=values, minlength=n.size).reshape(n.shape)

    return {
        "x": total(heard),
        "n": total(each),
        "children": total(np.ones(owner.size)),
        "xx": total(heard**2),
        "xn": total(heard * each),
        "nn": total(each.astype(float) ** 2),
    }


def board_runs(
    draw: Draw,
    n: np.ndarray,
    rate: np.ndarray,
    dimensions: int = 1,
    exempt: float = 0.0,
    family_of_all: bool = False,
) -> np.ndarray:
    """Return the word of every group of every run.

    Args:
        draw: How opportunities belong to children.
        n: Opportunities, runs x groups.
        rate: True rates, runs x groups.
        dimensions: Over how many dimensions the groups are spread; each is tested by itself.
        exempt: Share of opportunities exempted at random; counted both ways, the worse word counts.
        family_of_all: Whether all dimensions are corrected together.
    """
    random = np.random.default_rng(20261122)
    runs, groups = n.shape
    table = draw(random, n, rate)
    both = [table]
    if exempt:
        gone = random.binomial(table["n"].astype(int), exempt).astype(float)
        both.append({**table, "n": table["n"] + gone, "nn": table["nn"] * (1 + exempt) ** 2})
        both[1]["xn"] = table["xn"] * (1 + exempt)
    run = np.repeat(np.arange(runs), groups)
    dimension = np.tile(np.arange(groups) * dimensions // groups, runs)
    counts = {name: np.concatenate([way[name].ravel() for way in both]) for name in table}
    way = np.repeat(np.arange(len(both)), runs * groups)
    sets = np.tile(run * dimensions + dimension, len(both)) * len(both) + way
    rows = np.arange(len(way))
    family = np.tile(run, len(both)) * len(both) + way if family_of_all else sets
    counts |= {
        "set_number": sets,
        "series_number": rows,
        "pair_number": np.tile(np.arange(runs * groups), len(both)),
        "occasion_number": np.tile(run, len(both)),
        "family_number": family,
        "window_length": np.full(len(rows), "12_months"),
        "measure": np.full(len(rows), "F1"),
        "dimension": np.full(len(rows), "group"),
        "group_value": np.full(len(rows), "g"),
        "role": np.full(len(rows), "group"),
    }
    found = compare(counts, None, load_thresholds())
    words = np.full(runs * groups, "", dtype=object)
    first = found.row < runs * groups
    words[found.row[first]] = found.columns["flag"][first]
    return words.reshape(runs, groups)


def _false_alarms(words: np.ndarray) -> float:
    return float(np.mean(np.isin(words, list(FALSE)).any(axis=1)))


SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "opportunities of different children": {"draw": _single},
    "several opportunities a child": {"draw": _clustered},
    "several a child, a tenth exempted, both ways": {"draw": _clustered, "exempt": 0.1},
    "five dimensions, several a child": {"draw": _clustered, "dimensions": 5},
    "five dimensions as one family": {
        "draw": _clustered,
        "dimensions": 5,
        "family_of_all": True,
    },
    "ten dimensions of two groups": {"draw": _clustered, "dimensions": 10},
    "ten dimensions of two groups as one family": {
        "draw": _clustered,
        "dimensions": 10,
        "family_of_all": True,
    },
}


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("even", [None, 30, 100, 200, 500])
def test_a_board_without_a_gap_is_seldom_told_of_one(
    name: str, even: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    n = np.tile(SIZES if even is None else [even] * GROUPS, (RUNS, 1))
    words = board_runs(n=n, rate=np.full(n.shape, RATE), **SCENARIOS[name])
    share = _false_alarms(words)
    with capsys.disabled():
        print(f"\n{name}, n={even or 'mixed'}: {100 * share:.1f} % of boards told falsely")
    assert share <= 0.05


@pytest.mark.parametrize("draw", [_single, _clustered])
@pytest.mark.parametrize("rate", [0.85, 0.70])
@pytest.mark.parametrize("dimensions", [1, 5])
def test_a_gap_of_fifteen_points_at_two_hundred_is_found(
    draw: Draw, rate: float, dimensions: int, capsys: pytest.CaptureFixture[str]
) -> None:
    n = np.full((RUNS, GROUPS), 200)
    rates = np.full(n.shape, rate)
    rates[:, 0] -= 0.15
    words = board_runs(draw, n, rates, dimensions=dimensions, family_of_all=dimensions > 1)
    found = float(np.mean(np.isin(words[:, 0], list(FALSE))))
    with capsys.disabled():
        print(f"\n{draw.__name__}, {rate} less 15, {dimensions}: {100 * found:.1f} % found")
    assert found >= 0.90
