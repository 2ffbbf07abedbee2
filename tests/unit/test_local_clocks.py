"""An authority's own intervals are read, judged row by row, and put into the ledger."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.local_clocks import (
    COLUMNS,
    LOCAL_CLOCKS,
    LocalClocksError,
    load_local_clocks,
    read_local_clocks,
)

HEADER = ",".join(COLUMNS)


def written(home: Path, *rows: str, header: str = HEADER) -> Path:
    (home / LOCAL_CLOCKS).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return home


def ledger_after(home: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        ensure_schema(con, load_contracts())
        load_local_clocks(con, read_local_clocks(home))
        load_local_clocks(con, read_local_clocks(home))
        return con.execute(
            "select * from ledger.local_clocks order by authority_code, clock_code, step_from"
        ).fetchall()


def test_without_the_file_no_authority_has_a_clock_of_its_own(tmp_path: Path) -> None:
    assert read_local_clocks(tmp_path) == ()
    assert ledger_after(tmp_path) == []


def test_a_row_is_the_first_interval_of_a_plan_and_every_further_one(tmp_path: Path) -> None:
    home = written(
        tmp_path,
        "330,CIN_VISIT,10,working_day,6,week,2025-04-01,2026-04-01",
        "331,PRE_PROC,21,day,,,2025-04-01,",
    )
    begins, ends = date(2025, 4, 1), date(2026, 4, 1)
    assert ledger_after(home) == [
        *[
            ("330", "cin_visit", "CIN_VISIT", 1, 1, 10, "working_day", 42, "day", begins, ends),
            ("330", "cin_visit", "CIN_VISIT", 2, 9999, 42, "day", 42, "day", begins, ends),
        ],
        ("331", "pre_proc", "PRE_PROC", 1, 1, 21, "day", None, None, begins, None),
    ]


def test_a_clock_that_left_the_file_leaves_the_ledger(tmp_path: Path) -> None:
    home = written(tmp_path, "330,CIN_VISIT,20,day,20,day,2025-04-01,")
    with duckdb.connect() as con:
        ensure_schema(con, load_contracts())
        load_local_clocks(con, read_local_clocks(home))
        written(home)
        load_local_clocks(con, read_local_clocks(home))
        assert con.execute("select count(*) from ledger.local_clocks").fetchone() == (0,)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("33,CIN_VISIT,20,day,,,2025-04-01,", "row 2, authority_code: expected a code of three"),
        ("330,CLA_REVIEW_1,20,day,,,2025-04-01,", "row 2, opportunity_code: expected one of CIN_"),
        ("330,CIN_VISIT,0,day,,,2025-04-01,", "row 2, first_interval: expected a whole number"),
        ("330,CIN_VISIT,4,day,,,2025-04-01,", "row 2, first_interval: expected 5 days or more"),
        ("330,CIN_VISIT,20,days,,,2025-04-01,", "row 2, first_unit: expected one of day, week"),
        ("330,CIN_VISIT,20,day,20,,2025-04-01,", "row 2, repeat_unit: expected one of day"),
        ("330,CIN_VISIT,20,day,x,day,2025-04-01,", "row 2, repeat_interval: expected a whole"),
        ("330,CIN_VISIT,20,day,,,01/04/2025,", "row 2, valid_from: expected a date such as"),
        ("330,CIN_VISIT,20,day,,,2025-04-01,soon", "row 2, valid_to: expected a date such as"),
        ("330,CIN_VISIT,20,day,,,2025-04-01,2025-04-01", "row 2, valid_to: expected a day after"),
        ("330,CIN_VISIT,20", "row 2, expected 8 values, as the header has"),
        ("330,CIN_VISIT,20,day,,,2025-04-01,,more", "row 2, expected 8 values, as the header has"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_column_and_what_was_expected(
    tmp_path: Path, row: str, complaint: str
) -> None:
    with pytest.raises(LocalClocksError) as refused:
        read_local_clocks(written(tmp_path, row))
    assert complaint in str(refused.value)
    assert str(refused.value).startswith("local_clocks.csv: ")


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    home = written(
        tmp_path,
        "330,CIN_VISIT,20,day,,,2025-04-01,",
        "x,CIN_VISIT,20,day,,,2025-04-01,",
        "331,NONSENSE,-1,day,,,2025-04-01,",
    )
    with pytest.raises(LocalClocksError) as refused:
        read_local_clocks(home)
    for told in ("row 3, authority_code", "row 4, opportunity_code", "row 4, first_interval"):
        assert told in str(refused.value)
    assert "NONSENSE" not in str(refused.value)


def test_two_clocks_of_one_kind_may_not_hold_on_one_day(tmp_path: Path) -> None:
    home = written(
        tmp_path,
        "330,CIN_VISIT,20,day,20,day,2025-04-01,",
        "330,CIN_VISIT,30,day,30,day,2026-04-01,",
    )
    with pytest.raises(LocalClocksError, match="row 3, valid_from: expected no earlier than"):
        read_local_clocks(home)


def test_a_header_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalClocksError, match="the header lacks valid_from, valid_to"):
        read_local_clocks(written(tmp_path, header=",".join(COLUMNS[:-2])))


def test_a_file_that_is_no_text_is_refused_without_quoting_it(tmp_path: Path) -> None:
    (tmp_path / LOCAL_CLOCKS).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LocalClocksError, match="save it as UTF-8 text"):
        read_local_clocks(tmp_path)
