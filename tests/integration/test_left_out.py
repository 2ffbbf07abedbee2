"""Whoever runs Heard is told why a figure is in doubt, and which rows were left out and why."""

from pathlib import Path

import duckdb
import pytest

from orchestration.commands.status import status
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting.explanation import explain_indicator
from orchestration.reporting.reconciled import LeftOut, read_left_out

_ACCOUNT = """
create schema marts;
create table marts.fct_reconciled_rows as select * from (values
    ('330', 'opportunity', 'ssd_cin_visits', 'in_mart', true, 200, 400),
    ('330', 'opportunity', 'ssd_cin_visits', 'no_date', true, 8, 0),
    ('331', 'opportunity', 'ssd_cp_visits', 'no_date', true, 32, 0),
    ('330', 'opportunity', 'ssd_cin_visits', 'cancelled', true, 9, 0),
    ('330', 'opportunity', 'ssd_cin_visits', 'lost', false, 3, 0),
    ('330', 'expression', 'vx_expression', 'by_recorded_words', true, 70, 0))
    as t (authority_code, thing, source_table, row_fate_code, is_accounted_for, staged_rows,
        mart_rows);
create schema reference;
create table reference.ref_row_fates as select * from (values
    ('in_mart', 'It is in the mart.'), ('no_date', 'It has no date.'),
    ('cancelled', 'The review was cancelled.'), ('lost', 'It should be there and is not.'),
    ('by_recorded_words', 'The words themselves are recorded.'))
    as t (row_fate_code, meaning);
create schema ledger;
create table ledger.deliveries (delivery_id varchar, authority_code varchar, source varchar,
    as_of date, state varchar, delivered_at timestamp);
insert into ledger.deliveries values
    ('d1', '330', 'ssd', date '2026-09-30', 'loaded', timestamp '2026-10-01 04:30');
create table ledger.files (delivery_id varchar, file_name varchar, sha256 varchar, state varchar,
    rows_in bigint, rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint,
    rows_erased bigint);
insert into ledger.files values ('d1', 'a.csv', 'ab', 'loaded', 100, 100, 0, 0, 0);
create table ledger.drift (
    delivery_id varchar, column_name varchar, file_name varchar, kind varchar);
create table ledger.not_mapped (delivery_id varchar, answers_not_mapped bigint);
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_warehouse(tmp_path) as connection:
        connection.execute(_ACCOUNT)
    return tmp_path


def test_totals_are_told_by_reason_and_never_fewer_than_ten(home: Path) -> None:
    assert read_left_out(home, "opportunity") == (
        LeftOut("opportunity", "lost", "It should be there and is not.", False, None),
        LeftOut("opportunity", "no_date", "It has no date.", True, 40),
        LeftOut("opportunity", "cancelled", "The review was cancelled.", True, None),
    )
    found = {each.row_fate_code: each.rows for each in read_left_out(home, authority="330") or ()}
    assert found == {"by_recorded_words": 70, "lost": None, "no_date": None, "cancelled": None}


def test_where_nothing_was_built_nothing_is_said(tmp_path: Path) -> None:
    assert read_left_out(tmp_path) == ()
    with open_warehouse(tmp_path) as connection:
        connection.execute("create schema marts")
    assert read_left_out(tmp_path) == ()


def test_while_a_run_writes_it_is_said_that_it_cannot_be_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException("another process holds it")

    monkeypatch.setattr("orchestration.reporting.reconciled.open_warehouse", refuse)
    assert read_left_out(home) is None


def test_explain_tells_only_the_rows_that_its_indicator_counts(home: Path) -> None:
    def told(indicator: str) -> list[str]:
        found = explain_indicator(home, indicator, None, None).left_out or ()
        return [each.row_fate_code for each in found]

    assert told("A1") == ["lost", "no_date", "cancelled"]
    assert told("B1") == ["by_recorded_words"]
    assert told("F1") == []


def test_status_tells_them_in_words_and_marks_an_error(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(home, as_json=False) == 0
    told = capsys.readouterr().out
    assert "under 10   AN ERROR: It should be there and is not." in told
    assert "40         It has no date." in told
