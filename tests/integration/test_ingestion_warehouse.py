"""The warehouse file: born whole, private, and without what must not be in it."""

import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse
from tests.support.inbox import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def test_a_new_warehouse_is_ours_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_warehouse(home) as con:
        con.execute("create table t as select 1 as x")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert {name: oct(mode) for name, mode in modes.items()} == {
        "tmp": "0o700",
        "warehouse.duckdb": "0o600",
        "warehouse.duckdb.wal": "0o600",
    }
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_draft_of_a_killed_process_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".warehouse.duckdb.4711").write_bytes(b"half a file")
    (tmp_path / "tmp" / "warehouse").mkdir(parents=True)
    spilt = tmp_path / "tmp" / "warehouse" / "duckdb_temp_block-1.tmp"
    spilt.write_bytes(b"Canaryname")
    with open_warehouse(tmp_path) as con:
        assert con.execute("select 1").fetchone() == (1,)
    assert not spilt.exists()


def test_reading_what_was_never_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissingError, match="heard run"), open_warehouse(tmp_path, True):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_connection_reaches_its_home_and_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    outside = tmp_path / "outside.csv"
    outside.write_text("secret\n")
    with open_warehouse(home) as con:
        (home / "inside.csv").write_text("a\n1\n")
        con.execute(f"select * from read_csv('{home}/inside.csv')").fetchall()
        for statement in (
            f"select * from read_text('{outside}')",
            f"select * from read_text('{home}/../outside.csv')",
            f"attach '{tmp_path}/other.duckdb'",
            f"copy (select 1) to '{tmp_path}/out.csv'",
            "install httpfs",
            "set enable_external_access = true",
            "set allowed_directories = ['/']",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(statement)


def test_the_schema_is_made_once_and_grows_with_its_contract(tmp_path: Path) -> None:
    contracts = load_contracts()
    with open_warehouse(tmp_path) as con:
        ensure_schema(con, contracts)
        con.execute("insert into raw.ssd_department (dept_team_id) values ('T1')")
        con.execute("alter table raw.ssd_department drop column dept_team_name")
        ensure_schema(con, contracts)
        rows = con.execute("select dept_team_id, dept_team_name from raw.ssd_department").fetchall()
        assert rows == [("T1", None)]


def test_a_raw_table_has_the_contracts_types(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as con:
        ensure_schema(con, load_contracts())
        found = dict(
            con.execute(
                "select column_name, data_type from information_schema.columns "
                "where table_schema = 'raw' and table_name = 'ssda903_oc2'"
            ).fetchall()
        )
    assert found["child"] == "VARCHAR"
    assert found["dob"] == "DATE"
    assert found["sdq_score"] == "BIGINT"
    assert [name for name in found if name.startswith("_")] == [
        "_delivery_number",
        "_as_of",
        "_file_number",
        "_row_number",
        "_row_key",
    ]


def test_no_identifier_leaves_the_landing_folder(bench: Bench) -> None:
    """Names, numbers and ids of a child stand in landed files and nowhere else in the home."""
    canaries = ["Canaryname", "CANARYID77", "9434765919", "CANARYUPN", "12 Canary Lane", "CW9 4QQ"]
    bench.deliver(
        "330/ssd/2026-09-30",
        {
            "ssd_person.csv": "pers_person_id,pers_forename,pers_common_child_id,pers_upn,"
            "pers_dob\n"
            "CANARYID77,Canaryname,9434765919,CANARYUPN,2010-01-01\n"
            "CANARYID77,Canaryname,9434765919,CANARYUPN,Canaryname\n"
            "CANARYID77,Canaryname\n",
            "ssd_address.csv": "addr_table_id,addr_person_id,addr_address_json,"
            "addr_address_postcode\n"
            "A1,CANARYID77,12 Canary Lane,CW9 4QQ\n",
            # A file without a header: its first row must not be taken for column names.
            "ssd_family.csv": "CANARYID77,Canaryname,1\n",
        },
    )
    bench.ingest()
    assert bench.rows("select addr_address_postcode from raw.ssd_address") == [("CW9",)]
    tables = bench.rows(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ('raw', 'ledger')"
    )
    assert len(tables) > 70
    for schema, name in tables:
        dump = str(bench.rows(f'select * from {schema}."{name}"'))
        assert not [canary for canary in canaries if canary in dump], name
    for path in bench.home.rglob("*"):
        if path.is_file() and path.parent.name != "landing":
            content = path.read_bytes()
            assert not [canary for canary in canaries if canary.encode() in content], path.name
