"""F17: only a count tells that a file was cut at the end of a line; the manifest brings it."""

import json
import os
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from orchestration.ingestion.delivery_manifest import list_records
from orchestration.ingestion.quarantine_entries import list_entries
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.rebuilding import rebuild
from orchestration.reporting.checksum import warehouse_checksum
from orchestration.settings import Settings
from tests.support.annex_workbooks import CONTACTS, contact, saved
from tests.support.census_xml import census
from tests.support.command import Site, heard
from tests.support.inbox import DELIVERED, KEY_HEX, REVIEWS_HEADER, Bench, make_bench

RETURN = "330/ssda903/2020-03-31"
HEADER = "file_name,bytes,rows\n"
ROWS = tuple(f"{number},01/02/2010,05/06/2019,PN1\n" for number in range(5))
COMPLAINTS = (
    "Reference,Type,Child ID,Made by,Stage,Received,Responded,Outcome,Themes,Details\n"
    "1,Complaint,C1,Mother,Stage 1,03/04/2026,,Upheld,Delay,a\n"
    "2,Compliment,C2,Child,,04/04/2026,,,,b\n"
    "3,too,few\n"
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def deliver(bench: Bench, label: str, name: str, content: str | bytes, rows: int | str) -> None:
    """Deliver one file with a manifest that has its bytes right, and these rows."""
    whole = content.encode() if isinstance(content, str) else content
    manifest = f"{HEADER}{name},{len(whole)},{rows}\n"
    bench.deliver(label, {name: whole, "manifest.csv": manifest})


def test_a_file_that_lacks_its_last_rows_is_refused_whole_with_both_counts(bench: Bench) -> None:
    deliver(bench, RETURN, "reviews.csv", REVIEWS_HEADER + "".join(ROWS[:3]), 5)
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("quarantined", "COUNT_MISMATCH", 0, 0, 0, 0)}
    assert bench.quarantine() == [
        (
            "reviews.csv",
            None,
            None,
            "COUNT_MISMATCH",
            "5 rows, as its manifest.csv says; it has 3",
        )
    ]
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(0,)]


def test_every_delivered_row_counts_whatever_becomes_of_it(bench: Bench) -> None:
    # One good, one repeated, one with a bad date, one too short, and blank lines that are no rows.
    content = f"{REVIEWS_HEADER}{ROWS[0]}\n{ROWS[0]}1,01/02/2010,31/06/2019,PN1\n2,01/02/2010\n\n"
    deliver(bench, RETURN, "reviews.csv", content, 4)
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 4, 1, 2, 1)}


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_a_mapped_file_counts_as_delivered_and_not_as_mapped(bench: Bench, rows: int) -> None:
    label = "330/complaints_and_compliments/2026-04-30"
    deliver(bench, label, "complaints.csv", COMPLAINTS, rows)
    bench.ingest()
    (found,) = bench.rows("select state, reason from ledger.files")
    # Two rows and one too short.
    assert found == (("loaded", None) if rows == 3 else ("quarantined", "COUNT_MISMATCH"))


@pytest.mark.parametrize("rows", [1, 2])
def test_a_parquet_file_is_counted_too(bench: Bench, tmp_path: Path, rows: int) -> None:
    import duckdb

    path = tmp_path / "ssd_person.parquet"
    duckdb.execute(
        f"copy (select unnest(['1', '2']) as pers_person_id, 'F' as pers_sex) to '{path}'"
    )
    deliver(bench, "330/ssd/2026-09-30", "ssd_person.parquet", path.read_bytes(), rows)
    bench.ingest()
    (state,) = bench.rows("select state from ledger.files")
    assert state == ("loaded" if rows == 2 else "quarantined",)


@pytest.mark.parametrize("promised", [2, 3, 4])
def test_the_records_of_an_xml_file_are_counted_and_not_its_rows(
    bench: Bench, promised: int
) -> None:
    content = census(3)
    assert content.count("<Child>") == 3
    deliver(bench, "330/cin_census/2027-03-31", "cin.xml", content, promised)
    bench.ingest()
    states = set(bench.rows("select state, reason from ledger.files"))
    assert states == {("loaded", None) if promised == 3 else ("quarantined", "COUNT_MISMATCH")}
    if promised != 3:
        (entry,) = bench.quarantine()
        assert entry[-1] == f"{promised} records, as its manifest.csv says; it has 3"


@pytest.mark.parametrize("promised", [3, 4])
def test_the_rows_of_all_sheets_of_a_workbook_are_counted_together(
    bench: Bench, tmp_path: Path, promised: int
) -> None:
    path = saved(tmp_path, CONTACTS, contact("C1"), contact("C2"), [None] * 7, contact("C3"))
    book = openpyxl.load_workbook(BytesIO(path.read_bytes()))
    book.copy_worksheet(book.worksheets[0]).delete_rows(2, 9)
    book.create_sheet("Notes").append(["Made by", "somebody"])
    book.save(path)
    deliver(bench, "330/annex_a/2026-09-30", "annex.xlsx", path.read_bytes(), promised)
    bench.ingest()
    entries = [entry[3:] for entry in bench.quarantine() if entry[3] == "COUNT_MISMATCH"]
    told = "4 rows, as its manifest.csv says; it has 3 in the sheets that can be read"
    assert entries == ([] if promised == 3 else [("COUNT_MISMATCH", told)])
    loaded = bench.rows("select count(*) from raw.annex_a_contacts")
    assert loaded == [(3 if promised == 3 else 0,)]


def test_another_file_of_the_delivery_does_not_suffer(bench: Bench) -> None:
    good = REVIEWS_HEADER + "".join(ROWS)
    manifest = f"{HEADER}a.csv,{len(good)},5\nb.csv,{len(good)},6\n"
    bench.deliver(RETURN, {"a.csv": good, "b.csv": good, "manifest.csv": manifest})
    bench.ingest()
    files = {name: found[:2] for name, found in bench.files().items()}
    assert files["a.csv"] == ("loaded", None)
    assert files["b.csv"] == ("quarantined", "COUNT_MISMATCH")


def test_a_corrected_manifest_or_a_whole_file_mends_it(bench: Bench) -> None:
    short = REVIEWS_HEADER + "".join(ROWS[:3])
    deliver(bench, RETURN, "reviews.csv", short, 5)
    bench.ingest()
    # The count was wrong, not the file: nothing but the manifest is delivered anew.
    deliver(bench, RETURN, "reviews.csv", short, 3)
    later = DELIVERED.timestamp() + 60
    os.utime(bench.inbox / RETURN / "manifest.csv", (later, later))
    bench.ingest()
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(3,)]
    current = bench.rows("select state from ledger.deliveries order by delivered_at desc limit 1")
    assert current == [("loaded",)]


def test_neither_a_retry_nor_a_rebuild_forgets_what_was_promised(bench: Bench) -> None:
    deliver(bench, RETURN, "reviews.csv", REVIEWS_HEADER + "".join(ROWS[:3]), 5)
    deliver(bench, "331/ssda903/2020-03-31", "a.csv", REVIEWS_HEADER + "".join(ROWS), 5)
    bench.ingest()
    settings = Settings(inbox=bench.inbox, home=bench.home)
    site = Site(bench.inbox, bench.home)
    with open_warehouse(bench.home, read_only=True) as con:
        before = warehouse_checksum(con, ("raw",))
    retried = heard("quarantine", "retry", site=site, key=KEY_HEX)
    assert retried.returncode == 0, retried.stderr
    assert bench.files()["reviews.csv"][:2] == ("quarantined", "COUNT_MISMATCH")
    # From the records in landing, and then, as if they were lost, from the ledger.
    for _ in range(2):
        assert rebuild(settings).raw_after == before
        with open_warehouse(bench.home, read_only=True) as con:
            assert [each.rule for each in list_entries(con)] == ["COUNT_MISMATCH"]
        for path in list_records(bench.home):
            path.unlink()


def test_what_a_delivery_waits_for_is_told_by_status(bench: Bench) -> None:
    content = REVIEWS_HEADER + "".join(ROWS)
    manifest = f"{HEADER}reviews.csv,{len(content)},5\n"
    bench.deliver(RETURN, {"manifest.csv": manifest})
    bench.deliver("331/ssda903/2020-03-31", {"reviews.csv": content})
    bench.ingest()
    site = Site(bench.inbox, bench.home)
    waits = {
        "path": RETURN,
        "reason": "WAITS_FOR_FILES",
        "detail": "reviews.csv is not there",
    }
    told = json.loads(heard("status", "--json", site=site, key=KEY_HEX).stdout)
    assert told["left_in_inbox"] == [waits]
    shown = heard("status", site=site, key=KEY_HEX).stdout
    assert "reviews.csv is not there" in " ".join(shown.split())
