"""Whose a delivery is and of which year: what a file says against its folder is refused or told.

Belongs here: what one file cannot show by itself. Does not belong here: single bad files (their
corpus is tests/faults/bad_files.yaml).
"""

import json
from pathlib import Path

import pytest

from orchestration.commands.status import status
from orchestration.reporting.arrivals import read_arrivals
from tests.support.census_xml import census
from tests.support.inbox import REVIEWS_HEADER, Bench, make_bench, parse_here

_REVIEW = "{},01/02/2010,05/06/2025,PN1\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    parse_here(monkeypatch)
    return make_bench(tmp_path, monkeypatch)


def test_a_second_file_of_one_table_is_told_and_a_copy_is_not(bench: Bench) -> None:
    first, second = (REVIEWS_HEADER + _REVIEW.format(number) for number in (1, 2))
    bench.deliver("330/ssda903/2026-03-31", {"a.csv": first, "b.csv": second})
    bench.deliver("331/ssda903/2026-03-31", {"a.csv": first, "b.csv": first})
    bench.ingest()
    told = bench.rows(
        "select authority_code, column_name, kind from ledger.drift"
        " inner join ledger.deliveries using (delivery_id) where column_name is not null"
    )
    assert told == [("330", "file", "second_file")]


def test_a_census_of_another_authority_is_refused_by_what_it_says_and_what_was_expected(
    bench: Bench,
) -> None:
    bench.deliver("331/cin_census/2027-03-31", {"cin.xml": census(2)})
    bench.deliver("330/cin_census/2027-03-31", {"cin.xml": census(2)})
    bench.ingest()
    assert bench.rows(
        "select authority_code, files.state, rows_loaded from ledger.deliveries"
        " inner join ledger.files using (delivery_id) where files.state = 'quarantined'"
    ) == [("331", "quarantined", 0)]
    expected = "lea 331, the authority of its folder; this file says 330"
    assert ("cin.xml", None, None, "OTHER_AUTHORITY", expected) in bench.quarantine()
    assert bench.rows(
        "select distinct authority_code from raw.cin_children"
        " inner join ledger.deliveries on _delivery_number = delivery_number"
    ) == [("330",)]


def test_status_tells_the_doubts_about_a_delivery_and_does_not_count_them_as_columns(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    old = _REVIEW.format(1).replace("2025", "2019")
    bench.deliver("330/ssda903/2026-03-31", {"reviews 2018-19.csv": REVIEWS_HEADER + old})
    bench.ingest()
    status(bench.home, as_json=False)
    shown = " ".join(capsys.readouterr().out.split())
    doubt = "330/ssda903/2026-03-31/reviews 2018-19.csv speaks of another collection year."
    assert shown.count(f"In doubt: {doubt}") == 1
    assert "columns missing" not in shown
    status(bench.home, as_json=True)
    (arrival,) = json.loads(capsys.readouterr().out)["deliveries"]
    assert arrival["columns_drifted"] == 0
    assert len(arrival["doubts"]) == 2


def test_a_folder_dated_far_ahead_or_long_ago_is_told(bench: Bench) -> None:
    for day in ("2062-03-31", "1926-03-31", "2026-03-31"):
        review = _REVIEW.format(1).replace("2025", str(int(day[:4]) - 1))
        bench.deliver(f"330/ssda903/{day}", {"a.csv": REVIEWS_HEADER + review})
    bench.ingest()
    assert bench.rows(
        "select extract('year' from as_of) from ledger.drift"
        " inner join ledger.deliveries using (delivery_id) where kind = 'unlikely_date' order by 1"
    ) == [(1926,), (2062,)]


def test_a_file_that_two_authorities_delivered_is_told_to_both_unless_it_is_tiny(
    bench: Bench,
) -> None:
    rows = "".join(_REVIEW.format(number) for number in range(10))
    for authority in ("330", "331"):
        many, few = REVIEWS_HEADER + rows, REVIEWS_HEADER + _REVIEW.format(1)
        bench.deliver(f"{authority}/ssda903/2026-03-31", {"a.csv": many})
        bench.deliver(f"{authority}/ssda903/2025-03-31", {"b.csv": few.replace("2025", "2024")})
    bench.ingest()
    told = {(line.authority_code, line.doubts) for line in read_arrivals(bench.home) or ()}
    assert told == {("330", ("a.csv: same_bytes",)), ("331", ("a.csv: same_bytes",))} | {
        ("330", ()),
        ("331", ()),
    }
