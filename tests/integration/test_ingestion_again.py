"""Deliveries that come again, change, or are interrupted."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion import recording, writing
from orchestration.ingestion.ledger import known_reading
from orchestration.ingestion.load import LoadError
from orchestration.ingestion.reconciling import ReconciliationError
from orchestration.ingestion.run import land_inbox, load_landed
from orchestration.settings import Settings
from tests.support.inbox import DELIVERED, REVIEWS_HEADER, Bench, make_bench, samples

RETURN = "330/ssda903/2020-03-31"
ROW = "7,01/02/2010,05/06/2019,PN1\n"
BAD = "8,01/02/2010,32/06/2019,PN1\n"
EVERYTHING = (
    "select * from raw.ssda903_reviews order by all",
    "select * from ledger.deliveries order by all",
    "select * from ledger.files order by all",
    "select * from ledger.delivery_tables order by all",
    "select * from ledger.quarantined_rows order by all",
    "select * from ledger.drift order by all",
)
CURRENT = (
    "select review from raw.ssda903_reviews where _delivery_number = (select "
    "max_by(delivery_number, (as_of, delivered_at, delivery_id)) from ledger.delivery_tables)"
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def test_the_same_delivery_twice_changes_nothing(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW + BAD})
    first = bench.ingest()
    before = [bench.rows(query) for query in EVERYTHING]
    second = bench.ingest()
    assert [bench.rows(query) for query in EVERYTHING] == before
    assert [load.state for load in first.loads + second.loads] == ["loaded", "duplicate"]
    counts = second.loads[0].tables[0]
    assert (counts.rows_in, counts.rows_loaded, counts.rows_duplicate) == (2, 0, 2)
    assert second.new_loads == ()


def test_the_same_bytes_under_another_name_change_nothing(bench: Bench) -> None:
    folder = bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    bench.ingest()
    before = [bench.rows(query) for query in EVERYTHING]
    (folder / "reviews.csv").rename(folder / "Reviews (1).csv")
    assert bench.ingest().loads[0].state == "duplicate"
    assert [bench.rows(query) for query in EVERYTHING] == before


def test_two_copies_of_a_file_in_one_delivery_load_once(bench: Bench) -> None:
    content = REVIEWS_HEADER + ROW
    bench.deliver(RETURN, {"reviews.csv": content, "reviews copy.csv": content})
    bench.ingest()
    assert bench.files() == {
        "reviews copy.csv": ("loaded", None, 1, 1, 0, 0),
        "reviews.csv": ("duplicate", "SAME_BYTES", 1, 0, 0, 1),
    }
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(1,)]


def test_two_files_of_one_table_load_together(bench: Bench) -> None:
    other = ROW.replace("7,", "9,", 1)
    bench.deliver(RETURN, {"a.csv": REVIEWS_HEADER + ROW, "b.csv": REVIEWS_HEADER + other})
    bench.ingest()
    assert bench.rows("select rows_in, rows_loaded from ledger.delivery_tables") == [(2, 2)]


def test_a_changed_folder_is_a_new_delivery_of_the_same_date(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    bench.ingest()
    later = DELIVERED + timedelta(hours=1)
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW.replace("05/06", "07/06")}, later)
    bench.ingest()
    assert bench.rows("select count(*) from ledger.deliveries") == [(2,)]
    assert [row[0].isoformat() for row in bench.rows(CURRENT)] == ["2019-06-07"]


def test_a_folder_that_changes_back_ends_as_its_last_content(bench: Bench) -> None:
    first, second = REVIEWS_HEADER + ROW, REVIEWS_HEADER + ROW.replace("05/06", "07/06")
    for hours, content in enumerate((first, second, first)):
        bench.deliver(RETURN, {"reviews.csv": content}, DELIVERED + timedelta(hours=hours))
        bench.ingest()
    assert bench.rows("select count(*) from ledger.deliveries") == [(2,)]
    assert [row[0].isoformat() for row in bench.rows(CURRENT)] == ["2019-06-05"]


def test_quarantine_is_written_for_the_people_who_send_extracts(bench: Bench) -> None:
    bench.deliver(
        RETURN,
        {"=cmd()'.csv": REVIEWS_HEADER + BAD + ROW, "unknown.csv": "NAME,TOWN\nCanaryname,York\n"},
    )
    bench.ingest()
    folder = bench.home / "quarantine" / RETURN
    assert {path.name for path in folder.iterdir()} == {
        "ssda903_reviews.csv",
        "unrecognised_files.csv",
    }
    assert (folder / "ssda903_reviews.csv").read_text().splitlines() == [
        "file,row_number,column,rule,expected,part",
        "'=cmd()'.csv,2,review,NOT_A_DATE,a date as DD/MM/YYYY,",
    ]
    assert "Canaryname" not in (folder / "unrecognised_files.csv").read_text()
    assert (folder / "ssda903_reviews.csv").stat().st_mode & 0o777 == 0o600


def test_quarantine_shows_the_latest_delivery_only(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + BAD})
    bench.ingest()
    later = DELIVERED + timedelta(hours=1)
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW}, later)
    bench.ingest()
    assert list((bench.home / "quarantine" / RETURN).iterdir()) == []
    assert len(bench.quarantine()) == 1


def test_a_load_that_fails_leaves_nothing_and_is_done_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW + BAD})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(recording, "record_tables", _interrupt)
        bench.ingest()
    assert [bench.rows(query) for query in EVERYTHING] == [[]] * len(EVERYTHING)
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 2, 1, 1, 0)}


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_load_that_does_not_add_up_is_undone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW + BAD})
    monkeypatch.setattr(writing, "quarantine_rows", lambda *_: None)
    with pytest.raises(ReconciliationError, match="2 rows, but 1 loaded"):
        bench.ingest()
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(0,)]
    assert bench.rows("select count(*) from ledger.deliveries") == [(0,)]


def test_an_error_of_the_warehouse_loses_the_value_it_quotes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(con: duckdb.DuckDBPyConnection, *_: object) -> None:
        con.execute("select cast('Canaryname' as integer)")

    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    monkeypatch.setattr(writing, "insert_rows", failing)
    with pytest.raises(LoadError, match="ConversionException") as caught:
        bench.ingest()
    assert "Canaryname" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_no_stage_outlives_its_load(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[object] = []

    def watching(con: duckdb.DuckDBPyConnection, delivery_id: str) -> object:
        left.extend(
            con.execute("select table_name from duckdb_tables() where temporary").fetchall()
        )
        left.extend((bench.home / "tmp" / "parser").glob("*/*.parquet"))
        return known_reading(con, delivery_id)

    monkeypatch.setattr("orchestration.ingestion.load.known_reading", watching)
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW + "8,too,few\n" + ROW})
    bench.deliver("331/ssda903/2020-03-31", {"reviews.csv": REVIEWS_HEADER + ROW})
    bench.ingest()
    assert left == []
    assert not (bench.home / "tmp" / "parser").exists()


def test_what_lies_beside_the_extracts_is_on_record(bench: Bench) -> None:
    folder = bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER, "a.csv.part": "", "b.txt": "x"})
    (folder / "link.csv").symlink_to("/etc/passwd")
    report = bench.ingest()
    assert {name: row[:2] for name, row in bench.files().items()} == {
        "reviews.csv": ("loaded", None),
        "a.csv.part": ("ignored", "TEMPORARY_NAME"),
        "link.csv": ("ignored", "SYMLINK"),
        "b.txt": ("quarantined", "UNKNOWN_FORMAT"),
    }
    assert {ignored.reason for ignored in report.ignored} == {"TEMPORARY_NAME", "SYMLINK"}


def test_loading_can_follow_landing_in_another_process(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    settings = Settings(inbox=bench.inbox, home=bench.home)
    landed = land_inbox(settings)
    (bench.inbox / RETURN / "reviews.csv").unlink()
    assert [report.state for report in load_landed(settings, landed)] == ["loaded"]
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(1,)]


def test_the_public_903_sample_loses_no_row(bench: Bench) -> None:
    folder = samples("csc-validator-be-903")
    bench.deliver(
        "999/ssda903/2031-03-31", {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    )
    report = bench.ingest()
    found = {
        count.raw_table: (
            count.rows_in,
            count.rows_loaded,
            count.rows_quarantined,
            count.rows_duplicate,
        )
        for count in report.loads[0].tables
    }
    assert found["ssda903_reviews"] == (12582, 12580, 0, 2)
    assert found["ssda903_header"] == (2675, 2675, 0, 0)
    assert found["ssda903_episodes"] == (5050, 5050, 0, 0)
    assert len(found) == 10
    assert report.loads[0].files_quarantined == 0
    assert bench.quarantine() == []


def test_three_public_years_are_all_recognised(bench: Bench) -> None:
    folder = samples("cs-demand-model")
    for year in (2019, 2017, 2018):
        files = {path.name: path.read_bytes() for path in folder.glob(f"{year}-*.csv")}
        bench.deliver(f"998/ssda903/{year}-03-31", files)
    report = bench.ingest()
    lines = {
        year: sum(len(path.read_text().splitlines()) - 1 for path in folder.glob(f"{year}-*.csv"))
        for year in (2017, 2018, 2019)
    }
    assert {
        load.as_of.year: sum(table.rows_in for table in load.tables) for load in report.loads
    } == lines
    assert [load.files_quarantined for load in report.loads] == [0, 0, 0]
    assert report.totals.rows_quarantined == 0
