"""The nightly attacker finds what trying out every world finds, no more and no less."""

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from orchestration.disclosure.figures import make_sheet
from orchestration.disclosure.gathering import Cells
from orchestration.disclosure.propagation import (
    POSSIBLE,
    SOMEBODY,
    UNTOLD,
    Sheet,
    Sums,
    find_narrow,
)

# A whole and two parts, each with a numerator and a denominator.
WHOLE_OF_TWO = Sums(np.array([0, 0]), np.array([1, 2]), np.array([0]))


def _sheet(*releases: list[tuple[int, int]]) -> Sheet:
    told = np.full((3, len(releases), 3), UNTOLD)
    for number, release in enumerate(releases):
        told[:, number, :2] = release
    states = np.full((3, len(releases)), POSSIBLE)
    counted = np.array([[True, True, False]] * len(releases))
    return Sheet(told, states, counted, WHOLE_OF_TWO)


def _published(count: int, offset: int) -> int:
    return 5 * ((count + offset) // 5)


def _worlds(told: list[tuple[int, int]]) -> list[set[tuple[int, int, int]]]:
    """Each numerator, denominator and remainder that some world has, for each cell."""
    by_cell = []
    for numerator, denominator in told:
        by_cell.append(
            {
                (n, d)
                for offset in range(5)
                for n in range(max(numerator - 4, 0), numerator + 5)
                for d in range(max(denominator - 4, n), denominator + 5)
                if (_published(n, offset), _published(d, offset)) == (numerator, denominator)
            }
        )
    found: list[set[tuple[int, int, int]]] = [set(), set(), set()]
    whole, *parts = by_cell
    for first, second in itertools.product(*parts):
        together = (first[0] + second[0], first[1] + second[1])
        if together in whole:
            for cell, (n, d) in enumerate((together, first, second)):
                found[cell].add((n, d, d - n))
    return found


@pytest.mark.parametrize("seed", range(25))
def test_it_finds_exactly_what_trying_out_every_world_finds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - whom does not matter
    parts = []
    for _ in range(2):
        numerator = chance.choice((0, 1, 2, 3, 5, 9))
        parts.append((numerator, numerator + chance.choice((0, 1, 2, 3, 8))))
    truth = [(parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]), *parts]
    offsets = [chance.randrange(5) for _ in range(3)]
    told = [
        (_published(n, offset), _published(d, offset))
        for (n, d), offset in zip(truth, offsets, strict=True)
    ]
    expected = set()
    for cell, worlds in enumerate(_worlds(told)):
        for at, name in enumerate((("count", 0), ("count", 1), ("difference", 0))):
            values = {world[at] for world in worlds}
            left = max(values) - min(values) + 1
            if min(values) >= 1 and max(values) <= 4 and left <= 3:
                expected.add((cell, *name, left))
    found = find_narrow(_sheet(told))
    assert found is not None
    assert {(each.cell, each.kind, each.count, each.values_left) for each in found} == expected


def test_two_parts_with_somebody_and_a_whole_with_few_tell_on_each_other() -> None:
    # Each part has 1 at least, the whole 4 at most: 2 to 4 in all, and 1 to 3 in each.
    found = find_narrow(_sheet([(0, 100), (5, 50), (5, 50)]))
    assert found is not None
    assert {(each.cell, each.values_left) for each in found if each.kind == "count"} == {
        *((0, 3), (1, 3), (2, 3))
    }


def test_what_is_left_out_tells_nothing() -> None:
    assert find_narrow(_sheet([(0, 100), (UNTOLD, 50), (UNTOLD, 50)])) == []


def test_a_part_greater_than_its_whole_is_a_contradiction() -> None:
    assert find_narrow(_sheet([(5, 20), (40, 40), (0, 0)])) is None


def test_a_small_change_between_two_releases_is_found() -> None:
    # Each part moved up by one rounding: 1 at least each. The whole moved by 4 at most: it did not.
    found = find_narrow(_sheet([(0, 100), (0, 50), (0, 50)], [(0, 100), (0, 55), (0, 55)]))
    assert found is not None
    assert {(each.cell, each.values_left) for each in found if each.kind == "change"} == {
        *((0, 3), (1, 3), (2, 3))
    }


def test_items_for_children_may_be_more_than_children() -> None:
    more = _sheet([(15, 10), (5, 5), (10, 5)])
    assert find_narrow(more) is None
    assert find_narrow(replace(more, parts_of=())) is not None


def _parted(*denominators: int, is_people: bool, with_rest: bool = False) -> Sheet:
    """A whole and the cells of its one breakdown."""
    size = len(denominators)
    told = np.full((size, 1, 3), UNTOLD)
    told[:, 0, 1] = denominators
    numbers = np.zeros(size, dtype=np.int64)
    columns = {
        **dict.fromkeys(("period_no", "first_day", "last_day", "part_no"), numbers),
        **dict.fromkeys(("is_stock", "is_apart", "is_quarter"), numbers > 0),
        **dict.fromkeys(("stage_no", "owner_no"), numbers - 1),
        "by_no": np.minimum(np.arange(size), 1),
        "is_people": (numbers == 0) & is_people,
    }
    cells = Cells(columns, told, np.full((size, 1), POSSIBLE))
    return make_sheet(cells, np.arange(size), with_time=False, with_rest=with_rest)


def _people(*denominators: int, with_rest: bool = False) -> Sheet:
    """The same of an indicator that counts people."""
    return _parted(*denominators, is_people=True, with_rest=with_rest)


def test_a_hidden_cell_is_small_only_beside_one_that_is_told() -> None:
    # Forty people: ten are told, so the other two cells would have to hold thirty.
    assert find_narrow(_people(40, 10, UNTOLD, UNTOLD)) is None
    # All of it is hidden, as where most of it was small: then any of them may be large.
    assert find_narrow(_people(40, UNTOLD, UNTOLD, UNTOLD)) == []


def test_what_is_in_no_part_contradicts_nothing_where_a_rest_is_thought_of() -> None:
    # Twenty of a hundred have no owner.
    assert find_narrow(_parted(100, 40, 40, is_people=False)) is None
    assert find_narrow(_parted(100, 40, 40, is_people=False, with_rest=True)) == []
    # A rest is never less than nothing, and hidden people stay few.
    assert find_narrow(_parted(40, 40, 40, is_people=False, with_rest=True)) is None
    assert find_narrow(_people(40, 10, UNTOLD, UNTOLD, with_rest=True)) == []


def test_an_attack_with_a_rest_finds_the_parts_that_a_whole_tells() -> None:
    # The whole is 4 at most and each part 1 at least, whatever else the whole may hold.
    found = find_narrow(_parted(0, 5, 5, is_people=False, with_rest=True))
    assert found is not None
    assert {(each.cell, each.values_left) for each in found} == {(0, 3), (1, 3), (2, 3)}


def _year_and_rolling_year(last_day_of_the_other: int) -> Sheet:
    """A year with two parts, and the whole of a rolling year: numerators and denominators."""
    numbers = np.zeros(4, dtype=np.int64)
    columns = {
        **dict.fromkeys(("is_stock", "is_people", "is_apart", "is_quarter"), numbers > 0),
        **dict.fromkeys(("stage_no", "owner_no"), numbers - 1),
        "first_day": numbers,
        "period_no": np.array([0, 0, 0, 1]),
        "part_no": np.array([0, 1, 2, 0]),
        "by_no": np.array([0, 1, 1, 0]),
        "last_day": np.array([364, 364, 364, last_day_of_the_other]),
    }
    told = np.full((4, 1, 3), UNTOLD)
    told[:, 0, :2] = [(5, 100), (5, 50), (5, 50), (0, 100)]
    cells = Cells(columns, told, np.full((4, 1), POSSIBLE))
    return make_sheet(cells, np.arange(4), with_time=True)


def test_a_rolling_year_of_the_same_days_is_the_year_under_another_offset() -> None:
    # The year says 1 to 9 and the rolling year 0 to 4: 2 to 4 in all, as each part has somebody.
    found = find_narrow(_year_and_rolling_year(364))
    assert found is not None
    assert {(each.cell, each.values_left) for each in found if each.kind == "count"} == {
        *((0, 3), (1, 3), (2, 3), (3, 3))
    }
    assert find_narrow(_year_and_rolling_year(455)) == []


def test_what_a_table_tells_exactly_is_known_of_its_cell_and_of_its_parts() -> None:
    safe = _sheet([(5, 100), (5, 50), (0, 50)])
    assert find_narrow(safe) == []
    known = np.full((3, 1, 3), UNTOLD)
    known[:, 0, 0] = (6, SOMEBODY, SOMEBODY)
    # Six in all, of whom the second part has somebody and at most four.
    assert find_narrow(replace(safe, known=known)) == []
    known[0, 0, 0] = 3
    found = find_narrow(replace(safe, known=known))
    assert found is not None
    assert {(each.cell, each.values_left) for each in found if each.kind == "count"} == {
        *((0, 1), (1, 2), (2, 2))
    }
