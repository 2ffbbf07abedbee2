"""From a warehouse to stored results, through Great Expectations."""

import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from expectations import judge as judging
from expectations.codes import codes_from
from expectations.judge import judge
from expectations.measure import measure
from expectations.registry import load_registry
from expectations.results import Outcome, held_back
from expectations.rules import MeasureRow, judge_measures
from expectations.runner import NaiveTimeError, run_checks
from expectations.store import ensure_schema
from tests.support.quality import AS_OF, AUTHORITY, MEASURED_AT, clean_warehouse, deliver
from tests.support.quality_tables import SSD

CANARY = "Penhaligon"


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


def test_a_clean_warehouse_fails_no_check(con: duckdb.DuckDBPyConnection) -> None:
    results = run_checks(con, None, "run", MEASURED_AT)
    outcomes = Counter(result.outcome for result in results)
    assert set(outcomes) <= {Outcome.PASS, Outcome.WATCH}
    assert outcomes[Outcome.PASS] > 0.95 * len(results)
    assert {result.check_id for result in results} == {check.id for check in load_registry()}
    assert held_back(results) == ()


def test_great_expectations_says_what_the_rules_say(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.ssd_person set pers_ethnicity = null where _row_number % 9 = 0")
    con.execute("delete from marts.fct_voice_opportunities where opportunity_type_code = 'ICPC'")
    con.execute("drop table marts.dim_children")
    checks = load_registry()
    rows = measure(con, checks, codes_from(), MEASURED_AT.date())
    by_check = {check.id: [row for row in rows if row.check_id == check.id] for check in checks}
    expected = {
        check.id: judge_measures(check.rule, check.min_n, by_check[check.id]) for check in checks
    }
    outcomes = Counter(v.outcome for verdicts in expected.values() for v in verdicts)
    assert {Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.NOT_APPLICABLE} <= set(outcomes)
    assert judge(checks, rows) == expected


def test_an_empty_warehouse_never_passes(con: duckdb.DuckDBPyConnection) -> None:
    tables = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('raw', 'ledger', 'staging', 'marts', 'published')"
    ).fetchall()
    for (table,) in tables:
        con.execute(f"delete from {table}")
    results = run_checks(con, None, "run", MEASURED_AT)
    assert Counter(r.outcome for r in results) == {Outcome.NOT_APPLICABLE: len(load_registry())}


def test_tables_that_arrive_empty_never_pass(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from raw.ssd_person")
    con.execute("delete from raw.ssd_cla_visits")
    results = run_checks(con, ["raw/ssd/ssd_person", "raw/ssd/ssd_cla_visits"], "run", MEASURED_AT)
    about_rows = [r for r in results if r.dimension not in ("timeliness",)]
    of_these_tables = {r.check_id for r in about_rows if r.outcome is not Outcome.NOT_APPLICABLE}
    # Two checks of the asset ask other tables too, which still hold rows.
    assert of_these_tables == {"SSD-104", "SSD-113", "SSD-118"}


def test_an_authority_that_never_delivered_a_source_is_not_applicable_there(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(
        "insert into ledger.deliveries select * replace ('331' as authority_code) "
        "from ledger.deliveries where source = 'ssda903'"
    )
    results = run_checks(con, ["raw/ssd/ssd_person"], "run", MEASURED_AT)
    outcomes = {(r.authority_code, r.outcome) for r in results}
    assert outcomes == {(AUTHORITY, Outcome.PASS), ("331", Outcome.NOT_APPLICABLE)}


def test_only_the_latest_delivery_of_a_table_is_judged(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"update raw.ssd_person set pers_sex = null where _as_of < date '{AS_OF}'")
    results = run_checks(con, ["raw/ssd/ssd_person"], "run", MEASURED_AT)
    (sex,) = [r for r in results if r.check_id == "SSD-002"]
    assert (sex.n, sex.outcome) == (400, Outcome.PASS)


def test_every_collection_year_of_a_return_is_judged(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.ssda903_header set ethnic = null where _as_of < date '2026-01-01'")
    results = run_checks(con, ["raw/ssda903/header"], "run", MEASURED_AT)
    (ethnicity,) = [r for r in results if r.check_id == "903-001"]
    known = con.execute(
        "select count(*) from raw.ssda903_header where ethnic <> 'NOBT' and year(_as_of) = 2026"
    ).fetchone()
    assert ((ethnicity.n, ethnicity.k), ethnicity.outcome) == ((800, *known), Outcome.FAIL)


def test_a_restated_extract_replaces_the_one_it_corrects(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.ssd_person set pers_sex = null")
    con.execute("update ledger.delivery_tables set delivery_number = delivery_number + 1")
    con.execute("update raw.ssd_person set _delivery_number = _delivery_number + 1")
    deliver(con, "ssd", AS_OF, {"ssd_person": SSD["ssd_person"]})
    con.execute(
        "update ledger.delivery_tables set delivered_at = delivered_at + interval 1 hour "
        "where delivery_number in "
        "(select _delivery_number from raw.ssd_person where pers_sex is not null)"
    )
    results = run_checks(con, ["raw/ssd/ssd_person"], "run", MEASURED_AT)
    assert {r.outcome for r in results if r.check_id == "SSD-002"} == {Outcome.PASS}


def test_a_check_that_cannot_run_is_an_error_and_blinds_no_other(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("alter table raw.ssd_person drop column pers_sex")
    results = run_checks(con, ["raw/ssd/ssd_person"], "run", MEASURED_AT)
    outcomes = {r.check_id: r.outcome for r in results}
    broken = {"SSD-002", "SSD-007", "SSD-019"}
    assert {i for i, o in outcomes.items() if o is Outcome.ERROR} == broken
    assert {o for o in outcomes.values() if o is not Outcome.ERROR} == {Outcome.PASS}


def test_a_stop_check_that_cannot_run_holds_publication_back(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("drop table marts.dim_children")
    results = run_checks(con, ["marts/dim_children"], "run", MEASURED_AT)
    assert [r.check_id for r in held_back(results)] == ["MRT-103", "MRT-125", "MRT-126"]


def test_a_missing_code_list_is_an_error(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    results = run_checks(con, ["raw/ssd/ssd_legal_status"], "run", MEASURED_AT, tmp_path)
    assert {r.outcome for r in results} == {Outcome.ERROR}


def test_a_registered_check_without_a_result_is_an_error() -> None:
    checks = load_registry()[:2]
    verdicts = judge(checks, [MeasureRow(checks[0].id, AUTHORITY, "all", 100, 100)])
    assert verdicts[checks[0].id][0].outcome is not Outcome.ERROR
    assert [v.outcome for v in verdicts[checks[1].id]] == [Outcome.ERROR]


def test_measures_that_repeat_a_slice_are_not_believed() -> None:
    checks = load_registry()[:1]
    row = MeasureRow(checks[0].id, AUTHORITY, "all", 100, 100)
    assert [v.outcome for v in judge(checks, [row, row])[checks[0].id]] == [Outcome.ERROR]


def test_a_moment_without_a_zone_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NaiveTimeError):
        run_checks(con, None, "run", datetime(2026, 10, 5))  # noqa: DTZ001 (that is the point)


def test_results_hold_no_value_of_any_row(
    con: duckdb.DuckDBPyConnection,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    validate = judging.validate

    def listen(*arguments: object) -> object:
        outcome = validate(*arguments)  # type: ignore[arg-type]
        seen.append(json.dumps(outcome.to_json_dict(), default=str))
        return outcome

    monkeypatch.setattr(judging, "validate", listen)
    caplog.set_level(logging.DEBUG)
    plant_canaries(con)
    results = run_checks(con, None, "run", MEASURED_AT)
    stored = con.execute("select cast(r as varchar) from quality.check_results r").fetchall()
    assert {Outcome.FAIL, Outcome.ERROR} <= {result.outcome for result in results}
    assert "unexpected_count" in seen[0] or "observed_value" in seen[0]
    for text in (*seen, repr(results), repr(stored), caplog.text):
        assert CANARY not in text


def plant_canaries(con: duckdb.DuckDBPyConnection) -> None:
    """Put a name into every text cell, and into a date, so that an engine error would quote it."""
    columns = con.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name = 'raw' and data_type = 'VARCHAR' and column_name not like '\\_%' "
        "escape '\\'"
    ).fetchall()
    for schema, table, column in columns:
        con.execute(
            f"update {schema}.{table} set \"{column}\" = '{CANARY}' where _row_number % 2 = 0"
        )
    con.execute("alter table raw.ssd_person alter pers_dob type varchar")
    con.execute(f"update raw.ssd_person set pers_dob = '{CANARY}'")


def test_a_run_replaces_the_results_of_its_assets_and_leaves_the_others(
    con: duckdb.DuckDBPyConnection,
) -> None:
    run_checks(con, None, "first", MEASURED_AT)
    before = con.execute("select count(*) from quality.check_results").fetchone()
    run_checks(con, ["marts/dim_children"], "second", MEASURED_AT)
    assert con.execute("select count(*) from quality.check_results").fetchone() == before
    found = con.execute(
        "select distinct asset from quality.check_results where run_id = 'second'"
    ).fetchall()
    assert found == [("marts/dim_children",)]


def test_the_public_view_and_the_public_result_are_one_rule(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update raw.ssd_person set pers_ethnicity = null where _row_number % 9 = 0")
    con.execute("update raw.ssd_person set pers_sex = 'U' where _row_number = 7")
    results = run_checks(con, None, "run", MEASURED_AT)
    expected = {(r.check_id, r.slice): (r.n, r.k, r.value) for r in (r.public() for r in results)}
    rows = con.execute(
        "select check_id, slice, n, k, value from quality.public_check_results"
    ).fetchall()
    assert {(row[0], row[1]): tuple(row[2:]) for row in rows} == expected
    assert (None, None, None) in expected.values()


def test_the_views_stand_before_the_first_check_has_run(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "new.duckdb")) as con:
        ensure_schema(con)
        ensure_schema(con)
        for view in ("indicator_quality", "figure_quality", "public_check_results"):
            assert con.execute(f"select * from quality.{view}").fetchall() == []


def test_the_table_of_an_older_version_is_replaced(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create schema quality; create table quality.check_results (check_id varchar)")
    results = run_checks(con, ["marts/dim_children"], "run", MEASURED_AT)
    found = con.execute("select check_id from quality.check_results").fetchall()
    assert found == [(result.check_id,) for result in results]
