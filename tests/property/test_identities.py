"""Merging two ids and taking it back changes what was merged, and then nothing."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.staged import Staged, compile_models, stand_up

CALM = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
IDS = ["A", "B", "C", "D", "E"]
DAYS = ["2026-01-31", "2026-02-28", "2026-03-31"]

Link = tuple[str, str]
Links = frozenset[Link]
# Former id and the id that it was merged into; any nonsense may be delivered.
links = st.frozensets(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=5)
people = st.lists(st.sampled_from(IDS), min_size=1, max_size=5, unique=True)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    wanted = ["stg_ssd__person", "stg_ssd__cin_visits", "stg_ssda903__reviews"]
    return stand_up(compile_models(tmp_path_factory.mktemp("home"), wanted))


def extract(found: Links, known: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """One extract: everybody known, a visit to each of all ids, and the links."""
    return {
        "ssd_person": [{"pers_person_id": each, "pers_gender": each} for each in known],
        "ssd_cin_visits": [
            {"cinv_cin_visit_id": f"v{each}", "cinv_person_id": each} for each in IDS
        ],
        "ssd_linked_identifiers": [
            {"link_table_id": former + now, "link_person_id": now, "link_identifier_value": former}
            for former, now in sorted(found)
        ],
    }


def review(child: str) -> dict[str, str]:
    return {"child": child, "review": "2025-06-05", "review_code": "PN1"}


def says(staged: Staged, authority: str = "330") -> list[tuple[object, ...]]:
    """Everything that the models say of one authority, to the row's key."""
    staged.build()
    found: list[tuple[object, ...]] = []
    for model in ("stg_ssd__person", "stg_ssd__cin_visits", "stg_ssda903__reviews"):
        found += staged.rows(
            f"select '{model}', * from staging.{model}"
            f" where authority_code = '{authority}' order by all"
        )
    return found


def who(child: str, found: Links) -> str:
    """Whom a former id belongs to, walked by hand."""
    claimed = {
        former: {now for each, now in found if each == former and now != former}
        for former, _ in found
    }
    onwards = {former: next(iter(by)) for former, by in claimed.items() if len(by) == 1}
    seen, at = {child}, child
    while at in onwards:
        at = onwards[at]
        if at in seen:
            return child
        seen.add(at)
    return at


@CALM
@given(found=links, known=people)
def test_every_row_counts_for_the_child_at_the_end_of_the_chain(
    staged: Staged, found: Links, known: list[str]
) -> None:
    staged.clear()
    staged.deliver("330", "ssd", DAYS[0], extract(found, known))
    staged.build()
    visits = staged.rows("select cin_visit_id, person_key from staging.stg_ssd__cin_visits")
    assert sorted(visits) == [(f"v{each}", who(each, found)) for each in IDS]
    # One row a child: that of the id which stays, or of the last of those merged into it.
    expected = {who(each, found): each for each in known}
    expected |= {each: each for each in known if who(each, found) == each}
    persons = staged.rows("select person_key, gender_code from staging.stg_ssd__person")
    assert sorted(persons) == sorted(expected.items())


@CALM
@given(before=links, merged=links, known=people)
def test_merge_then_unmerge_is_as_if_nothing_had_been(
    staged: Staged, before: Links, merged: Links, known: list[str]
) -> None:
    staged.clear()
    staged.deliver(
        "330", "ssda903", DAYS[0], {"reviews": [review("A"), review("B")]}, extent="collection_year"
    )
    staged.deliver("330", "ssd", DAYS[0], extract(before, known))
    staged.deliver("330", "ssd", DAYS[2], extract(before, known))
    untouched = says(staged)
    staged.deliver("330", "ssd", DAYS[1], extract(merged, known))
    assert says(staged) == untouched


@CALM
@given(each=st.lists(links, min_size=3, max_size=3), order=st.permutations([0, 1, 2]))
def test_the_order_of_deliveries_does_not_matter(
    staged: Staged, each: list[Links], order: list[int]
) -> None:
    heard: list[list[tuple[object, ...]]] = []
    for turn in ([0, 1, 2], order):
        staged.clear()
        for place in turn:
            staged.deliver("330", "ssd", DAYS[place], extract(each[place], IDS))
        told = says(staged)
        heard.append(told + staged.rows("select * from staging.stg_ssd__identities order by all"))
    assert heard[0] == heard[1]


@CALM
@given(found=links, known=people)
def test_a_link_never_reaches_into_another_authority(
    staged: Staged, found: Links, known: list[str]
) -> None:
    staged.clear()
    staged.deliver("331", "ssd", DAYS[0], extract(frozenset(), known))
    alone = says(staged, "331")
    staged.deliver("330", "ssd", DAYS[0], extract(found, known))
    assert says(staged, "331") == alone


def test_one_review_that_a_return_holds_under_both_ids_is_one_review(staged: Staged) -> None:
    staged.clear()
    staged.deliver(
        "330", "ssda903", "2025-03-31", {"reviews": [review("A")]}, extent="collection_year"
    )
    staged.deliver(
        "330", "ssda903", "2026-03-31", {"reviews": [review("B")]}, extent="collection_year"
    )
    staged.deliver("330", "ssd", DAYS[0], extract(frozenset(), ["A", "B"]))
    count = "select person_key, row_key from staging.stg_ssda903__reviews order by all"
    staged.build()
    apart = staged.rows(count)
    assert [person for person, _ in apart] == ["A", "B"]
    staged.deliver("330", "ssd", DAYS[1], extract(frozenset({("A", "B")}), ["B"]))
    staged.build()
    # The row that is left has the key that B's row always had.
    assert staged.rows(count) == [row for row in apart if row[0] == "B"]


def test_a_link_to_an_id_that_nobody_has_loses_no_child(staged: Staged) -> None:
    staged.clear()
    staged.deliver("330", "ssd", DAYS[0], extract(frozenset({("A", "Z"), ("Y", "B")}), ["A", "B"]))
    staged.build()
    persons = staged.rows("select person_key, gender_code from staging.stg_ssd__person")
    assert sorted(persons) == [("B", "B"), ("Z", "A")]


def test_a_partial_folder_without_the_table_takes_nothing_back(staged: Staged) -> None:
    staged.clear()
    staged.deliver("330", "ssd", DAYS[0], extract(frozenset({("A", "B")}), ["A", "B"]))
    later = extract(frozenset(), ["A", "B"])
    del later["ssd_linked_identifiers"]
    staged.deliver("330", "ssd", DAYS[1], later)
    staged.build()
    assert staged.rows("select person_key from staging.stg_ssd__person") == [("B",)]
