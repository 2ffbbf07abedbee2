"""What the checks say of figures, and what of it stays in the history."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations import runner
from expectations.registry import load_registry
from expectations.results import Outcome, held_back
from expectations.runner import run_checks
from expectations.store import read_history, restore_history
from tests.support.quality import MEASURED_AT, clean_warehouse


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean warehouse, built once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        clean_warehouse(connection)
    return path


@pytest.fixture
def con(template: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = Path(shutil.copy(template, tmp_path))
    with duckdb.connect(str(path)) as connection:
        yield connection


def test_an_indicator_is_as_fit_as_the_checks_that_bear_on_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    # Reviews without codes: a warning on A5. Seen alone without seen: a stop on B3.
    con.execute(
        "update raw.ssd_cla_reviews set clar_cla_review_participation_code = null "
        "where _row_number % 2 = 0"
    )
    con.execute("update raw.ssd_cla_visits set clav_cla_visit_seen_code = 'no'")
    # Ethnicity bears on one breakdown only.
    con.execute("update raw.ssd_person set pers_ethnicity = null where _row_number % 9 = 0")
    run_checks(con, None, "run", MEASURED_AT)
    quality = dict(
        con.execute("select indicator_id, quality from quality.indicator_quality").fetchall()
    )
    assert (quality["A5"], quality["B3"], quality["E1"]) == ("watch", "unfit", "ok")
    assert quality["D4"] == "ok"
    breakdowns = con.execute(
        "select breakdown, doubt from quality.figure_quality where indicator_id = 'D4'"
    ).fetchall()
    assert (dict(breakdowns)["ethnic_group"], dict(breakdowns)["disability"]) == (1, 0)


def test_what_fails_in_one_area_marks_the_figures_of_that_area_alone(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update marts.fct_voice_opportunities set outcome = 'voiced' where area = 'QX2'")
    results = run_checks(con, None, "run", MEASURED_AT)
    marked = con.execute(
        "select breakdown, breakdown_value, doubt, caveat from quality.figure_quality"
        " where indicator_id = 'A1' and breakdown = 'area' order by breakdown_value"
    ).fetchall()
    words = "Not met: Voice is not recorded at nearly every opportunity, as a whole or anywhere."
    assert marked == [("area", "QX1", 0, None), ("area", "QX2", 2, words), ("area", "QX3", 0, None)]
    quality = con.execute(
        "select quality from quality.indicator_quality where indicator_id = 'A1'"
    ).fetchone()
    # It bears on a stop, but bad news is published with its mark: nothing is held back.
    assert (quality, held_back(results)) == (("ok",), ())


def test_a_figure_that_no_check_could_look_at_is_not_ok(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from raw.cin_pre_proceedings")
    run_checks(con, None, "run", MEASURED_AT)
    found = con.execute(
        "select doubt, caveat from quality.figure_quality where indicator_id = 'A10'"
    ).fetchall()
    assert found == [(1, "There was too little to check the data behind this figure.")]


def test_a_table_of_several_indicators_has_the_worst_of_them_and_each_claim_once(
    con: duckdb.DuckDBPyConnection,
) -> None:
    run_checks(con, None, "clean", MEASURED_AT)
    told = "select doubt, caveat from quality.figure_quality where indicator_id = ? and {}"
    whole = told.format("breakdown = '*'")
    assert con.execute(whole, ["voice_thread"]).fetchall() == [(0, None)]
    con.execute("update marts.fct_voice_opportunities set outcome = 'voiced' where area = 'QX2'")
    con.execute("delete from raw.vx_participation_session")
    run_checks(con, None, "run", MEASURED_AT)
    words = "Not met: Voice is not recorded at nearly every opportunity, as a whole or anywhere."
    area = told.format("breakdown_value = 'QX2'")
    assert con.execute(area, ["voice_thread"]).fetchall() == [(2, words)]
    little = "There was too little to check the data behind this figure."
    assert con.execute(whole, ["participation"]).fetchall() == [(1, little)]
    # No indicator is mixed up with a table.
    names = con.execute("select indicator_id from quality.indicator_quality").fetchall()
    assert ("voice_thread",) not in names


def test_a_check_on_trial_marks_nothing_and_holds_nothing_back(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (check,) = [check for check in load_registry() if check.id == "SSD-101"]
    trial = check.model_copy(update={"shadow": True})
    monkeypatch.setattr(runner, "load_registry", lambda: (trial,))
    con.execute("update raw.ssd_cin_visits set cinv_cin_visit_seen_code = 'no'")
    results = run_checks(con, None, "run", MEASURED_AT)
    assert ([r.outcome for r in results], held_back(results)) == ([Outcome.FAIL], ())
    assert con.execute("select count(*) from quality.figure_quality").fetchone() == (0,)


def test_every_result_of_every_run_stays_in_the_history(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.ssd_person set pers_ethnicity = null where _row_number = 7")
    first = run_checks(con, None, "first", MEASURED_AT)
    run_checks(con, ["marts/dim_children"], "second", MEASURED_AT)
    # A run that is tried again adds nothing a second time.
    run_checks(con, ["marts/dim_children"], "second", MEASURED_AT)
    of_children = sum(result.asset == "marts/dim_children" for result in first)
    counted = con.execute(
        "select run_id, count(*) from quality.check_history group by all order by all"
    ).fetchall()
    assert counted == [("first", len(first)), ("second", of_children)]
    told = con.execute(
        "select outcome, public_value from quality.check_history where check_id = 'SSD-001'"
    ).fetchall()
    # A handful of children is behind the share, so it is not kept.
    assert told == [("pass", None)]


def test_a_history_is_carried_into_another_warehouse_as_it_is(
    con: duckdb.DuckDBPyConnection,
) -> None:
    run_checks(con, None, "first", MEASURED_AT)
    told = "select * replace (cast(measured_at as varchar) as measured_at) from"
    with duckdb.connect() as other:
        assert read_history(other) == {}
        restore_history(other, read_history(con))
        kept = other.execute(f"{told} quality.check_history order by all").fetchall()
    assert kept == con.execute(f"{told} quality.check_history order by all").fetchall()
    assert kept
