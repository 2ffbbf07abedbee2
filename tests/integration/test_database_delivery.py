"""What an extract from a database delivers, refuses and keeps to itself."""

import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.extraction.connection import DatabaseUnreachableError, parse_url
from orchestration.extraction.database import (
    ExtractionBrokenError,
    NothingExtractedError,
    UnknownExtractSourceError,
    extract_source,
)
from orchestration.extraction.delivery import DeliveryBusyError, DeliveryExistsError
from orchestration.extraction.finding import AmbiguousTableError
from tests.support.case_database import CaseDatabase
from tests.support.database_extracts import AS_OF, CANARY, SCHEMA, extracted
from tests.support.database_extracts import bench as bench
from tests.support.database_extracts import database as database
from tests.support.database_extracts import server as server
from tests.support.inbox import Bench
from tests.support.postgres import PASSWORD, USER


def names(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_table_that_may_not_be_read_is_reported_and_the_others_are_delivered(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(
        f"create table {SCHEMA}.ssd_person (pers_person_id text)",
        f"create table {SCHEMA}.ssd_family (fami_table_id text, fami_family_id text)",
        f"create table {SCHEMA}.ssd_missing (miss_table_id text, miss_person_id text)",
        f"create table {SCHEMA}.ssd_sdq_scores (something_else text)",
        f"grant select on {SCHEMA}.ssd_person, {SCHEMA}.ssd_sdq_scores to {USER}",
        # A right to a column is enough, and then the others are not even seen.
        f"grant select (miss_table_id) on {SCHEMA}.ssd_missing to {USER}",
        # Rights to change but not to read: the table shows, its rows do not.
        f"create table {SCHEMA}.ssd_address (addr_table_id text)",
        f"grant insert on {SCHEMA}.ssd_address to {USER}",
    )
    report = extracted(database, bench)
    assert [(table.table, table.columns) for table in report.tables] == [
        ("ssd_person", 1),
        ("ssd_missing", 1),
    ]
    skipped = {each.table: each.reason for each in report.skipped}
    assert skipped["ssd_family"] == "PERMISSION_DENIED"
    assert skipped["ssd_address"] == "PERMISSION_DENIED"
    assert skipped["ssd_sdq_scores"] == "NO_KNOWN_COLUMN"
    assert skipped["ssd_cla_reviews"] == "NOT_FOUND"
    assert len(report.tables) + len(report.skipped) == 48


def test_a_view_that_cannot_be_read_at_all_is_reported(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(
        f"create table {SCHEMA}.ssd_person (pers_person_id text)",
        f"create table {SCHEMA}.elsewhere (id text)",
        f"create view {SCHEMA}.ssd_missing as select id as miss_table_id from {SCHEMA}.elsewhere",
        f"grant select on {SCHEMA}.ssd_person, {SCHEMA}.ssd_missing to {USER}",
        # The view's owner loses the right to what is beneath it, as after a nightly rebuild.
        "create role builder",
        f"grant usage, create on schema {SCHEMA} to builder",
        f"alter view {SCHEMA}.ssd_missing owner to builder",
    )
    report = extracted(database, bench)
    assert {each.table: each.reason for each in report.skipped}["ssd_missing"] == (
        "PERMISSION_DENIED"
    )
    assert [table.table for table in report.tables] == ["ssd_person"]
    database.run("drop owned by builder", "drop role builder")


def test_a_table_that_breaks_off_delivers_nothing(database: CaseDatabase, bench: Bench) -> None:
    database.run(
        f"create table {SCHEMA}.ssd_person (pers_person_id text)",
        f"""create view {SCHEMA}.ssd_missing as select
            case when n = 90000 then cast('{CANARY}' || n as integer)::text else n::text end
            as miss_table_id from generate_series(1, 100000) as n""",
    )
    database.grant(SCHEMA)
    with pytest.raises(ExtractionBrokenError, match="ssd_missing broke off after 80,000") as broken:
        extracted(database, bench)
    assert CANARY not in str(broken.value)
    assert broken.value.__suppress_context__
    assert names(bench.inbox / "330" / "ssd") == []


def test_an_empty_table_is_delivered_empty(database: CaseDatabase, bench: Bench) -> None:
    database.run(f"create table {SCHEMA}.ssd_person (pers_person_id text)")
    database.grant(SCHEMA)
    extracted(database, bench)
    bench.ingest()
    assert bench.files() == {"ssd_person.parquet": ("loaded", None, 0, 0, 0, 0)}


def test_a_delivery_that_exists_is_never_touched(database: CaseDatabase, bench: Bench) -> None:
    database.run(f"create table {SCHEMA}.ssd_person (pers_person_id text)")
    database.grant(SCHEMA)
    folder = bench.deliver("330/ssd/2026-09-30", {"ssd_family.csv": "x\n"})
    with pytest.raises(DeliveryExistsError, match="--as-of"):
        extracted(database, bench)
    assert names(folder) == ["ssd_family.csv"]


def test_what_a_killed_extract_left_is_cleared_and_a_living_one_is_left_alone(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(f"create table {SCHEMA}.ssd_person (pers_person_id text)")
    database.grant(SCHEMA)
    draft = bench.inbox / "330" / "ssd" / ".2026-09-30.extract"
    draft.mkdir(parents=True)
    (draft / "ssd_family.parquet").write_bytes(b"half")
    lock = os.open(draft, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(DeliveryBusyError):
        extracted(database, bench)
    assert (draft / "ssd_family.parquet").exists()
    os.close(lock)
    # Nobody mistakes a half-written delivery for one.
    assert [ignored.reason for ignored in bench.ingest().ignored] == ["HIDDEN"]
    folder = extracted(database, bench).folder
    assert names(folder) == ["ssd_person.parquet"]
    assert names(folder.parent) == ["2026-09-30"]
    assert (folder / "ssd_person.parquet").stat().st_mode & 0o077 == 0


def test_a_table_in_two_schemas_needs_a_choice(database: CaseDatabase, bench: Bench) -> None:
    database.schema("ssd_old")
    for schema, key in ((SCHEMA, "new"), ("ssd_old", "old")):
        database.run(f"create table {schema}.ssd_person as select '{key}' as pers_person_id")
        database.grant(schema)
    with pytest.raises(AmbiguousTableError, match=r"schema ssd_development, ssd_old.*--schema"):
        extracted(database, bench)
    folder = extracted(database, bench, schema="SSD_OLD").folder
    assert pq.read_table(folder / "ssd_person.parquet").to_pylist() == [{"pers_person_id": "old"}]


def test_a_database_without_a_table_says_where_to_look(
    database: CaseDatabase, bench: Bench
) -> None:
    with pytest.raises(NothingExtractedError, match=r"shows no table of ssd.*SELECT"):
        extracted(database, bench)
    database.run(f"create table {SCHEMA}.ssd_person (pers_person_id text)")
    with pytest.raises(NothingExtractedError, match=r"1 tables of ssd that cannot be read"):
        extracted(database, bench)
    with pytest.raises(UnknownExtractSourceError, match="ssd or voice_extension"):
        extracted(database, bench, source="ssda903")
    assert names(bench.inbox / "330" / "ssd") == []


def test_nobody_at_the_address_is_told_at_once_without_the_password(bench: Bench) -> None:
    connection = parse_url(f"postgresql://reader:{CANARY.split()[0]}@127.0.0.1:1/x")
    with pytest.raises(DatabaseUnreachableError, match=r"127\.0\.0\.1:1 ") as refused:
        extract_source(connection, bench.inbox, "330", "ssd", AS_OF)
    assert CANARY.split()[0] not in str(refused.value) + repr(connection)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("%40", "Canary"), ("/postgres", "/no_such_database"), ("heard_reader", "nobody")],
)
def test_a_login_that_is_refused_is_told_at_once(
    database: CaseDatabase, bench: Bench, monkeypatch: pytest.MonkeyPatch, right: str, wrong: str
) -> None:
    """The driver would try the same password for half a minute, so it is not asked."""
    monkeypatch.setattr("orchestration.extraction.finding.read_batches", None)
    connection = parse_url(database.server.url.replace(right, wrong))
    with pytest.raises(DatabaseUnreachableError, match="check the user, the password") as refused:
        extract_source(connection, bench.inbox, "330", "ssd", AS_OF)
    assert "Canary" not in str(refused.value)


def test_the_command_delivers_and_keeps_the_password_to_itself(
    database: CaseDatabase, bench: Bench
) -> None:
    database.run(
        f"create table {SCHEMA}.ssd_person as select n::text as pers_person_id "
        "from generate_series(1, 50000) as n"
    )
    database.grant(SCHEMA)
    before = len(database.server.log.read_text())
    done = _heard(bench, database.server.url, "--as-of", "2026-09-30", "--json")
    assert done.returncode == 0, done.stderr
    (table,) = json.loads(done.stdout)["tables"]
    assert (table["table"], table["rows"]) == ("ssd_person", 50000)
    assert done.stderr == ""
    log = database.server.log.read_text()[before:]
    said = re.findall(r"LOG:  (?:statement|execute [^:]*): *(\w+)", log)
    assert len(said) > 4
    # Reading is all that it does there.
    assert {word.lower() for word in said} <= {"set", "select", "copy"}
    again = _heard(bench, database.server.url, "--as-of", "2026-09-30")
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "choose another --as-of" in again.stderr
    told = done.stdout + done.stderr + again.stdout + again.stderr
    assert PASSWORD not in told
    assert database.server.url not in told


@pytest.mark.parametrize(
    ("url", "arguments", "words"),
    [
        (None, (), "HEARD_DATABASE_URL is not set"),
        ("oracle://a:Canary@host/x", (), "must read postgresql://"),
        ("postgresql://a:Can#ary@host:x/y", (), "write @ : / ? # in a password as"),
        ("postgresql://a:Canary@127.0.0.1:1/y", ("--authority", "Bristol"), "three digits"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_line(
    bench: Bench, url: str | None, arguments: tuple[str, ...], words: str
) -> None:
    done = _heard(bench, url, *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "ary" not in done.stderr.replace("necessary", "")


def _heard(bench: Bench, url: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
    kept |= {"HEARD_INBOX": str(bench.inbox)} | ({"HEARD_DATABASE_URL": url} if url else {})
    program = str(Path(sys.executable).with_name("heard"))
    return subprocess.run(
        [program, "extract", "--authority", "330", *arguments],
        env=kept,
        cwd=bench.inbox,
        capture_output=True,
        text=True,
        check=False,
    )
