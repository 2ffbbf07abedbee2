"""One flipped byte, one lost file: `heard verify` names it and says what to do."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration import rebuilding
from orchestration.incidents.actions import acknowledge
from orchestration.incidents.ledger import LEDGER_NAME, open_ledger
from orchestration.ingestion.delivery_manifest import list_records, read_record
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.instance import sole_run
from orchestration.rebuilding import RebuildRefusedError, rebuild
from orchestration.reporting.checksum import warehouse_checksum
from orchestration.reporting.release import publish_release
from orchestration.settings import Settings
from orchestration.verification import verify
from tests.support.command import Site, heard
from tests.support.inbox import DELIVERED, REVIEWS_HEADER, Bench, make_bench
from tests.support.incident_ledger import Nights, claim

ROWS = "".join(f"{number},01/02/2010,05/06/2019,PN1\n" for number in range(200))
RETURN = "330/ssda903/2020-03-31"
VIEWS = """
create schema published;
create view published.delivery as select delivery_id, raw_table, rows_in
from ledger.delivery_tables;
"""
CHANCE = random.Random(7)  # noqa: S311


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """One delivery, loaded and published."""
    made = make_bench(tmp_path, monkeypatch)
    made.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROWS})
    made.ingest()
    with open_warehouse(made.home) as connection:
        connection.execute(VIEWS)
        publish_release(connection, made.home, "00" * 32)
    return made


def rules(bench: Bench) -> set[tuple[str, str]]:
    return {(damage.place, damage.rule) for damage in verify(bench.home).damages}


@contextmanager
def flipped(path: Path, place: int) -> Iterator[None]:
    """Change one bit of a byte, and put it back."""
    path.chmod(0o600)
    content = path.read_bytes()
    changed = bytearray(content)
    changed[place] ^= 1 << CHANCE.randrange(8)
    path.write_bytes(changed)
    yield
    path.write_bytes(content)


def places(path: Path, count: int) -> list[int]:
    size = path.stat().st_size
    return [0, size - 1, *(CHANCE.randrange(size) for _ in range(count))]


def test_an_untouched_home_is_clean(bench: Bench) -> None:
    found = verify(bench.home)
    assert found.damages == ()
    assert (found.landed_files, found.deliveries, found.published_files) == (1, 1, 4)
    assert found.warehouse_tables > 50


def test_every_flipped_bit_of_a_landed_or_published_file_is_found(bench: Bench) -> None:
    published = bench.home / "published"
    landed = next(path for path in (bench.home / "landing").iterdir() if len(path.name) == 64)
    (record,) = list_records(bench.home)
    for path, wanted in (
        (landed, {("landing", "FILE_CHANGED")}),
        (record, {("landing", "RECORD_DAMAGED"), ("landing", "RECORD_MISSING")}),
        (published / "heard.duckdb", {("published", "FILE_CHANGED")}),
        (published / "parquet" / "delivery.parquet", {("published", "FILE_CHANGED")}),
        (published / "manifest.json", {("published", "MANIFEST_DAMAGED")}),
    ):
        for place in places(path, 6):
            with flipped(path, place):
                assert rules(bench) == wanted, (path.name, place)
    assert rules(bench) == set()


def test_a_flipped_bit_of_the_warehouse_is_found_or_bears_on_nothing(bench: Bench) -> None:
    """DuckDB checks a block when it reads it; one that no table uses is never read."""
    path = bench.home / "warehouse.duckdb"
    with open_warehouse(bench.home, read_only=True) as connection:
        before = warehouse_checksum(connection)
    found = 0
    for place in places(path, 24):
        with flipped(path, place):
            if rules(bench) == {("warehouse", "CANNOT_BE_READ")}:
                found += 1
                continue
            with open_warehouse(bench.home, read_only=True) as connection:
                assert warehouse_checksum(connection) == before, place
    assert found > 5


def test_lost_files_are_named_with_what_to_do(bench: Bench) -> None:
    landed = next(path for path in (bench.home / "landing").iterdir() if len(path.name) == 64)
    landed.unlink()
    (bench.home / "published" / "parquet" / "delivery.parquet").unlink()
    (bench.home / "published" / "parquet" / "extra.parquet").touch()
    (bench.home / "warehouse.duckdb").unlink()
    found = {damage.rule: damage for damage in verify(bench.home).damages}
    assert set(found) == {"FILE_MISSING", "MISSING", "UNKNOWN_FILE"}
    told = {damage.what_to_do for damage in verify(bench.home).damages}
    assert f"deliver {RETURN} again and run `heard run`" in told
    assert any("heard rebuild" in what for what in told)


def test_a_damaged_landed_file_is_mended_as_told(bench: Bench) -> None:
    landed = next(path for path in (bench.home / "landing").iterdir() if len(path.name) == 64)
    landed.chmod(0o600)
    landed.write_bytes(b"rot")
    landed.unlink()
    bench.ingest()
    assert rules(bench) == set()


def test_a_rebuild_gives_the_same_and_keeps_what_was_published(bench: Bench) -> None:
    settings = Settings(inbox=bench.inbox, home=bench.home)
    query = "select release_id from ledger.releases"
    seen = "select first_seen_at from ledger.deliveries"
    before = [bench.rows(query), bench.rows(seen)]
    # What people did about incidents cannot be made again from landed files.
    incidents = bench.home / LEDGER_NAME
    Nights(bench.home).run(0, claim(severity="stop"))
    with open_ledger(bench.home) as ledger:
        acknowledge(ledger, "1", "Jo", DELIVERED)
    kept = incidents.read_bytes()
    files = sorted(path.name for path in bench.home.iterdir())
    made = rebuild(settings)
    assert made.raw_before == made.raw_after
    assert made.deliveries == 1
    assert [bench.rows(query), bench.rows(seen)] == before
    assert incidents.read_bytes() == kept
    assert sorted(path.name for path in bench.home.iterdir()) == files
    assert list((bench.home / "tmp").iterdir()) in ([], [bench.home / "tmp" / "warehouse"])


def test_a_rebuild_needs_neither_inbox_nor_warehouse(bench: Bench) -> None:
    with open_warehouse(bench.home, read_only=True) as connection:
        before = warehouse_checksum(connection)
    (bench.inbox / RETURN / "reviews.csv").unlink()
    (bench.home / "warehouse.duckdb").write_bytes(b"damaged")
    (bench.home / "warehouse.duckdb.wal").write_bytes(b"of another file")
    assert rebuild(Settings(inbox=bench.inbox, home=bench.home)).raw_before == ""
    with open_warehouse(bench.home, read_only=True) as connection:
        assert warehouse_checksum(connection) == before


def test_a_rebuild_reads_deliveries_by_the_installations_own_mappings(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = bench.home / "mappings" / "app.yaml"
    own.parent.mkdir()
    own.write_text("source: app\n")
    found: list[str] = []

    def replay(settings: Settings, *_: object) -> None:
        found.append((settings.home / "mappings" / "app.yaml").read_text())
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuilding, "load_landed", replay)
    with pytest.raises(KeyboardInterrupt):
        rebuild(Settings(inbox=bench.inbox, home=bench.home))
    assert found == ["source: app\n"]


def test_a_rebuild_that_would_lose_a_delivery_is_refused_and_changes_nothing(bench: Bench) -> None:
    landed = next(path for path in (bench.home / "landing").iterdir() if len(path.name) == 64)
    landed.chmod(0o600)
    landed.write_bytes(b"rot")
    before = (bench.home / "warehouse.duckdb").read_bytes()
    with pytest.raises(RebuildRefusedError, match=f"deliver {RETURN} again"):
        rebuild(Settings(inbox=bench.inbox, home=bench.home))
    assert (bench.home / "warehouse.duckdb").read_bytes() == before


def test_the_record_of_an_older_home_is_written_from_the_ledger(bench: Bench) -> None:
    (record,) = list_records(bench.home)
    written = read_record(record)
    record.unlink()
    assert rules(bench) == {("landing", "RECORD_MISSING")}
    rebuild(Settings(inbox=bench.inbox, home=bench.home))
    again = read_record(record)
    assert again == written
    # The ledger notes when a delivery was loaded, moments after it was first seen.
    assert 0 <= (again.known_since - written.known_since).total_seconds() < 60
    assert rules(bench) == set()


def test_the_command_tells_damage_by_its_exit_code_and_waits_for_no_run(bench: Bench) -> None:
    site = Site(bench.inbox, bench.home)
    (bench.home / "published" / "heard.duckdb").write_bytes(b"rot")
    ran = heard("verify", "--json", site=site)
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["status"]) == (1, "damaged")
    assert [damage["rule"] for damage in told["damages"]] == ["FILE_CHANGED"]
    assert "heard run --force" in heard("verify", site=site).stdout
    with sole_run(bench.home):
        busy = heard("verify", site=site)
    assert busy.returncode == 75
    assert "another run" in busy.stderr
