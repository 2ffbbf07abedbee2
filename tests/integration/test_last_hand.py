"""What becomes of the draft of a release before it is published."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.disclosure.profiles import Profile, profile
from orchestration.releases.last_hand import HeldReleaseError, LastHandOn
from orchestration.reporting.freezing import Settled
from tests.support.drafts import make_feedback, make_thread

Row = tuple[str, str, int | None, int | None]
COLUMNS = (
    "release_id varchar, authority_code varchar, indicator_id varchar, period_type varchar,"
    " period_start date,"
    " period_end date, breakdown varchar, breakdown_value varchar, numerator bigint,"
    " denominator bigint, exempt bigint, value integer, lower double, upper double, status varchar,"
    " completeness integer, quality varchar"
)
# Each part has somebody, the whole a few at most: both parts can be told too closely.
TOO_CLOSE: list[Row] = [("all", "all", 0, 100), ("sex", "F", 5, 50), ("sex", "M", 5, 50)]
FAR: list[Row] = [("all", "all", 60, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)]


def _make(place: str, rows: list[Row], con: duckdb.DuckDBPyConnection, word: str = "good") -> None:
    con.execute(f"create schema {place}")
    con.execute(f"create table {place}.indicator_value ({COLUMNS})")
    con.executemany(
        f"insert into {place}.indicator_value select 'r1', '330', 'A1', 'quarter', '2026-01-01',"
        " '2026-03-31', $1, $2, $3, $4, null, 100 * $3 // nullif($4, 0), 1, 99,"
        f" case when $4 is null then 'suppressed' else 'shown' end, 90, '{word}'",
        rows,
    )


def _read(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, ...]]:
    rows = con.execute(
        "select breakdown_value, numerator, denominator, value, status, quality"
        " from draft.published.indicator_value"
    ).fetchall()
    return {str(row[0]): row[1:] for row in rows}


class Bench:
    """A draft, and the release before it if there is one."""

    def __init__(self, folder: Path) -> None:
        self.before = folder / "heard.duckdb"
        self.freezes = False
        self.settled: tuple[Settled, ...] = ()
        self.and_then = "select 1"
        self.feedback: list[tuple[str, str, int, int]] = []
        self.thread: list[tuple[str, str, int]] = []
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as draft")

    def release_before(self, rows: list[Row]) -> None:
        """Put a release before readers."""
        with duckdb.connect(str(self.before)) as con:
            _make("published", rows, con, word="poor")

    def finish(self, rows: list[Row], way: Profile, trusts_before: bool = False) -> LastHandOn:
        """Make a draft and do the last to it."""
        _make("draft.published", rows, self.con)
        self.con.execute("create table draft.published.indicator as select 'r2' as release_id")
        if self.thread:
            make_thread(self.con, self.thread)
        self.con.execute(self.and_then)
        if self.feedback:
            make_feedback(self.con, self.feedback)
        hand = LastHandOn(way, self.before, trusts_before, True, self.freezes, self.settled)
        hand(self.con, "draft.published")
        return hand

    def read(self) -> dict[str, tuple[object, ...]]:
        """What the draft says now, by group."""
        return _read(self.con)


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
