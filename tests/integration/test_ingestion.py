"""Ingestion from inbox to raw tables, on a real warehouse."""

import hashlib
import hmac
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.privacy.keys import MissingKeyError
from tests.support.inbox import KEY_HEX, REVIEWS_HEADER, Bench, make_bench

SSD = "330/ssd/2026-09-30"
RETURN = "330/ssda903/2020-03-31"
VOICE = "330/voice_extension/2026-09-30"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def hashed(identifier: str, authority: str = "330", purpose: str = "person") -> str:
    """The expected pseudonym, worked out without the code under test."""
    key = hmac.digest(bytes.fromhex(KEY_HEX), f"heard/{purpose}/{authority}".encode(), "sha256")
    return hmac.digest(key, identifier.encode(), "sha256").hex()[:32]


def test_a_row_loads_typed_and_with_its_delivery(bench: Bench) -> None:
    bench.deliver(SSD, {"ssd_cin_visits.csv": _visits("V1,C1,2026-05-01 00:00:00, Y ,,")})
    report = bench.ingest()
    columns = (
        "cinv_cin_visit_id, cinv_person_id, cinv_cin_visit_date, cinv_cin_visit_seen, "
        "cinv_cin_visit_seen_alone, _as_of, _row_number"
    )
    assert bench.rows(f"select {columns} from raw.ssd_cin_visits") == [
        ("V1", hashed("C1"), date(2026, 5, 1), "Y", None, date(2026, 9, 30), 2)
    ]
    ((delivery_id, sha256, key, authority),) = bench.rows(
        "select delivery_id, sha256, _row_key, authority_code from raw.ssd_cin_visits "
        "inner join ledger.deliveries on _delivery_number = delivery_number "
        "inner join ledger.files using (delivery_id) where _file_number = file_number"
    )
    assert bench.rows("select delivery_id from ledger.deliveries") == [(delivery_id,)]
    assert (bench.home / "landing" / sha256).is_file()
    # The first 128 bits of what identifies the row: its visit.
    assert key == int.from_bytes(hashlib.md5(b"V1", usedforsecurity=False).digest(), "little")
    assert authority == "330"
    assert report.totals.rows_loaded == 1


def _visits(*rows: str) -> str:
    header = (
        "cinv_cin_visit_id,cinv_person_id,cinv_cin_visit_date,cinv_cin_visit_seen,"
        "cinv_cin_visit_seen_alone,cinv_cin_visit_bedroom"
    )
    return "\n".join([header, *rows]) + "\n"


def test_columns_in_another_order_load_under_their_own_names(bench: Bench) -> None:
    bench.deliver(RETURN, {"r.csv": "REVIEW_CODE,REVIEW,DOB,CHILD\nPN1,05/06/2019,01/02/2010,7\n"})
    bench.ingest()
    assert bench.rows("select child, dob, review, review_code from raw.ssda903_reviews") == [
        (hashed("7"), date(2010, 2, 1), date(2019, 6, 5), "PN1")
    ]


def test_two_codes_on_one_day_are_two_reviews(bench: Bench) -> None:
    rows = "7,01/02/2010,05/06/2019,PN1\n7,01/02/2010,05/06/2019,PN3\n"
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + rows})
    bench.ingest()
    assert bench.rows("select count(*), count(distinct _row_key) from raw.ssda903_reviews") == [
        (2, 2)
    ]


def test_a_review_without_a_code_is_kept(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + "7,01/02/2010,05/06/2019,\n"})
    bench.ingest()
    assert bench.rows("select review_code from raw.ssda903_reviews") == [(None,)]


def test_an_exact_repeat_is_counted_and_loaded_once(bench: Bench) -> None:
    row = "7,01/02/2010,05/06/2019,PN1\n"
    other = "7,01/02/2010,06/06/2019,PN1\n"
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + row + other + row + row})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 4, 2, 0, 2)}
    assert bench.rows("select _row_number from raw.ssda903_reviews order by 1") == [(2,), (3,)]


def test_a_bad_cell_sends_its_row_to_quarantine_with_place_rule_and_expectation(
    bench: Bench,
) -> None:
    rows = (
        "7,01/02/2010,05/06/2019,PN1\n"
        "8,01/02/2010,31/02/2019,PN1\n"
        ",1 Feb 2010,05/06/2019,PN1\n"
        "9,01/02/2010,05/06/2019,ZZ9\n"
    )
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + rows})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 4, 2, 2, 0)}
    day = "a date as DD/MM/YYYY"
    assert bench.quarantine() == [
        ("reviews.csv", 3, "review", "NOT_A_DATE", day),
        ("reviews.csv", 4, "child", "KEY_MISSING", "a value, since it identifies the row"),
        ("reviews.csv", 4, "dob", "NOT_A_DATE", day),
    ]
    # A code that nobody knows is a finding for the checks, not a reason to lose the row.
    assert bench.rows("select review_code from raw.ssda903_reviews order by 1") == [
        ("PN1",),
        ("ZZ9",),
    ]


def test_a_row_of_the_wrong_width_is_quarantined_and_the_others_load(bench: Bench) -> None:
    rows = (
        "7,01/02/2010,05/06/2019,PN1\n"
        "8,01/02/2010,05/06/2019\n"
        '9,01/02/2010,05/06/2019,"PN\n2"\n'
        "10,01/02/2010,05/06/2019,PN1,extra\n"
        "11,01/02/2010,05/06/2019,PN1\n"
    )
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + rows})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 5, 3, 2, 0)}
    # Rows are numbered as a spreadsheet shows them, so a line break inside a cell adds none.
    assert bench.quarantine() == [
        ("reviews.csv", 3, None, "WRONG_CELL_COUNT", "4 cells"),
        ("reviews.csv", 5, None, "WRONG_CELL_COUNT", "4 cells"),
    ]
    assert bench.rows("select _row_number from raw.ssda903_reviews order by 1") == [
        (2,),
        (4,),
        (6,),
    ]


def test_a_blank_line_keeps_its_row_number(bench: Bench) -> None:
    rows = "7,01/02/2010,05/06/2019,PN1\n\n8,01/02/2010,05/06/2019,PN1\n\n"
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + rows})
    bench.ingest()
    assert bench.files() == {"reviews.csv": ("loaded", None, 2, 2, 0, 0)}
    assert bench.rows("select _row_number from raw.ssda903_reviews order by 1") == [(2,), (4,)]


def test_parquet_and_csv_of_the_same_rows_load_alike(bench: Bench, tmp_path: Path) -> None:
    csv = (
        "miss_missing_episode_start_date,miss_person_id,miss_table_id,miss_missing_rhi_offered\n"
        "2026-05-01 13:45:10,12,M1,Y\n,,M2,\n"
    )
    path = tmp_path / "missing.parquet"
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'M1' as miss_table_id, cast(12 as double) as miss_person_id, "
            "timestamp '2026-05-01 13:45:10' as miss_missing_episode_start_date, "
            "'Y' as miss_missing_rhi_offered "
            "union all select 'M2', null, null, '') "
            f"to '{path}' (format parquet)"
        )
    bench.deliver(SSD, {"ssd_missing.csv": csv})
    bench.deliver("330/ssd/2026-10-31", {"ssd_missing.parquet": path.read_bytes()})
    bench.ingest()
    query = (
        "select miss_table_id, miss_person_id, miss_missing_episode_start_date, "
        "miss_missing_rhi_offered, _row_number, _row_key from raw.ssd_missing "
        "where _as_of = '{}' order by 1"
    )
    from_csv = bench.rows(query.format("2026-09-30"))
    assert from_csv == bench.rows(query.format("2026-10-31"))
    assert from_csv[0][:4] == ("M1", hashed("12"), datetime(2026, 5, 1, 13, 45, 10), "Y")  # noqa: DTZ001


def test_a_partial_folder_is_normal_and_its_absences_are_on_record(bench: Bench) -> None:
    bench.deliver(SSD, {"ssd_cin_visits.csv": _visits()})
    report = bench.ingest()
    absent = bench.rows(
        "select count(*) from ledger.drift where column_name is null and kind = 'missing'"
    )
    assert absent == [(47,)]
    assert bench.rows(
        "select count(*) from information_schema.tables where table_schema = 'raw'"
    ) == [(97,)]
    assert report.loads[0].state == "loaded"


def test_columns_missing_unknown_and_renamed_are_reported(bench: Bench) -> None:
    content = "cin_plan_id,cinp_person_id,colour\nP1,C1,blue\n"
    bench.deliver(SSD, {"ssd_cin_plans.csv": content})
    report = bench.ingest()
    found = bench.rows(
        "select column_name, kind from ledger.drift where column_name is not null order by all"
    )
    assert found == [
        ("cinp_cin_plan_end_date", "missing"),
        ("cinp_cin_plan_id", "alias"),
        ("cinp_cin_plan_start_date", "missing"),
        ("cinp_cin_plan_team", "missing"),
        ("cinp_cin_plan_worker_id", "missing"),
        ("cinp_referral_id", "missing"),
        ("colour", "unknown"),
    ]
    assert report.loads[0].drift_count == 7
    assert bench.rows("select cinp_cin_plan_id from raw.ssd_cin_plans") == [("P1",)]


def test_one_child_has_one_pseudonym_in_every_source_and_another_in_every_authority(
    bench: Bench,
) -> None:
    person = "pers_person_id,pers_forename\n 7 ,Canaryname\n"
    review = REVIEWS_HEADER + "7,01/02/2010,05/06/2019,PN1\n"
    need = "person_id,valid_from\n7,2020-01-01\n"
    for authority in ("330", "331"):
        bench.deliver(f"{authority}/ssd/2026-09-30", {"ssd_person.csv": person})
        bench.deliver(f"{authority}/ssda903/2020-03-31", {"reviews.csv": review})
        bench.deliver(
            f"{authority}/voice_extension/2026-09-30", {"vx_communication_need.csv": need}
        )
    bench.ingest()
    ids = bench.rows(
        "select authority_code, person from ledger.deliveries inner join ("
        "select _delivery_number, pers_person_id as person from raw.ssd_person "
        "union all select _delivery_number, child from raw.ssda903_reviews "
        "union all select _delivery_number, person_id from raw.vx_communication_need"
        ") on _delivery_number = delivery_number"
    )
    assert sorted(ids) == sorted([("330", hashed("7"))] * 3 + [("331", hashed("7", "331"))] * 3)
    assert hashed("7") != hashed("7", "331")


def test_a_worker_and_a_child_with_the_same_id_stay_apart(bench: Bench) -> None:
    content = "expression_id,person_id,recorded_by,speaker_id\nE1,7,7,7\n"
    bench.deliver(VOICE, {"vx_expression.csv": content})
    bench.ingest()
    assert bench.rows("select person_id, recorded_by, speaker_id from raw.vx_expression") == [
        (hashed("7"), hashed("7", purpose="professional"), hashed("7"))
    ]


def test_without_a_key_nothing_is_touched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY")
    monkeypatch.chdir(bench.inbox)
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER})
    with pytest.raises(MissingKeyError):
        bench.ingest()
    assert not bench.home.exists()
