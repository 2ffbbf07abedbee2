"""What a warehouse connection must never reach, and what a wrong key must never do."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.key_guard import OtherKeyError
from orchestration.ingestion.run import land_inbox, load_landed
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.privacy.keys import MissingKeyError, WeakKeyError
from orchestration.rebuilding import rebuild
from orchestration.settings import Settings
from tests.support.inbox import DELIVERED, KEY_HEX, REVIEWS_HEADER, Bench, make_bench

OTHER_KEY = "3d" * 32
RETURN = "330/ssda903/2020-03-31"
SECRET = "outside-and-secret"
ROW = "7,01/02/2010,05/06/2019,PN1\n"

# {out} is a folder outside the home, {home} the home itself, {link} a way out of it.
STATEMENTS = [
    "select * from read_text('{out}/secret.csv')",
    "select * from read_blob('{out}/secret.csv')",
    "select * from read_csv('{out}/secret.csv')",
    "select * from read_json('{out}/secret.csv')",
    "select * from read_parquet('{out}/secret.parquet')",
    "select * from '{out}/secret.csv'",
    "select * from read_text('{home}/../outside/secret.csv')",
    "select * from read_text('{home}/tmp/../../outside/secret.csv')",
    "select * from read_text('{link}/secret.csv')",
    "select * from read_text('{home}/file-link.csv')",
    "select * from glob('{out}/*')",
    "select * from glob('{home}/../*')",
    "select * from read_text('/etc/passwd')",
    "select * from read_text('/proc/self/environ')",
    "copy (select 1) to '{out}/written.csv'",
    "copy (select 1) to '{link}/written.csv'",
    "copy (select 1) to '{home}/../outside/written.parquet' (format parquet)",
    "attach '{out}/other.duckdb'",
    "attach '{home}/../outside/other.duckdb' as other",
    "export database '{out}/exported'",
    "import database '{out}'",
    "install httpfs",
    "load '{out}/evil.duckdb_extension'",
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
    "set lock_configuration = false",
    "set temp_directory = '{out}'",
    "create secret (type s3, key_id 'x', secret 'y')",
    "pragma enable_profiling; set profiling_output = '{out}/profile.json'",
]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_warehouse_connection_cannot_be_talked_out_of_its_home(
    tmp_path: Path, statement: str
) -> None:
    home, out = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    out.mkdir()
    (out / "secret.csv").write_text(f"a\n{SECRET}\n")
    duckdb.connect(str(out / "other.duckdb")).close()
    duckdb.execute(f"copy (select '{SECRET}' as a) to '{out}/secret.parquet' (format parquet)")
    (home / "link").symlink_to(out)
    (home / "file-link.csv").symlink_to(out / "secret.csv")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with open_warehouse(home) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(out=out, home=home, link=home / "link")).fetchall()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_without_a_key_or_with_a_weak_one_nothing_is_touched(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    monkeypatch.chdir(bench.inbox)
    for key, error in (("", MissingKeyError), ("abcd", WeakKeyError), ("not hex", WeakKeyError)):
        monkeypatch.setenv("HEARD_PSEUDONYM_KEY", key)
        with pytest.raises(error):
            bench.ingest()
        with pytest.raises(error):
            rebuild(Settings(inbox=bench.inbox, home=bench.home))
        assert not bench.home.exists()


def test_another_key_changes_no_row_and_makes_no_other_warehouse(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    bench.ingest()
    query = "select * from raw.ssda903_reviews order by all"
    before = bench.rows(query)
    later = DELIVERED + timedelta(hours=1)
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW + ROW.replace("7", "8", 1)}, later)
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", OTHER_KEY)
    settings = Settings(inbox=bench.inbox, home=bench.home)
    with pytest.raises(OtherKeyError, match="another HEARD_PSEUDONYM_KEY"):
        bench.ingest()
    # Nor when the warehouse that remembers the key is gone: landing remembers it too.
    with pytest.raises(OtherKeyError, match="another HEARD_PSEUDONYM_KEY"):
        rebuild(settings)
    assert bench.rows(query) == before
    (bench.home / "warehouse.duckdb").unlink()
    with pytest.raises(OtherKeyError, match="another HEARD_PSEUDONYM_KEY"):
        rebuild(settings)
    assert not (bench.home / "warehouse.duckdb").exists()


def test_a_key_that_is_swapped_in_mid_run_never_mixes_with_the_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    bench.ingest()
    bench.deliver("331/ssda903/2020-03-31", {"reviews.csv": REVIEWS_HEADER + ROW})
    settings = Settings(inbox=bench.inbox, home=bench.home)
    landed = land_inbox(settings)
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", OTHER_KEY)
    with pytest.raises(OtherKeyError):
        load_landed(settings, landed)
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    load_landed(settings, landed)
    assert bench.rows(
        "select count(distinct authority_code), count(*) from raw.ssda903_reviews "
        "inner join ledger.deliveries on _delivery_number = delivery_number"
    ) == [(2, 2)]


def test_a_file_that_could_not_be_read_is_loaded_once_it_can_be(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C6: a failure leaves no mark that keeps the next attempt away."""
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})

    def unplugged(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ingestion.run.land_delivery", unplugged)
        with pytest.raises(OSError, match="Input/output"):
            bench.ingest()
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr("orchestration.ingestion.run.load_delivery", unplugged)
            with pytest.raises(OSError, match="Input/output"):
                bench.ingest()
    assert [load.state for load in bench.ingest().loads] == ["loaded"]
    assert [load.state for load in bench.ingest().loads] == ["duplicate"]
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(1,)]


def test_the_key_is_in_no_record_and_no_argument_of_a_process(bench: Bench) -> None:
    bench.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from orchestration.ingestion import parsing\n"
        "from orchestration.ingestion.run import ingest_inbox\n"
        "from orchestration.settings import Settings\n"
        "real = parsing.subprocess.Popen\n"
        "def watched(command, **given):\n"
        "    sys.stdout.write(str(command) + str(given.get('env')))\n"
        "    return real(command, **given)\n"
        "parsing.subprocess.Popen = watched\n"
        "ingest_inbox(Settings(Path(sys.argv[1]), Path(sys.argv[2])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bench.inbox), str(bench.home)],
        env=os.environ | {"HEARD_PSEUDONYM_KEY": KEY_HEX},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "orchestration.ingestion.parser" in done.stdout
    assert KEY_HEX not in done.stdout
    for path in (bench.home / "landing" / "deliveries").iterdir():
        assert KEY_HEX[:16] not in path.read_text()
