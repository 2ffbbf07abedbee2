"""What a run that ended without a word leaves, and what clears it; disks, rights and stopping."""

import os
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from orchestration import preflight, rebuilding
from orchestration.fingerprint import Attempt, State, read_state, write_state
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.instance import prepare_process
from orchestration.preflight import (
    BALLAST_BYTES,
    AccessRefusedError,
    DiskFullError,
    keep_ballast,
    require_access,
    require_room,
)
from orchestration.reaper import end_stale_runs, reap
from orchestration.reporting import release_files
from orchestration.reporting.release import publish_release
from orchestration.settings import Settings
from tests.support.command import Site, heard
from tests.support.inbox import REVIEWS_HEADER, Bench, make_bench

RETURN = "330/ssda903/2020-03-31"
ROW = "7,01/02/2010,05/06/2019,PN1\n"
# The process with this number has ended: numbers stop at 2 ** 22.
GONE = 2**22 + 1
VIEW = "create schema published; create view published.delivery as from ledger.delivery_tables;"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = make_bench(tmp_path, monkeypatch)
    made.deliver(RETURN, {"reviews.csv": REVIEWS_HEADER + ROW})
    made.ingest()
    return made


def settings_of(bench: Bench) -> Settings:
    return Settings(inbox=bench.inbox, home=bench.home)


def test_leftovers_go_and_everything_else_stays(bench: Bench) -> None:
    home = bench.home
    before = sorted(path for path in home.rglob("*") if path.is_file())
    left = [
        home / f".warehouse.duckdb.{GONE}",
        home / f".state.json.{GONE}",
        home / "landing" / f".{GONE}.part",
        home / "landing" / "deliveries" / f".x.json.{GONE}",
        home / "quarantine" / "330" / ".reviews.csv.part",
        home / "releases" / ".R1" / "heard.duckdb",
        home / "releases" / ".R0.going" / "heard.duckdb",
        home / "reports" / "R1" / "330" / f".board.{GONE}" / "page.html",
        home / "erasures" / f".pending.json.{GONE}",
        home / "tmp" / "rebuild" / "warehouse.duckdb",
        home / "published" / ".heard-R1.duckdb",
        home / "published" / ".parquet-R1" / "a.parquet",
        home / "dbt" / "target" / ".parsing-x" / "manifest.json",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    os.utime(left[-1].parent, (0, 0))
    kept = home / ".env"
    kept.touch()
    cleared = reap(home)
    assert (cleared.drafts, cleared.finished_release) == (11, False)
    assert sorted(path for path in home.rglob("*") if path.is_file()) == sorted([*before, kept])


def test_the_draft_of_a_process_that_lives_is_left_alone(bench: Bench) -> None:
    draft = bench.home / "landing" / f".{os.getppid()}.part"
    draft.touch()
    reap(bench.home)
    assert draft.exists()
    # Nobody takes two hours to write one: the number is another's by now, as after a restart.
    os.utime(draft, (time.time() - 7200,) * 2)
    reap(bench.home)
    assert not draft.exists()


def test_what_only_the_log_of_a_killed_run_holds_outlives_a_rebuild_that_is_killed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]);"
        "con.execute('create table ledger.kept as select 7 as seven'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(bench.home / "warehouse.duckdb")], check=False)
    assert (bench.home / "warehouse.duckdb.wal").exists()
    write_state(bench.home, State(published=Attempt("inputs", "now", "R1")))

    def pull(_: Path) -> None:
        raise KeyboardInterrupt

    # The last thing before the rename of the warehouse.
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rebuilding, "forget_published", pull)
        rebuilding.rebuild(settings_of(bench))
    assert bench.rows("select seven from ledger.kept") == [(7,)]
    # Killed behind it, the next run must not find that nothing is new: there are no marts.
    rebuilding.rebuild(settings_of(bench))
    assert read_state(bench.home).published is None
    assert bench.rows("select count(*) from raw.ssda903_reviews") == [(1,)]


def test_nothing_is_touched_while_another_process_has_the_warehouse(bench: Bench) -> None:
    draft = bench.home / "published" / ".heard-R1.duckdb"
    draft.parent.mkdir()
    draft.touch()
    code = (
        "import duckdb, sys; kept = duckdb.connect(sys.argv[1]); print('open', flush=True);"
        "sys.stdin.read()"
    )
    path = str(bench.home / "warehouse.duckdb")
    other = subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"open\n"
    assert reap(bench.home).drafts == 0
    other.communicate()
    assert reap(bench.home).drafts == 1


@pytest.mark.parametrize("steps", range(5))
def test_a_release_that_is_decided_is_finished_from_wherever_it_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Each step of the swap is the last one before a power cut."""
    with open_warehouse(bench.home) as connection:
        connection.execute(VIEW)
        first = publish_release(connection, bench.home, "11" * 32)
        left = _cut_off_after(monkeypatch, steps)
        with pytest.raises(KeyboardInterrupt):
            publish_release(connection, bench.home, "22" * 32)
        monkeypatch.undo()
    folder = bench.home / "published"
    decided = (folder / release_files.DECIDED).exists()
    # Before the first sync nothing is decided; before the last one everything is in place.
    assert decided == (0 < steps < 4), left
    assert reap(bench.home).finished_release == decided
    manifest = release_files.read_manifest(folder / "manifest.json")
    assert (manifest.release_id == first.release_id) == (steps == 0)
    for file in manifest.files:
        assert release_files.sha256_of(folder / file.path) == file.sha256
    assert sorted(path.name for path in folder.iterdir()) == [
        "heard.duckdb",
        "manifest.json",
        "parquet",
    ]


def _cut_off_after(patch: pytest.MonkeyPatch, steps: int) -> list[str]:
    """Interrupt the swap after so many of its renames and syncs."""
    done: list[str] = []

    def counting(name: str, real: "object") -> "object":
        def step(*given: object) -> object:
            if len(done) >= steps:
                raise KeyboardInterrupt
            done.append(name)
            return real(*given)  # type: ignore[operator]

        return step

    patch.setattr(release_files, "swap_folder", counting("swap", release_files.swap_folder))
    patch.setattr(release_files, "sync_folder", counting("sync", release_files.sync_folder))
    return done


def test_a_run_that_nobody_carries_on_is_ended_and_its_place_in_the_pool_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K6: without this the run stays STARTED and every other one QUEUED, for ever."""
    site = Site(tmp_path / "inbox", tmp_path / "home")
    site.inbox.mkdir()
    prepare_process(Settings(inbox=site.inbox, home=site.home))
    monkeypatch.setenv("DAGSTER_HOME", str(site.home / "dagster"))

    @dg.job
    def stands_in() -> None:
        """Do nothing; only its run counts."""

    with dg.DagsterInstance.get() as instance:
        stale = instance.create_run_for_job(stands_in, status=dg.DagsterRunStatus.STARTED)
        done = instance.create_run_for_job(stands_in, status=dg.DagsterRunStatus.SUCCESS)
        instance.event_log_storage.set_concurrency_slots("warehouse", 1)
        instance.event_log_storage.claim_concurrency_slot("warehouse", stale.run_id, "step")
    ran = heard("reap", "--json", site=site)
    assert (ran.returncode, '"runs": 1' in ran.stdout) == (0, True), ran.stderr
    with dg.DagsterInstance.get() as instance:
        after = {run.run_id: run.status.value for run in instance.get_runs()}
        assert after == {stale.run_id: "FAILURE", done.run_id: "SUCCESS"}
        info = instance.event_log_storage.get_concurrency_info("warehouse")
        assert info.active_slot_count == 0
        assert end_stale_runs(instance) == 0


def test_a_disk_without_room_is_refused_with_what_is_needed_and_what_is_free(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver("331/ssda903/2020-03-31", {"big.csv": b"x" * (10 << 20)})
    (bench.home / "ballast").touch()
    usage = preflight.shutil.disk_usage
    monkeypatch.setattr(
        preflight.shutil, "disk_usage", lambda path: usage(path)._replace(free=93 << 20)
    )
    with pytest.raises(DiskFullError) as caught:
        require_room(settings_of(bench))
    # Three times ten, and 64 to work in; what has landed already does not count.
    assert "needs 94 MB free" in str(caught.value)
    assert "3 times the 10 MB" in str(caught.value)
    assert "93 MB is free" in str(caught.value)
    assert "heard doctor --free-ballast" in str(caught.value)
    monkeypatch.setattr(
        preflight.shutil, "disk_usage", lambda path: usage(path)._replace(free=94 << 20)
    )
    require_room(settings_of(bench))


def test_ballast_is_kept_and_given_back(bench: Bench) -> None:
    keep_ballast(bench.home)
    ballast = bench.home / "ballast"
    assert ballast.stat().st_size == BALLAST_BYTES
    # Reserved, and not a hole that takes no room.
    assert ballast.stat().st_blocks * 512 >= BALLAST_BYTES
    done = heard("doctor", "--free-ballast", "--json", site=Site(bench.inbox, bench.home))
    assert (done.returncode, str(BALLAST_BYTES) in done.stdout) == (0, True)
    assert not ballast.exists()


@pytest.mark.parametrize(
    ("folder", "owner", "wanted"),
    [
        ("home", 65534, "run: chmod -R u+rwX {path}"),
        ("home", 0, "run: sudo chown -R nobody {path}"),
        ("inbox", 0, "&& sudo chmod -R g+rX {path}"),
    ],
)
def test_a_folder_of_somebody_else_is_refused_with_the_command_that_mends_it(
    folder: str, owner: int, wanted: str
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can try this as another user")
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        for name in ("inbox", "home"):
            (place / name).mkdir()
            (place / name).chmod(0o777)
        os.chown(place / folder, owner, 0)
        (place / folder).chmod(0o500)
        told = _as_nobody(place)
        assert wanted.format(path=place / folder) in told


def _as_nobody(place: Path) -> str:
    """Ask, as another user, whether a run may use these folders."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            require_access(Settings(inbox=place / "inbox", home=place / "home"))
        except AccessRefusedError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as stream:
        return stream.read().decode()
