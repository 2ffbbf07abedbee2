"""A table of exact numbers gives nothing away that it hides: every world is tried out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.disclosure.bounding import ContradictionError
from orchestration.disclosure.exact_attacker import Candidate, tell
from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.suppression import findings, primary, suppress
from orchestration.disclosure.tables import IMPOSSIBLE, LEFT_OUT, SHOWN, Grid, Release, make_grid
from tests.support import disclosure
from tests.support.tiny_tables import Cell, Tiny, random_table

KNOWN = Knowledge.from_manifest(disclosure.MANIFEST, disclosure.SPEC)


def _alone(whole: Cell, *breakdowns: list[Cell]) -> Tiny:
    """A table of whose cells nothing was published before."""
    return Tiny(whole, list(breakdowns), [None] * (1 + sum(map(len, breakdowns))))


def _hidden(table: Tiny) -> list[tuple[str, str]]:
    """The table as it is told: c where a number is hidden."""
    mask = suppress(table.candidate()).hidden
    return [
        ("c" if gone[0] else str(top), "c" if gone[1] else str(bottom))
        for gone, (top, bottom) in zip(mask, table.cells, strict=True)
    ]


def test_a_few_are_hidden_and_so_is_the_cheapest_number_that_would_tell_them() -> None:
    # 60 = 3 + 20 + 37: without the 20 as well, 60 less 57 would be the 3.
    table = _alone((0, 60), [(0, 3), (0, 20), (0, 37)])
    assert _hidden(table) == [("0", "60"), ("0", "c"), ("0", "c"), ("0", "37")]


def test_two_hidden_numbers_that_stand_for_six_or_more_need_no_third() -> None:
    # 4 and 4 are told as 8 together: each is 1 to 7.
    table = _alone((0, 58), [(0, 4), (0, 4), (0, 50)])
    assert _hidden(table) == [("0", "58"), ("0", "c"), ("0", "c"), ("0", "50")]


def test_three_hidden_ones_are_one_each_unless_their_whole_goes_too() -> None:
    # 6 = 1 + 1 + 1 + 3: each is 1 to 3, so the 6 is hidden.
    table = _alone((0, 6), [(0, 1), (0, 1), (0, 1), (0, 3)])
    assert _hidden(table)[0] == ("0", "c")


def test_all_but_a_few_are_a_few() -> None:
    # 47 of 50: three were not.
    told = _hidden(_alone((87, 100), [(47, 50), (40, 50)]))
    assert told[1:] == [("c", "50"), ("c", "50")]


def test_a_zero_stays_and_six_is_told() -> None:
    assert _hidden(_alone((6, 40), [(0, 20), (6, 20)])) == [("6", "40"), ("0", "20"), ("6", "20")]


def test_many_numbers_of_few_people_are_hidden_and_not_told_by_others() -> None:
    table = _alone((0, 90), [(0, 30), (0, 60)]).candidate()
    few = table.few.copy()
    few[1] = True
    hidden = suppress(replace(table, few=few)).hidden
    # Thirty visits of one child, and whatever would give the thirty back.
    assert hidden[:, 1].tolist() == [False, True, True]


@pytest.mark.parametrize("seed", range(40))
def test_no_number_of_a_tiny_table_can_be_told_closely_in_any_world(seed: int) -> None:
    table = random_table(seed)
    done = suppress(table.candidate())
    assert not done.left
    everything = np.ones_like(done.hidden)
    # What the rounded numbers told by themselves, no table can take back.
    before = table.narrow(everything, least=0)
    found = table.narrow(done.hidden, least=0 if done.hides_zeros else 1)
    assert {key for key, left in found.items() if left < before.get(key, left + 1)} == set()


def test_hiding_the_few_alone_leaves_many_of_the_tiny_tables_open() -> None:
    open_ = [
        seed
        for seed in range(20)
        if random_table(seed).narrow(primary(random_table(seed).candidate()), least=1)
    ]
    assert len(open_) > 5


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_shown_numbers_are_true_and_none_is_a_few(parts: list[int]) -> None:
    table = _alone((0, sum(parts)), [(0, part) for part in parts])
    done = suppress(table.candidate())
    shown = table.candidate().counts[~done.hidden]
    assert not ((shown >= 1) & (shown <= 5)).any()
    assert not table.narrow(done.hidden, least=1)


def _reference(with_release: bool) -> Candidate:
    """The toy authority of the vectors; with its protected tables published before, if asked."""
    truth = make_grid([Release("truth", disclosure.true_tables())], KNOWN)
    grid = _nothing_published(truth)
    if with_release:
        tables = disclosure.protected(disclosure.true_tables())
        grid = make_grid([Release("before", tables)], KNOWN)
    counts = np.where(truth.states[0] == SHOWN, truth.values[0], np.nan)
    of_few = (counts[:, [0]] >= 1) & (counts[:, [0]] <= 5)
    return Candidate(grid, KNOWN, counts, np.broadcast_to(of_few, counts.shape), 5)


def _nothing_published(grid: Grid) -> Grid:
    states = np.where(grid.states == IMPOSSIBLE, IMPOSSIBLE, LEFT_OUT)
    return replace(grid, states=states, values=np.full_like(grid.values, np.nan))


@pytest.mark.parametrize("with_release", [False, True])
def test_reference_tables_raw_or_with_the_few_hidden_alone_break_and_ours_hold(
    with_release: bool,
) -> None:
    table = _reference(with_release)
    nothing = np.zeros(table.counts.shape, dtype=bool)
    assert len(findings(table, tell(table.counts, nothing))) > 30
    assert len(findings(table, tell(table.counts, primary(table)))) > 10
    done = suppress(table)
    assert not done.left
    assert not findings(table, tell(table.counts, done.hidden, done.hides_zeros))
    # What is hidden for others is less than what is told.
    assert (done.hidden & ~primary(table)).sum() < (table.counts[~done.hidden] > 0).sum()


def test_exact_numbers_that_the_published_ones_exclude_are_refused() -> None:
    table = _reference(with_release=True)
    other = replace(table, counts=table.counts + 40)
    with pytest.raises(ContradictionError):
        suppress(other)
