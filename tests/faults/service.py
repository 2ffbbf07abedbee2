"""The service as its unit starts it, in plain processes: booted, watched and killed.

Belongs here: starting and ending processes, and reading Dagster's runs. Does not belong here: what
must hold afterwards (the tests).
"""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support.command import KEY, REPOSITORY
from tests.support.units import read_unit

# What Python names the process in which Dagster executes a run.
_WORKER = b"multiprocessing.spawn"


@dataclass(frozen=True)
class Run:
    """One run as Dagster remembers it."""

    run_id: str
    status: str
    root: str


@dataclass
class Service:
    """A daemon with folders of its own; `log` is what it prints."""

    inbox: Path
    home: Path
    log: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None)
    _stream: "IO[bytes] | None" = field(default=None)

    @property
    def environment(self) -> dict[str, str]:
        """The unit's environment, with the folders of a test."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
        return kept | {
            "HEARD_INBOX": str(self.inbox),
            "HEARD_HOME": str(self.home),
            "DAGSTER_HOME": str(self.home / "dagster"),
            "HEARD_PSEUDONYM_KEY": KEY,
            "PYTHONPATH": str(REPOSITORY),
            # As under ProtectHome: there is no home of the account, and none can be made.
            "HOME": "/proc/nowhere",
        }

    def boot(self) -> None:
        """Do what the unit does at a start, in its order."""
        unit = read_unit("heard-daemon.service")
        self._stream = self.log.open("ab")
        for command in unit.commands("ExecStartPre"):
            subprocess.run(
                command,
                check=True,
                env=self.environment,
                cwd=REPOSITORY,
                stdout=self._stream,
                stderr=self._stream,
            )
        (start,) = unit.commands("ExecStart")
        self._process = subprocess.Popen(
            start,
            env=self.environment,
            cwd=REPOSITORY,
            stdout=self._stream,
            stderr=self._stream,
            start_new_session=True,
        )

    def kill_run_worker(self) -> int:
        """Kill the process that executes a run, and it alone; return how many there were."""
        workers = [process for process in self.processes() if _WORKER in _read(process, "cmdline")]
        for process in workers:
            os.kill(process, signal.SIGKILL)
        return len(workers)

    def kill_everything(self) -> None:
        """End every process of the service at once, as a power cut or the end of a cgroup does."""
        while processes := self.processes():
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            if self._process is not None:
                self._process.wait()
            time.sleep(0.05)
        if self._stream is not None:
            self._stream.close()

    def processes(self) -> list[int]:
        """Every process that was started for this home folder, however it was started."""
        mark = f"HEARD_HOME={self.home}".encode()
        return [
            int(path.name)
            for path in Path("/proc").glob("[0-9]*")
            if mark in _read(int(path.name), "environ").split(b"\0")
            and b"Z" not in _read(int(path.name), "stat").rpartition(b")")[2][:3]
        ]

    def runs(self) -> list[Run]:
        """The runs of the daemon's memory, the first one first."""
        path = self.home / "dagster" / "history" / "runs.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("select run_id, status, run_body from runs order by id")
            return [
                Run(run_id, status, json.loads(body)["tags"].get("dagster/root_run_id", run_id))
                for run_id, status, body in found.fetchall()
            ]

    def wait_until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for something to hold.

        Raises:
            AssertionError: It does not within the time; with the end of the service's log.
        """
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                told = self.log.read_text(errors="replace")[-1_500:]
                raise AssertionError(f"no {what} within {seconds} s: {self.runs()}\n{told}")
            time.sleep(0.1)


def _read(process: int, name: str) -> bytes:
    """A file of a process; nothing if it has ended or is not ours to ask."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""
