"""Whole files: those that cannot be trusted wait in quarantine, odd ones that are right load."""

import hmac
from pathlib import Path

import duckdb
import pytest

from tests.support.inbox import KEY_HEX, REVIEWS_HEADER, Bench, make_bench

SSD = "330/ssd/2026-09-30"
RETURN = "330/ssda903/2020-03-31"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def hashed(identifier: str) -> str:
    """The expected pseudonym, worked out without the code under test."""
    key = hmac.digest(bytes.fromhex(KEY_HEX), b"heard/person/330", "sha256")
    return hmac.digest(key, identifier.encode(), "sha256").hex()[:32]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EMPTY_FILE"),
        (
            REVIEWS_HEADER.encode() + "7,01/02/2010,05/06/2019,caf\xe9\n".encode("cp1252"),
            "ENCODING",
        ),
        (REVIEWS_HEADER.encode() + b"7,01/02/2010,05/06/2019,PN\x001\n", "NUL_BYTE"),
        (REVIEWS_HEADER.encode() + b'7,01/02/2010,05/06/2019,"PN1\n', "TRUNCATED"),
        (REVIEWS_HEADER.encode() + b"7,01/02/2010,05/06/2019,PN1\n8,01/02", "TRUNCATED"),
        (REVIEWS_HEADER.encode() + b'7,01/02/2010,"05/06"/2019,PN1\n', "BAD_QUOTE"),
        (b"CHILD;DOB;REVIEW;REVIEW_CODE\n7;01/02/2010;05/06/2019;PN1\n", "DIALECT"),
        (b"CHILD,CHILD,REVIEW,REVIEW_CODE\n7,7,05/06/2019,PN1\n", "DUPLICATE_COLUMN"),
        (b"7,01/02/2010,05/06/2019,PN1\n", "UNKNOWN_TABLE"),
    ],
)
def test_a_file_that_cannot_be_trusted_waits_and_the_rest_of_the_delivery_loads(
    bench: Bench, content: bytes, reason: str
) -> None:
    good = "CHILD,SEX,DOB,DUC\n7,1,01/02/2010,\n"
    bench.deliver(RETURN, {"reviews.csv": content, "uasc.csv": good})
    report = bench.ingest()
    assert bench.files() == {
        "reviews.csv": ("quarantined", reason, 0, 0, 0, 0),
        "uasc.csv": ("loaded", None, 1, 1, 0, 0),
    }
    ((name, number, column, rule, expected),) = bench.quarantine()
    assert (name, number, column, rule) == ("reviews.csv", None, None, reason)
    assert expected
    assert report.loads[0].files_quarantined == 1
    # A table whose only file was refused keeps the rows of the delivery before.
    assert bench.rows("select raw_table from ledger.delivery_tables") == [("ssda903_uasc",)]


def test_a_header_without_rows_is_a_table_with_no_rows(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 0, 0, 0, 0)}
    assert bench.rows("select raw_table, rows_in from ledger.delivery_tables") == [
        ("ssda903_reviews", 0)
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(
    bench: Bench, newline: str, mark: str
) -> None:
    rows = '7,01/02/2010,05/06/2019,PN1\n"8",01/02/2010,05/06/2019,"PN2"\n'
    content = mark + (REVIEWS_HEADER + rows).replace("\n", newline)
    bench.deliver(RETURN, {"reviews.csv": content})
    bench.ingest()
    assert bench.rows("select child, review_code, _row_number from raw.ssda903_reviews") == [
        (hashed("7"), "PN1", 2),
        (hashed("8"), "PN2", 3),
    ]


def test_a_last_row_without_a_line_end_loads(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + "7,01/02/2010,05/06/2019,PN1"})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 1, 1, 0, 0)}


def test_a_damaged_parquet_file_is_refused(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "person.parquet"
    with duckdb.connect() as con:
        con.execute(
            "copy (select cast(range as varchar) || repeat('x', 50) as pers_person_id "
            f"from range(5000)) to '{path}' (format parquet, compression zstd)"
        )
    content = bytearray(path.read_bytes())
    content[200:4200] = b"\x55" * 4000
    bench.deliver(SSD, {"ssd_person.parquet": bytes(content)})
    bench.ingest()
    assert bench.files() == {"ssd_person.parquet": ("quarantined", "UNREADABLE", 0, 0, 0, 0)}


def test_two_files_that_contradict_each_other_wait_for_a_person(bench: Bench) -> None:
    """The second file repeats one review, adds one, and gives another child to a third."""
    bench.deliver(
        RETURN,
        {
            "reviews.csv": REVIEWS_HEADER
            + "1,01/02/2010,05/06/2019,PN1\n"
            + "2,01/02/2010,05/06/2019,PN1\n",
            "Reviews (1).csv": REVIEWS_HEADER
            + "1,01/02/2010,05/06/2019,PN1\n"
            + "2,01/03/2010,05/06/2019,PN1\n"
            + "3,01/02/2010,05/06/2019,PN1\n",
        },
    )
    bench.ingest()
    assert bench.files() == {
        "reviews.csv": ("loaded", None, 2, 1, 1, 0),
        "Reviews (1).csv": ("loaded", None, 3, 2, 1, 0),
    }
    assert [(row[0], row[1], row[3]) for row in bench.quarantine()] == [
        ("Reviews (1).csv", 3, "CONFLICT"),
        ("reviews.csv", 3, "CONFLICT"),
    ]
    assert bench.rows("select count(distinct child) from raw.ssda903_reviews") == [(2,)]
