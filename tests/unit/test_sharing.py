"""What figures of a family tell together: found as by trying out every world."""

import itertools
import random

import numpy as np
import pytest

from orchestration.disclosure.propagation import (
    OWN_PARTS,
    POSSIBLE,
    UNTOLD,
    ZERO,
    Sheet,
    Sums,
    conclude,
    start,
)
from orchestration.disclosure.sharing import Known, share

ALONE = Sums(*(np.array([], dtype=np.int64) for _ in range(3)))
HERE = np.array([0])
# Who declined is counted among those who were asked, who are who was heard and who declined.
DECLINED: list[tuple[str, tuple[str, ...]]] = [
    ("A12 denominator", ("A1 numerator", "A12 numerator"))
]
Told = dict[str, tuple[int, int]]
Limits = dict[tuple[str, str], tuple[int, int]]


def _published(count: int, offset: int) -> int:
    return 5 * ((count + offset) // 5)


def _known(told: Told) -> list[Known]:
    family = []
    for name, counts in told.items():
        sheet = Sheet(
            np.array([[[*counts, UNTOLD]]]),
            np.array([[POSSIBLE]]),
            np.array([[True, True, False]]),
            ALONE,
        )
        most = conclude(sheet, start(sheet))
        assert most is not None
        family.append(Known(sheet, most, HERE, name))
    return family


def _known_parts(name: str, told: list[tuple[int, int]], is_ratio: bool = False) -> Known:
    """A figure of a whole and its parts: of one count, or of two of which one is in the other."""
    size = len(told)
    numbers = np.full((size, 1, 3), UNTOLD)
    numbers[:, 0, :2] = told
    counted = np.array([[True, is_ratio, False]])
    sums = Sums(np.zeros(size - 1, dtype=np.int64), np.arange(1, size), HERE)
    parts_of = OWN_PARTS if is_ratio else ()
    sheet = Sheet(numbers, np.full((size, 1), POSSIBLE), counted, sums, parts_of=parts_of)
    most = conclude(sheet, start(sheet))
    assert most is not None
    return Known(sheet, most, np.arange(size), name)


def _worlds(*told: tuple[int, ...]) -> list[set[tuple[int, int, int]]]:
    """For each figure, the whole and parts that some world has whose offsets fit all figures."""
    found: list[set[tuple[int, int, int]]] = [set() for _ in told]
    for offsets in itertools.product(range(5), repeat=3):
        fitting = [
            {
                world
                for a in range(max(each[1] - 4, 0), each[1] + 5)
                for b in range(max(each[2] - 4, 0), each[2] + 5)
                if tuple(map(_published, world := (a + b, a, b), offsets)) == each
            }
            for each in told
        ]
        if all(fitting):
            for worlds, more in zip(found, fitting, strict=True):
                worlds |= more
    return found


def _told_of(told: Told, identities: list[tuple[str, tuple[str, ...]]]) -> Limits:
    """The least and the most of each count and each rest, as the attack knows them."""
    family = _known(told)
    together = share(family, identities)
    assert together is not None
    found = {}
    for known, most in zip(family, together, strict=True):
        numerator, denominator = (known.sheet.place(0, count) for count in (0, 1))
        for what, above, below in (
            ("numerator", numerator, ZERO),
            ("denominator", denominator, ZERO),
            ("rest", denominator, numerator),
        ):
            found[known.figure, what] = (int(-most[0, below, above]), int(most[0, above, below]))
    return found


def _tried_out(told: Told, is_declined: bool) -> Limits:
    """The least and the most over all worlds, tried out one by one."""
    (first, (n1, d1)), (second, (n2, d2)) = told.items()
    worlds = [
        {
            (first, "numerator"): a,
            (first, "denominator"): b,
            (first, "rest"): b - a,
            (second, "numerator"): c,
            (second, "denominator"): d,
            (second, "rest"): d - c,
        }
        for offset in range(5)
        for a in range(max(n1 - 4, 0), n1 + 5)
        for b in range(max(d1 - 4, a), d1 + 5)
        for c in range(max(n2 - 4, 0), n2 + 5)
        for d in range(max(d2 - 4, c), d2 + 5)
        if (not is_declined or d == a + c)
        and [_published(count, offset) for count in (a, b, c, d)] == [n1, d1, n2, d2]
    ]
    return {
        name: (min(world[name] for world in worlds), max(world[name] for world in worlds))
        for name in worlds[0]
    }


@pytest.mark.parametrize("first", ["C1", "C4"])
def test_an_offset_that_one_figure_tells_narrows_the_other(first: str) -> None:
    # A whole of 0 beside a part of 5: the part's offset is 1 at least. Told as 0 by the other,
    # the part is 3 at most there (by hand, over all offsets).
    second = {"C1": "C4", "C4": "C1"}[first]
    told = {first: [(0, UNTOLD), (0, UNTOLD), (5, UNTOLD)], second: [(0, UNTOLD)] * 3}
    family = [_known_parts(name, counts) for name, counts in told.items()]
    numerator = family[1].sheet.place(0, 0)
    assert family[1].most[2, numerator, ZERO] == 4

    together = share(family, [])

    assert together is not None
    assert [int(together[1][cell, numerator, ZERO]) for cell in range(3)] == [4, 4, 3]


@pytest.mark.parametrize("seed", range(60))
def test_figures_never_tell_more_than_every_world_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - whom does not matter
    offsets = [chance.randrange(5) for _ in range(3)]
    told = {}
    for name in ("C1", "C4"):
        parts = [chance.randrange(8), chance.randrange(8)]
        counts = zip((sum(parts), *parts), offsets, strict=True)
        told[name] = tuple(_published(count, offset) for count, offset in counts)
    family = [_known_parts(name, [(n, UNTOLD) for n in each]) for name, each in told.items()]
    together = share(family, [])
    assert together is not None
    for known, most, worlds in zip(family, together, _worlds(*told.values()), strict=True):
        numerator = known.sheet.place(0, 0)
        for cell in range(3):
            seen = {world[cell] for world in worlds}
            assert -most[cell, ZERO, numerator] <= min(seen)
            assert max(seen) <= most[cell, numerator, ZERO]


def _worlds_of_three(*told: list[int]) -> list[tuple[list[int], list[int]]]:
    """For each figure, the least and the most of its whole and three parts over all worlds."""
    low, high = ([[10**6] * 4 for _ in told], [[-1] * 4 for _ in told])
    for whole, *parts in itertools.product(range(5), repeat=4):
        fitting = []
        for first, *others in told:
            ways = (
                range(max(number - offset, 0), number - offset + 5)
                for number, offset in zip(others, parts, strict=True)
            )
            worlds = [(sum(each), *each) for each in itertools.product(*ways)]
            fitting.append([each for each in worlds if 0 <= each[0] + whole - first < 5])
        if all(fitting):
            for figure, worlds in enumerate(fitting):
                for cell in range(4):
                    seen = [world[cell] for world in worlds]
                    low[figure][cell] = min(low[figure][cell], *seen)
                    high[figure][cell] = max(high[figure][cell], *seen)
    return list(zip(low, high, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_figures_of_three_parts_never_tell_more_than_every_world_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - whom does not matter
    offsets = [chance.randrange(5) for _ in range(4)]
    told = []
    for _ in range(2):
        parts = [chance.randrange(6) for _ in range(3)]
        counts = zip((sum(parts), *parts), offsets, strict=True)
        told.append([_published(count, offset) for count, offset in counts])
    family = [
        _known_parts(f"C{number}", [(n, UNTOLD) for n in each]) for number, each in enumerate(told)
    ]
    together = share(family, [])
    assert together is not None
    for known, most, (low, high) in zip(family, together, _worlds_of_three(*told), strict=True):
        numerator = known.sheet.place(0, 0)
        assert (-most[:, ZERO, numerator] <= low).all()
        assert (most[:, numerator, ZERO] >= high).all()


def test_offsets_of_a_whole_and_its_parts_tell_what_the_programme_finds() -> None:
    # A breakdown that `heard release check` held: its programme leaves 3 and 4 of those who
    # declined in the second part (scipy's HiGHS), and each figure by itself 1 to 4.
    told = {
        "A1": [(385, 740), (225, 440), (25, 40), (135, 255)],
        "A12": [(45, 425), (20, 250), (5, 25), (15, 150)],
        "A9": [(15, 35), (10, 20), (UNTOLD, UNTOLD), (10, 15)],
    }
    family = [_known_parts(name, counts, is_ratio=True) for name, counts in told.items()]
    together = share(family, DECLINED)
    assert together is not None
    declined = family[1].sheet.place(0, 0)
    assert (-together[1][2, ZERO, declined], together[1][2, declined, ZERO]) == (3, 4)


@pytest.mark.parametrize("seed", range(60))
def test_a_whole_of_two_figures_tells_what_every_world_tells(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - whom does not matter
    offset, heard, declined = chance.randrange(5), chance.randrange(12), chance.randrange(6)
    due = heard + declined + chance.randrange(3)
    told = {
        "A1": (_published(heard, offset), _published(due, offset)),
        "A12": (_published(declined, offset), _published(heard + declined, offset)),
    }

    assert _told_of(told, DECLINED) == _tried_out(told, is_declined=True)


def test_offsets_that_cannot_be_one_contradict_each_other() -> None:
    # One says that the offset is 3 at least, one that it is 2 at most.
    family = _known({"C1": (0, 5), "C4": (0, 40)})
    family[0].most[0, 1, 0] = -3
    family[1].most[0, 0, 1] = 2

    assert share(family, []) is None
