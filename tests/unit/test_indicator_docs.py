"""The page on indicators is the definitions' own, and its worked examples are right."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from orchestration.reporting.indicator_docs import PAGE, examples, render
from orchestration.reporting.lineage import definitions


def _wilson(numerator: int, denominator: int) -> tuple[float, float]:
    limits = binomtest(numerator, denominator).proportion_ci(method="wilson")
    return float(limits.low), float(limits.high)


def _difference(example: dict[str, Any]) -> tuple[float, float, float]:
    """Newcombe's hybrid score interval of the second rate less the first."""
    x, n = example["compared_numerator"], example["compared_denominator"]
    first, (first_low, first_high) = x / n, _wilson(x, n)
    x, n = example["numerator"], example["denominator"]
    second, (second_low, second_high) = x / n, _wilson(x, n)
    gap = first - second
    low = gap - math.hypot(first - first_low, second_high - second)
    return gap, low, gap + math.hypot(first_high - first, second - second_low)


def test_the_committed_page_is_what_the_definitions_make() -> None:
    """To mend it: python -m orchestration.reporting.indicator_docs."""
    assert PAGE.read_text(encoding="utf-8") == render()


@pytest.mark.parametrize("indicator_id", sorted(definitions()))
def test_every_worked_example_comes_out(indicator_id: str) -> None:
    definition, example = definitions()[indicator_id], dict(examples()[indicator_id])
    aggregation = definition.get("aggregation", "ratio")
    expected: tuple[float, ...]
    if aggregation == "quantile":
        expected = (float(np.quantile(example["figures"], definition["at"])),)
    elif aggregation == "difference":
        expected = tuple(100 * share for share in _difference(example))
    else:
        expected = (100 * example["numerator"] / example["denominator"],)
        if definition["interval"] == "wilson":
            limits = _wilson(example["numerator"], example["denominator"])
            expected += tuple(100 * limit for limit in limits)
    told = tuple(example[name] for name in ("value", "lower", "upper") if name in example)
    assert told == pytest.approx(expected, abs=0.05)


def test_an_example_is_no_smaller_than_what_could_be_published() -> None:
    """A page that shows 3 of 4 would teach to read a number that is never shown."""
    small = {
        name: found["denominator"]
        for name, found in examples().items()
        if found.get("denominator", 20) < 20
    }
    assert not small
