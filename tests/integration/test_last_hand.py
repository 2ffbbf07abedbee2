"""What becomes of the draft of a release before it is published."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from orchestration.disclosure.profiles import profile
from orchestration.disclosure.propagation import DENOMINATOR, NUMERATOR, UNTOLD, Narrowed
from orchestration.releases.family import Family
from orchestration.releases.last_hand import HeldReleaseError
from orchestration.releases.places import Place
from orchestration.reporting.freezing import Settled
from tests.support.finished_drafts import Bench, Row

# Each part has somebody, the whole a few at most: both parts can be told too closely.
TOO_CLOSE: list[Row] = [("all", "all", 0, 100), ("sex", "F", 5, 50), ("sex", "M", 5, 50)]
FAR: list[Row] = [("all", "all", 60, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)]


MARCH = date(2026, 3, 1)
BOARD, PUBLIC = profile("internal_board"), profile("public")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_tells_nothing_is_published_as_it_is(bench: Bench) -> None:
    hand = bench.finish(FAR, BOARD)
    assert bench.read()["F"] == (30, 50, 60, "shown", "good")
    assert (hand.told["attacked"], hand.told["found"], hand.told["withheld"]) == (3, 0, 0)


def test_numerators_that_tell_on_each_other_go_for_the_whole_breakdown(bench: Bench) -> None:
    hand = bench.finish(TOO_CLOSE, BOARD)
    told = bench.read()
    assert told["F"] == told["M"] == (None, 50, None, "rate_withheld", "good")
    assert hand.told["found"] == 3
    assert not hand.holds


def test_what_the_programme_found_before_is_left_out_and_more_if_it_found_it_again(
    bench: Bench,
) -> None:
    girls = Place("330", "A1", "numerator", "quarter", "2026-01-01", "sex", "F")
    elsewhere = Place("331", "A1", "numerator", "quarter", "2026-01-01", "sex", "F")
    bench.places = (girls, elsewhere)
    assert bench.finish(FAR, BOARD).told["found"] == 0
    told = bench.read()
    assert told["F"] == told["M"] == (None, 50, None, "rate_withheld", "good")
    assert told["all"] == (60, 100, 60, "shown", "good")


def test_a_place_that_was_found_twice_takes_the_whole_with_it(bench: Bench) -> None:
    girls = Place("330", "A1", "numerator", "quarter", "2026-01-01", "sex", "F")
    bench.places = (girls, girls)
    bench.finish(FAR, BOARD)
    assert bench.read()["F"][3] == "suppressed"


def test_a_count_that_is_told_nowhere_and_still_follows_goes_with_its_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.and_then = "update draft.published.indicator_value set indicator_id = 'C1'"

    def attack(family: Family) -> list[tuple[object, Narrowed]]:
        """Finds a part's numerator for as long as the whole of each part is told."""
        (figure,) = family.figures
        parts = np.flatnonzero(figure.by != 0)
        is_told = (figure.cells.told[figure.rows[parts], -1, DENOMINATOR] != UNTOLD).all()
        return [(figure, Narrowed(int(parts[0]), 0, NUMERATOR, "count", 2))] if is_told else []

    monkeypatch.setattr(Family, "_attack", attack)
    hand = bench.finish(FAR, BOARD)
    assert not hand.holds
    told = bench.read()
    assert told["F"][:2] == told["M"][:2] == (None, None)
    assert told["all"] == (None, 100, None, "rate_withheld", "good")


def test_what_indicators_tell_together_is_left_out(bench: Bench) -> None:
    # Of 35 to 39 who were asked, 30 to 34 were heard, each with the offset of their cell: so one at
    # least of each sex declined, and two to four in all.
    bench.and_then = (
        "insert into draft.published.indicator_value select * replace ('A12' as indicator_id, 0 as"
        " numerator, numerator + 5 as denominator, 0 as value) from"
        " draft.published.indicator_value"
    )
    rows: list[Row] = [("all", "all", 65, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)]
    hand = bench.finish(rows, BOARD)
    told = bench.con.execute(
        "select indicator_id, breakdown_value, numerator, status"
        " from draft.published.indicator_value order by all"
    ).fetchall()
    assert told == [
        ("A1", "F", 30, "shown"),
        ("A1", "M", 30, "shown"),
        ("A1", "all", 65, "shown"),
        ("A12", "F", None, "rate_withheld"),
        ("A12", "M", None, "rate_withheld"),
        ("A12", "all", None, "rate_withheld"),
    ]
    assert not hand.holds


def test_a_count_that_two_indicators_tell_is_left_out_of_both(bench: Bench) -> None:
    bench.and_then = (
        "insert into draft.published.indicator_value select * replace (replace(indicator_id, 'A1',"
        " 'A2') as indicator_id) from draft.published.indicator_value where breakdown = 'stage'"
    )
    bench.finish(
        [("all", "all", 0, 100), ("stage", "send", 5, 50), ("stage", "missing", 5, 50)], BOARD
    )
    told = bench.con.execute(
        "select indicator_id, numerator, denominator, status from draft.published.indicator_value"
        " where breakdown_value = 'send' order by all"
    ).fetchall()
    assert told == [(name, None, 50, "rate_withheld") for name in ("A1", "A2")]


def test_in_public_a_handful_is_not_split_in_the_first_place(bench: Bench) -> None:
    # 95 of 100: five are left, whom no part may share out among its cells.
    rows: list[Row] = [("all", "all", 95, 100), ("sex", "F", 45, 50), ("sex", "M", 50, 50)]
    hand = bench.finish(rows, PUBLIC)
    told = bench.read()
    assert told["all"] == (95, 100, 95, "shown", "good")
    assert told["F"] == told["M"] == (None, 50, None, "rate_withheld", "good")
    assert hand.told["found"] == 0


def test_ten_are_no_handful(bench: Bench) -> None:
    rows: list[Row] = [("all", "all", 10, 100), ("sex", "F", 5, 50), ("sex", "M", 5, 50)]
    bench.finish(rows, PUBLIC)
    assert bench.read()["F"][0] == 5


def test_a_late_correction_that_shows_too_closely_waits(bench: Bench) -> None:
    bench.release_before([("all", "all", 60, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)])
    moved: list[Row] = [("all", "all", 60, 100), ("sex", "F", 30, 55), ("sex", "M", 30, 55)]
    hand = bench.finish(moved, BOARD, trusts_before=True)
    # The figures are those that were published, the word about them is today's.
    assert bench.read()["F"] == (30, 50, 60, "shown", "good")
    assert (hand.told["kept_as_before"], hand.holds) == (3, False)


def test_a_correction_waits_under_every_name_that_its_count_has(bench: Bench) -> None:
    bench.release_before(
        [("all", "all", 60, 100), ("stage", "send", 30, 50), ("stage", "m", 30, 50)]
    )
    as_a2 = (
        "insert into {0}published.indicator_value select * replace ('A2' as indicator_id)"
        " from {0}published.indicator_value where breakdown = 'stage'"
    )
    with duckdb.connect(str(bench.before)) as con:
        con.execute(as_a2.format(""))
    bench.and_then = as_a2.format("draft.")
    moved: list[Row] = [("all", "all", 60, 100), ("stage", "send", 30, 55), ("stage", "m", 30, 55)]
    bench.finish(moved, BOARD, trusts_before=True)
    told = bench.con.execute(
        "select distinct indicator_id, denominator from draft.published.indicator_value"
        " where breakdown = 'stage' order by all"
    ).fetchall()
    assert told == [("A1", 50), ("A2", 50)]


def test_a_correction_that_tells_of_nobody_is_published(bench: Bench) -> None:
    bench.release_before(FAR)
    moved: list[Row] = [("all", "all", 160, 200), ("sex", "F", 80, 100), ("sex", "M", 80, 100)]
    bench.finish(moved, BOARD, trusts_before=True)
    assert bench.read()["F"][:2] == (80, 100)


def test_what_did_not_move_is_not_attacked_again_and_stays_left_out(bench: Bench) -> None:
    before: list[Row] = [("all", "all", 0, 100), ("sex", "F", None, 50), ("sex", "M", None, 50)]
    bench.release_before(before)
    hand = bench.finish(TOO_CLOSE, BOARD, trusts_before=True)
    assert bench.read()["F"][:2] == (None, 50)
    assert hand.told["attacked"] == 0


def test_a_closed_period_stays_as_it_was_released_where_it_is_frozen(bench: Bench) -> None:
    bench.freezes = True
    bench.release_before(FAR)
    moved: list[Row] = [("all", "all", 160, 200), ("sex", "F", 80, 100), ("sex", "M", 80, 100)]
    hand = bench.finish(moved, BOARD, trusts_before=True)
    assert bench.read()["F"] == (30, 50, 60, "shown", "poor")
    assert (hand.told["waiting"], hand.told["attacked"]) == (1, 0)


@pytest.mark.parametrize(
    ("indicator", "first_day", "stays"),
    [("A1", date(2026, 3, 31), True), ("A1", date(2026, 4, 1), False), ("B1", MARCH, False)],
)
def test_days_of_which_exact_numbers_were_told_stay_as_they_are_for_good(
    bench: Bench, indicator: str, first_day: date, stays: bool
) -> None:
    bench.settled = (Settled(("330",), (indicator,), first_day, date(2026, 12, 31)),)
    bench.release_before(FAR)
    moved: list[Row] = [("all", "all", 160, 200), ("sex", "F", 80, 100), ("sex", "M", 80, 100)]
    bench.finish(moved, BOARD, trusts_before=True)
    assert bench.read()["F"][:2] == ((30, 50) if stays else (80, 100))


def test_what_was_not_available_before_is_told_although_its_period_is_closed(bench: Bench) -> None:
    bench.freezes = True
    bench.release_before(FAR)
    with duckdb.connect(str(bench.before)) as con:
        con.execute(
            "update published.indicator_value set status = 'not_available', numerator = null,"
            " denominator = null, value = null"
        )
    bench.finish(FAR, BOARD, trusts_before=True)
    assert bench.read()["F"][:2] == (30, 50)


def test_in_public_a_breakdown_that_is_mostly_hidden_is_hidden_whole(bench: Bench) -> None:
    rows: list[Row] = [("all", "all", 60, 100), ("area", "A", 60, 90)]
    rows += [("area", "B", None, None), ("area", "C", None, None)]
    bench.finish(rows, PUBLIC)
    told = bench.read()
    assert told["A"] == (None, None, None, "suppressed", "good")
    assert told["all"][:2] == (60, 100)


def test_half_hidden_is_not_mostly_hidden(bench: Bench) -> None:
    rows: list[Row] = [("all", "all", 60, 100), ("area", "A", 60, 90), ("area", "B", None, None)]
    bench.finish(rows, PUBLIC)
    assert bench.read()["A"][:2] == (60, 90)


STAGES: list[Row] = [
    *(("all", "all", 60, 200), ("stage", "looked_after", 0, 100), ("stage", "send", 60, 100)),
    *(("voice_owner", "child", 30, 100), ("voice_owner", "parent_carer", 30, 100)),
]
THREAD = [("send", "child", 30), ("send", "parent_carer", 30)]
OF_THREAD = """
select distinct status, voiced from draft.published.voice_thread where stage = 'looked_after'
"""


def test_the_thread_is_read_beside_the_stage_whose_parts_it_tells(bench: Bench) -> None:
    bench.thread = [*THREAD, ("looked_after", "child", 5), ("looked_after", "parent_carer", 5)]
    hand = bench.finish(STAGES, BOARD)
    # Five each are one at least, and the stage has four at most.
    assert hand.told["found"] >= 3
    assert bench.con.execute(OF_THREAD).fetchall() == [("suppressed", None)]
    assert not hand.holds


def test_in_public_the_thread_does_not_split_the_handful_of_a_stage(bench: Bench) -> None:
    bench.thread = [*THREAD, ("looked_after", "child", 0), ("looked_after", "parent_carer", 0)]
    bench.finish(STAGES, PUBLIC)
    assert bench.con.execute(OF_THREAD).fetchall() == [("suppressed", None)]


KINDS = [("all", "as_information", 50, 20), ("all", "about_information", 50, 20)]


def test_sources_and_kinds_of_feedback_add_up_to_the_same_whole(bench: Bench) -> None:
    bench.feedback = [*KINDS, ("survey", "all", 100, 40)]
    assert bench.finish(FAR, BOARD).told["found"] == 0
    bench.con.execute("drop schema draft.published cascade")
    # Somebody in each kind, and 4 at most in the one source: 2 to 4 in all.
    few = [("all", kind, 50, 5) for kind in ("as_information", "about_information")]
    bench.feedback = [*few, ("survey", "all", 100, 0)]
    assert bench.finish(FAR, BOARD).told["found"] > 0
    bench.con.execute("drop schema draft.published cascade")
    # Items that nobody gave a kind are in their source alone: odd, and no contradiction.
    bench.feedback = [*KINDS, ("survey", "all", 200, 40)]
    assert bench.finish(FAR, BOARD).told["found"] == 0


def test_parts_of_more_than_their_whole_hold_a_release(bench: Bench) -> None:
    with pytest.raises(HeldReleaseError, match="left_contradiction"):
        bench.finish([("all", "all", 50, 60), ("sex", "F", 40, 80), ("sex", "M", 30, 60)], BOARD)


def test_in_public_replies_to_a_handful_of_items_are_not_split(bench: Bench) -> None:
    bench.feedback = [("all", "as_information", 50, 50), ("survey", "all", 50, 45)]
    bench.finish(FAR, PUBLIC)
    told = bench.con.execute("select items, replied from draft.published.feedback").fetchall()
    assert told == [(50, None), (50, None)]


def test_a_release_that_contradicts_the_one_before_is_held(bench: Bench) -> None:
    bench.release_before(FAR)
    # Both rounded by one secret offset, no count of a part can be above its whole.
    other: list[Row] = [("all", "all", 5, 20), ("sex", "F", 60, 70), ("sex", "M", 5, 10)]
    with pytest.raises(HeldReleaseError, match="left_contradiction"):
        bench.finish(other, BOARD, trusts_before=True)
    assert bench.con.execute("select count(*) from duckdb_databases()").fetchone() == (4,)
