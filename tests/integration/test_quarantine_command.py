"""`heard quarantine`: what lies there, what it means, the rows to send back, another try."""

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import app
from orchestration.ingestion import load
from orchestration.ingestion.quarantine_entries import UnknownReasonError, reason, reasons
from tests.support.inbox import Bench, make_bench

HEADER = "CHILD,DOB,REVIEW,REVIEW_CODE\n"
DELIVERY = "330/ssda903/2020-03-31"
INGESTION = Path(load.__file__).parent


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = make_bench(tmp_path, monkeypatch)
    bench.deliver(
        DELIVERY,
        {
            "reviews.csv": HEADER
            + "Canary1,01/01/2010,01/05/2019,PN1\n"
            + 'Canary2,01/01/2010,1 May 2019,"=PN2"\n'
            + "2.00E+09,01/01/2010,02/05/2019,PN1\n"
            + "C\u0430nary4,01/01/2010,02/05/2019,PN1\n"
            + "Canary5,too,few\n",
            "notes.docx": "hello",
        },
    )
    bench.ingest()
    return bench


def heard(bench: Bench, *words: str) -> str:
    result = CliRunner().invoke(app, ["quarantine", *words, "--home", str(bench.home)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_list_names_file_column_rows_and_rule_but_no_value(bench: Bench) -> None:
    told = heard(bench, "list", "--json")
    found = {
        (line["file_name"], line["column"], line["rule"]): (line["rows"], line["first_rows"])
        for line in json.loads(told)
    }
    assert found == {
        ("reviews.csv", "review", "NOT_A_DATE"): (1, [3]),
        ("reviews.csv", "child", "BAD_ID"): (2, [4, 5]),
        ("reviews.csv", "", "WRONG_CELL_COUNT"): (1, [6]),
        ("notes.docx", "", "UNKNOWN_FORMAT"): (0, []),
    }
    assert "anary" not in told
    assert "BAD_ID" in heard(bench, "list")


def test_the_list_can_be_asked_for_one_authority(bench: Bench) -> None:
    assert json.loads(heard(bench, "list", "--authority", "331", "--json")) == []


def test_rejected_rows_go_back_as_delivered_and_no_formula_runs(bench: Bench) -> None:
    (path,) = json.loads(heard(bench, "export", "--json"))
    assert Path(path).stat().st_mode & 0o777 == 0o600
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["row_number", "expected", "CHILD", "DOB", "REVIEW", "REVIEW_CODE"]
    assert [(row[0], row[2:]) for row in rows] == [
        ("3", ["Canary2", "01/01/2010", "1 May 2019", "'=PN2"]),
        ("4", ["2.00E+09", "01/01/2010", "02/05/2019", "PN1"]),
        ("5", ["C\u0430nary4", "01/01/2010", "02/05/2019", "PN1"]),
        ("6", []),
    ]
    assert rows[0][1] == "review: a date as DD/MM/YYYY"


def test_a_retry_after_a_fix_loads_what_waited(bench: Bench) -> None:
    """The fix: the file was landed badly and is put right where it lies."""
    landed = next(
        path
        for path in (bench.home / "landing").iterdir()
        if path.is_file() and b"Canary2" in path.read_bytes()
    )
    landed.chmod(0o600)
    landed.write_text(landed.read_text().replace("1 May 2019", "01/05/2019"))
    (answer,) = json.loads(heard(bench, "retry", "--json"))
    assert answer == {
        "delivery": DELIVERY,
        "rows_loaded": 2,
        "rows_quarantined": 3,
        "files_quarantined": 1,
    }
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(2,)]
    assert bench.rows("select count(*) from ledger.deliveries") == [(1,)]


def test_a_new_reading_of_a_contract_judges_known_files_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.rows("select count(*) from raw.ssda903_reviews")
    assert bench.ingest().new_loads == ()
    monkeypatch.setattr(load, "_READING_VERSION", 99)
    assert len(bench.ingest().new_loads) == 1
    assert bench.rows("select count(*) from raw.ssda903_reviews") == before
    assert bench.rows("select count(*) from ledger.files where state <> 'ignored'") == [(2,)]


def test_every_reason_that_the_code_gives_is_explained() -> None:
    # The inbox and the landing leave things alone; they put nothing into quarantine.
    modules = [path for path in INGESTION.glob("*.py") if path.stem not in ("inbox", "run")]
    texts = [path.read_text(encoding="utf-8") for path in modules]
    given = {code for text in texts for code in re.findall(r"[\"']([A-Z]+(?:_[A-Z]+)+)[\"']", text)}
    assert {"WRONG_CELL_COUNT", "BAD_ID"} <= given
    no_reasons = {"SAME_BYTES", "LC_ALL", "HEARD_MAX_FILE_BYTES", "PLACEHOLDER_DATA"}
    assert given - no_reasons <= set(reasons())


def test_an_unknown_rule_is_told_in_one_line() -> None:
    with pytest.raises(UnknownReasonError, match="no rule is called NONSENSE"):
        reason("NONSENSE")


def test_status_shows_each_delivery_before_anything_is_published(bench: Bench) -> None:
    result = CliRunner().invoke(app, ["status", "--json", "--home", str(bench.home)])
    told = json.loads(result.stdout)
    assert told["release_id"] is None
    (delivery,) = told["deliveries"]
    counts = {name: delivery[name] for name in delivery if name.startswith(("rows", "files"))}
    assert counts == {
        "files": 2,
        "files_quarantined": 1,
        "files_ignored": 0,
        "rows_in": 5,
        "rows_loaded": 1,
        "rows_quarantined": 4,
        "rows_duplicate": 0,
        "rows_erased": 0,
    }
    assert "anary" not in result.stdout
