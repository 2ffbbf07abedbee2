"""Tables straight from a database become the same raw rows as the files they would have been."""

import csv
import hmac
import io
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import load_contracts
from orchestration.synthetic import generate
from tests.support.case_database import CaseDatabase
from tests.support.database_extracts import AS_OF, CANARY, SCHEMA, extracted
from tests.support.database_extracts import bench as bench
from tests.support.database_extracts import database as database
from tests.support.database_extracts import server as server
from tests.support.inbox import KEY_HEX, Bench, make_bench


def hashed(identifier: str) -> str:
    """The expected pseudonym, worked out without the code under test."""
    key = hmac.digest(bytes.fromhex(KEY_HEX), b"heard/person/330", "sha256")
    return hmac.digest(key, identifier.encode(), "sha256").hex()[:32]


def test_rows_from_the_database_and_from_csv_become_the_same_raw_tables(
    database: CaseDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(out=tmp_path / "made", authorities=1, children=80, years=2, seed=3, as_of=AS_OF)
    made = max((tmp_path / "made").glob("*/ssd/*"))
    from_csv = make_bench(tmp_path / "csv", monkeypatch)
    from_database = make_bench(tmp_path / "database", monkeypatch)
    contract = load_contracts()["ssd"]
    for path in sorted(made.glob("*.csv")):
        table = contract.table(path.stem)
        assert table is not None
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            columns = list(reader.fieldnames or [])
            # A typed column cannot hold the generator's planted broken dates.
            rows = [row for row in reader if _fits(row, table.columns)]
        from_csv.deliver("330/ssd/2026-09-30", {path.name: _csv(columns, rows)})
        database.fill(SCHEMA, path.stem.upper(), table, columns, rows)
    database.grant(SCHEMA)
    report = extracted(database, from_database)
    loaded = from_csv.ingest().totals.rows_loaded
    assert loaded > 1000
    assert from_database.ingest().totals.rows_loaded == loaded
    assert len(report.tables) == len(list(made.glob("*.csv")))
    for table in contract.tables:
        listed = ", ".join([*(column.name for column in table.loaded_columns), "_as_of"])
        query = f"select {listed}, _row_key from raw.{table.name} order by all"
        assert from_database.rows(query) == from_csv.rows(query), table.name


def _fits(row: dict[str, str], columns: tuple) -> bool:  # type: ignore[type-arg]
    try:
        for column in columns:
            value = row.get(column.name) or ""
            if value and column.type in ("date", "datetime"):
                datetime.fromisoformat(value)
            if value and column.type in ("integer", "number"):
                float(value)
    except ValueError:
        return False
    return True


def _csv(columns: list[str], rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_whatever_type_a_database_chose_the_value_is_the_one_a_file_would_hold(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(
        f"""create table {SCHEMA}.ssd_missing (
            miss_table_id numeric(10, 0), miss_person_id bigint,
            miss_missing_episode_start_date timestamptz, miss_missing_episode_type money,
            miss_missing_episode_end_date timestamp, miss_missing_rhi_offered boolean,
            miss_missing_rhi_accepted boolean)""",
        f"""insert into {SCHEMA}.ssd_missing values
            (7, 12, '2026-07-01 12:30:00+00', 3, 'infinity', true, false),
            (8, 9007199254740993, '2026-01-01 12:30:00+00', null, '2026-02-03 04:05:06', null,
             null)""",
        f"""create view {SCHEMA}.ssd_cla_reviews as select
            'R1' as clar_cla_review_id, cast(45 as double precision) as clar_cla_id,
            date '2026-05-01' as clar_cla_review_date""",
    )
    database.grant(SCHEMA)
    extracted(database, bench)
    bench.ingest()
    assert bench.rows(
        "select miss_table_id, miss_person_id, miss_missing_episode_start_date, "
        "miss_missing_episode_end_date, miss_missing_rhi_offered, miss_missing_rhi_accepted "
        "from raw.ssd_missing order by 1"
    ) == [
        ("7", hashed("12"), datetime(2026, 7, 1, 13, 30), None, "Y", "N"),  # noqa: DTZ001
        (
            "8",
            hashed("9007199254740993"),
            datetime(2026, 1, 1, 12, 30),  # noqa: DTZ001
            datetime(2026, 2, 3, 4, 5, 6),  # noqa: DTZ001
            None,
            None,
        ),
    ]
    assert bench.rows("select clar_cla_id, clar_cla_review_date from raw.ssd_cla_reviews") == [
        ("45", date(2026, 5, 1))
    ]


def test_direct_identifiers_and_unknown_columns_never_leave_the_database(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(
        f"""create table {SCHEMA}."SSD_Person" ("PERS_Person_ID" text, pers_surname text,
            pers_upn text, colour text, "the ""odd"" one" text, pers_sex text)""",
        f"""insert into {SCHEMA}."SSD_Person" values
            ('7', '{CANARY}', '{CANARY}', '{CANARY}', '{CANARY}', 'F')""",
    )
    database.grant(SCHEMA)
    (table,) = extracted(database, bench).tables
    path = bench.inbox / "330" / "ssd" / "2026-09-30" / "ssd_person.parquet"
    assert pq.read_table(path).to_pylist() == [{"PERS_Person_ID": "7", "pers_sex": "F"}]
    assert table.withheld == 2
    assert table.unknown == ("colour", "column 5")
    assert "pers_dob" in table.missing
    assert (table.found_as, table.rows) == (f"{SCHEMA}.SSD_Person", 1)


def test_an_alias_is_read_and_ingestion_knows_it(database: CaseDatabase, bench: Bench) -> None:
    database.run(
        f"create table {SCHEMA}.ssd_cin_plans (cin_plan_id text, cinp_person_id text)",
        f"insert into {SCHEMA}.ssd_cin_plans values ('P1', 'C1')",
    )
    database.grant(SCHEMA)
    extracted(database, bench)
    bench.ingest()
    assert bench.rows("select cinp_cin_plan_id, cinp_person_id from raw.ssd_cin_plans") == [
        ("P1", hashed("C1"))
    ]
