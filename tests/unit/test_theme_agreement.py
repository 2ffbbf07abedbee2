"""Cohen's kappa, plain agreement and the word for a group, against figures worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.themes.agreement import Pair, cohens_kappa, measure


def pairs(counts: dict[tuple[str, str], int], group: str = "x", children: int = 0) -> list[Pair]:
    """Return so many items for each pair of codes, of as many children unless said."""
    every = [codes for codes, count in counts.items() for _ in range(count)]
    return [
        Pair(one, other, f"{group}{number % (children or len(every))}", (group,))
        for number, (one, other) in enumerate(every)
    ]


def kappa(counts: dict[tuple[str, str], int]) -> float | None:
    every = pairs(counts)
    return cohens_kappa([pair.one for pair in every], [pair.other for pair in every])


def test_kappa_of_two_codes_by_hand() -> None:
    # Agreed 35 of 50. By chance: 25/50 x 30/50 + 25/50 x 20/50 = 0.5. (0.7 - 0.5) / 0.5 = 0.4.
    counts = {("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}
    assert kappa(counts) == pytest.approx(0.4)


def test_kappa_of_three_codes_by_hand() -> None:
    # Agreed 6 of 10. One says a4 b3 c3, the other a4 b4 c2: 16 + 12 + 6 = 34 of a hundred.
    counts = {("a", "a"): 3, ("a", "b"): 1, ("b", "b"): 2, ("b", "c"): 1, ("c", "c"): 1}
    counts |= {("c", "b"): 1, ("c", "a"): 1}
    assert kappa(counts) == pytest.approx((0.6 - 0.34) / (1 - 0.34))


def test_two_who_only_ever_say_one_thing_tell_nothing() -> None:
    assert kappa({("a", "a"): 9}) is None
    assert kappa({("a", "b"): 9}) == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_the_same_both_ways_and_never_above_one(said: list[tuple[str, str]]) -> None:
    one, other = [first for first, _ in said], [second for _, second in said]
    found = cohens_kappa(one, other)
    assert found == pytest.approx(cohens_kappa(other, one))
    assert found is None or found <= 1 + 1e-12


def words(every: list[Pair]) -> dict[str, tuple[int, int, float | None, str]]:
    return {
        row.breakdown_value: (row.items, row.agreed, row.gap_points, row.verdict)
        for row in measure(every, ["group"])
        if row.breakdown == "group"
    }


HALVES = {("a", "a"): 25, ("b", "b"): 25}


def test_a_gap_of_ten_points_is_allowed_and_of_more_is_not() -> None:
    near = {("a", "a"): 25, ("b", "b"): 20, ("a", "b"): 5}
    far = {("a", "a"): 25, ("b", "b"): 19, ("a", "b"): 6}
    told = words([*pairs(HALVES, "best"), *pairs(near, "near"), *pairs(far, "far")])
    assert told == {
        "best": (50, 50, 0, "on_target"),
        "near": (50, 45, 10, "on_target"),
        "far": (50, 44, 12, "below_target"),
    }


def test_too_few_items_or_children_are_too_few_to_tell_and_set_no_standard() -> None:
    worse = {("a", "a"): 25, ("b", "b"): 15, ("a", "b"): 10}
    few = {("a", "a"): 25, ("b", "b"): 24}
    told = words([*pairs(worse, "w"), *pairs(few, "few"), *pairs(HALVES, "nine", children=9)])
    assert told["few"] == (49, 49, None, "insufficient")
    assert told["nine"] == (50, 50, None, "insufficient")
    # Forty of fifty, kappa 0.6: the best of those that are large enough.
    assert told["w"] == (50, 40, 0, "on_target")


def test_agreement_that_chance_gives_is_not_enough() -> None:
    often = {("a", "a"): 90, ("a", "b"): 5, ("b", "a"): 5}
    assert words(pairs(often, "often"))["often"] == (100, 90, 0, "below_target")


def test_nothing_read_is_nothing_told() -> None:
    assert measure([], ["group"]) == []
