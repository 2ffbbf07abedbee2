"""The gate reads the tables beside the indicators as well: thread, feedback and gaps."""

from pathlib import Path

import duckdb
import pytest

from orchestration.disclosure.attacker import attack_grid
from orchestration.disclosure.bounding import ContradictionError
from orchestration.disclosure.published import make_questions
from orchestration.disclosure.published_values import read_values
from tests.support.drafts import make_feedback, make_thread

Row = tuple[str, str, int | None, int | None]
FAR: list[Row] = [("all", "all", 60, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)]


class Published:
    """A published database with an indicator or two."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.con = duckdb.connect()
        self.con.execute(f"attach '{path}' as draft; create schema draft.published")
        self.con.execute(
            "create table draft.published.indicator as select unnest(['A1', 'A12']) as"
            " indicator_id, 'coverage' as family"
        )
        self.con.execute(
            "create table draft.published.indicator_value (authority_code varchar, indicator_id"
            " varchar, period_type varchar, period_start date, period_end date, breakdown varchar,"
            " breakdown_value varchar, status varchar, numerator bigint, denominator bigint,"
            " exempt bigint)"
        )

    def tell(self, rows: list[Row], indicator: str = "A1") -> None:
        """Publish values of a quarter."""
        self.con.executemany(
            "insert into draft.published.indicator_value values ('330', ?, 'quarter',"
            " '2026-01-01', '2026-03-31', ?, ?, 'shown', ?, ?, null)",
            [(indicator, *row) for row in rows],
        )

    def found(self) -> set[tuple[str, str]]:
        """Attack all of it: cells and counts that are told too closely."""
        self.con.close()
        return {
            (finding.cell, finding.measure)
            for question in make_questions({"release": read_values(self.path)})
            for finding in attack_grid(question.grid, question.knowledge).findings
        }


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path / "heard.duckdb")


def test_what_tells_nothing_passes(published: Published) -> None:
    published.tell(FAR)
    assert published.found() == set()


def test_indicators_whose_counts_add_up_tell_on_each_other(published: Published) -> None:
    published.tell([("all", "all", 65, 100), ("sex", "F", 30, 50), ("sex", "M", 30, 50)])
    # Of those who were asked, those who were not heard declined: of each sex one for sure, as both
    # counts were rounded with one offset, and four at most; so two to four in all.
    published.tell([("all", "all", 0, 70), ("sex", "F", 0, 35), ("sex", "M", 0, 35)], "A12")
    whole = "quarter:2026-01-01"
    assert published.found() == {
        (cell, "A12 numerator") for cell in (whole, f"{whole}|sex=F", f"{whole}|sex=M")
    }


def test_cells_of_the_thread_tell_on_the_stage_that_they_add_up_to(published: Published) -> None:
    published.tell([("all", "all", 60, 200), ("stage", "looked_after", 0, 100)])
    published.tell([("stage", "send", 60, 100)])
    # Five each are one at least, and the stage has four at most.
    make_thread(published.con, [("looked_after", "child", 5), ("looked_after", "parent_carer", 5)])
    assert ("quarter:2026-01-01|stage=looked_after", "A1 numerator") in published.found()


def test_replies_of_feedback_are_attacked_although_their_whole_is_told_nowhere(
    published: Published,
) -> None:
    published.tell(FAR)
    # No reply by kind is eight at most, and by source one at least: together 1 to 8, so fair.
    kinds = [("all", "as_information", 50, 0), ("all", "about_information", 50, 0)]
    make_feedback(published.con, [*kinds, ("survey", "all", 100, 5)])
    assert published.found() == set()


def test_kinds_and_sources_of_feedback_that_cannot_both_be_true_are_a_contradiction(
    published: Published,
) -> None:
    published.tell(FAR)
    kinds = [("all", "as_information", 50, 20), ("all", "about_information", 50, 20)]
    make_feedback(published.con, [*kinds, ("survey", "all", 200, 40)])
    with pytest.raises(ContradictionError):
        published.found()


@pytest.mark.parametrize(("rate", "is_told"), [(10, True), (None, False)])
def test_a_rate_of_a_group_gives_back_the_count_that_was_left_out(
    rate: int | None, is_told: bool, published: Published
) -> None:
    # A whole of 0 beside two parts of 5 was withheld; 10 % of 50 can only be 5 again.
    published.tell([("all", "all", 0, 100), ("sex", "F", None, 50), ("sex", "M", None, 50)])
    published.con.execute(
        "create table draft.published.equity_gap as select '330' as authority_code, 'A1' as"
        " indicator_id, 'quarter' as period_type, date '2026-03-31' as period_end, 'sex' as"
        " breakdown, unnest(['F', 'M']) as breakdown_value, $1::integer as group_rate, 'quarter'"
        " as window_used",
        [rate],
    )
    # The indicator has numerators elsewhere, or nobody could look for them here.
    published.con.execute(
        "insert into draft.published.indicator_value values ('330', 'A1', 'quarter', '2025-10-01',"
        " '2025-12-31', 'all', 'all', 'shown', 50, 100, null)"
    )
    found = published.found()
    assert (("quarter:2026-01-01|sex=F", "A1 numerator") in found) is is_told
