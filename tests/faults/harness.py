"""Break a run from outside, let the next run mend it, and look for anything that is not right.

Belongs here: starting, killing, and what must hold afterwards.
Does not belong here: which faults how often (the tests), or a look inside the code under test.
"""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.reporting.checksum import table_checksums
from orchestration.verification import verify
from tests.faults.warm import Nursery, WarmProcess, can_hold, nursery
from tests.support.command import KEY, REPOSITORY

Process = subprocess.Popen[str] | WarmProcess

PATIENCE = 300
# What a home folder may hold besides the folders that Dagster and dbt keep for themselves.
FOREIGN = ("dagster", "dbt")
LIGHT = (sys.executable, "-m", "tests.faults.driver")
REAL = (sys.executable, "-m", "orchestration", "run", "--force", "--json")


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    output: str
    seconds: float
    injected: bool = False


@dataclass(frozen=True)
class Truth:
    """What the undisturbed run left: table checksums, quarantine, published rows, duration."""

    tables: Mapping[str, str]
    quarantine: Mapping[str, str]
    published: Mapping[str, str]
    seconds: float


@dataclass
class Target:
    """A command under test, with an inbox and a home folder of its own."""

    inbox: Path
    home: Path
    is_real: bool = False
    options: tuple[str, ...] = ()

    @property
    def is_warm(self) -> bool:
        """Whether it can be forked from a process that has imported everything."""
        return not self.is_real and can_hold()

    def words(self) -> list[str]:
        """Return the arguments of the light driver."""
        return [str(self.inbox), str(self.home), *self.options]

    def command(self) -> list[str]:
        """Return the command line."""
        if self.is_real:
            return [*REAL, "--inbox", str(self.inbox), "--home", str(self.home)]
        return [*LIGHT, *self.words()]

    def start(self, before: Sequence[str] = ()) -> Process:
        """Start a run as the leader of a process group."""
        if not before and self.is_warm:
            return _nursery().start(self.words())
        return subprocess.Popen(
            [*before, *self.command()],
            env=_environment(),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, before: Sequence[str] = ()) -> Ended:
        """Run to the end."""
        began = time.monotonic()
        process = self.start(before)
        output, _ = process.communicate(timeout=PATIENCE)
        return Ended(process.wait(), output, time.monotonic() - began)

    def traced(self, strace: Sequence[str]) -> Ended:
        """Run to the end under strace."""
        if not self.is_warm:
            return self.run(strace)
        began = time.monotonic()
        process = _nursery().traced(self.words(), strace)
        output, _ = process.communicate()
        return Ended(process.wait(), output, time.monotonic() - began)

    def killed_after(self, seconds: float) -> Ended:
        """Run, and kill the whole group after a while."""
        began = time.monotonic()
        process = self.start()
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            end_group(process)
            output, _ = process.communicate(timeout=PATIENCE)
        return Ended(process.wait(), output, time.monotonic() - began)

    def injected(self, calls: str, fault: str, log: Path) -> Ended:
        """Run under strace, which makes one system call after another fail, or kill."""
        log.unlink(missing_ok=True)
        before = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}"]
        if "KILL" in fault:
            # Not into the parser: killed at the same place twice, it takes the file for the cause.
            before += ["-b", "execve"]
        ended = self.traced([*before, "-e", f"inject={calls}:{fault}"])
        told = log.read_text(errors="replace") if log.exists() else ""
        # A signal is not marked, an error is.
        hit = "INJECTED" in told or "killed by SIGKILL" in told
        return Ended(ended.code, ended.output, ended.seconds, hit)

    def differences(self, truth: Truth) -> list[str]:
        """List what is not as the undisturbed run left it."""
        found = observe(self)
        wrong = [
            f"{name} holds {found.tables.get(name)}, not {wanted}"
            for name, wanted in truth.tables.items()
            if found.tables.get(name) != wanted
        ]
        if found.quarantine != truth.quarantine:
            wrong.append("the quarantine differs")
        if found.published != truth.published:
            wrong.append("the published numbers differ")
        return wrong


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
    return kept | {"HEARD_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(REPOSITORY)}


def _nursery() -> Nursery:
    return nursery(tuple(sorted(_environment().items())), REPOSITORY)


def end_group(process: Process, with_signal: int = signal.SIGKILL) -> None:
    """Send a signal to a process and everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, with_signal)


def is_alive(group: int) -> bool:
    """Whether any process of a group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def observe(target: Target, seconds: float = 0.0) -> Truth:
    """Read what a finished run left."""
    schemas = ("raw", "marts")
    with duckdb.connect(str(target.home / "warehouse.duckdb"), read_only=True) as connection:
        tables = table_checksums(connection, schemas)
    with duckdb.connect(str(target.home / "published" / "heard.duckdb"), read_only=True) as public:
        # Which release a row belongs to, and when its check was measured, is no part of a number.
        names = public.execute(
            "select table_name from duckdb_tables() where table_name not in ('release', 'incident',"
            " 'restated_figure', 'quality_result') order by all"
        ).fetchall()
        published = {
            name: str(
                public.execute(
                    f"select count(*), sum(hash(columns(* exclude (release_id)))::hugeint)"
                    f" from published.{name}"
                ).fetchone()
            )
            for (name,) in names
        }
    return Truth(tables, _files(target.home / "quarantine"), published, seconds)


def unreadable(target: Target) -> list[str]:
    """List what a reader would trip over right now: it sees one whole release, or none yet."""
    path = target.home / "published" / "heard.duckdb"
    if not path.exists():
        return []
    try:
        releases = releases_of(path)
    except (duckdb.Error, RuntimeError) as error:
        return [f"published cannot be read: {type(error).__name__}"]
    return [] if len(releases) == 1 else [f"published is torn between {sorted(releases)}"]


def violations(target: Target, truth: Truth) -> list[str]:
    """Run once more, undisturbed, and list everything that is not as if nothing had happened."""
    target.options = ()
    ended = target.run()
    if ended.code != 0:
        return [f"the recovery run ended with {ended.code}: {ended.output[-400:]}"]
    wrong = target.differences(truth)
    wrong += [f"stray {path}" for path in strays(target.home)]
    wrong += [f"{damage.rule} {damage.path}" for damage in verify(target.home).damages]
    return wrong + unbalanced(target.home) + torn(target.home / "published")


def strays(home: Path) -> list[str]:
    """List what no finished run may leave."""
    found = []
    for path in home.rglob("*"):
        relative = path.relative_to(home)
        if relative.parts[0] in FOREIGN:
            continue
        in_scratch = relative.parts[0] == "tmp" and relative.parts[1:] not in ((), ("warehouse",))
        is_log = ".wal" in path.suffixes or path.suffix == ".part"
        if path.name.startswith(".") or is_log or in_scratch:
            found.append(str(relative))
    return found


def unbalanced(home: Path) -> list[str]:
    """List raw tables whose rows are not those that the ledger counted: lost or doubled."""
    wrong = []
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.execute(
            "select raw_table, sum(rows_in), sum(rows_loaded),"
            " sum(rows_loaded + rows_quarantined + rows_duplicate + rows_erased)"
            " from ledger.delivery_tables group by all"
        ).fetchall()
        for table, rows_in, loaded, explained in counted:
            there = connection.execute(f"select count(*) from raw.{table}").fetchone()
            if there != (loaded,):
                wrong.append(f"{table}: {there} rows where the ledger loaded {loaded}")
            if rows_in != explained:
                wrong.append(f"{table}: {rows_in} rows in, {explained} explained")
    return wrong


def torn(folder: Path) -> list[str]:
    """List what shows that a publication was not one step."""
    manifest = re.search(r'"release_id": "([^"]+)"', (folder / "manifest.json").read_text())
    releases = {manifest.group(1) if manifest else ""}
    releases |= releases_of(folder / "heard.duckdb")
    with duckdb.connect() as connection:
        for path in (folder / "parquet").glob("*.parquet"):
            rows = connection.execute(f"select distinct release_id from '{path}'").fetchall()
            releases |= {row[0] for row in rows}
    return [] if len(releases) == 1 else [f"published is torn between {sorted(releases)}"]


def releases_of(path: Path) -> set[str]:
    """Return the releases that the tables of a published database belong to."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        return {
            row[0]
            for (table,) in tables
            for row in connection.execute(
                f"select distinct release_id from published.{table}"
            ).fetchall()
        }


def moments(seed: int, count: int) -> list[float]:
    """Return moments to strike at, as parts of a run; some lie after its end."""
    chance = random.Random(seed)  # noqa: S311
    return [chance.uniform(0.1, 1.1) for _ in range(count)]


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
