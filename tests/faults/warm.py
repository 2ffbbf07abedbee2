"""Start the light driver without its second of imports: forked from a process that has made them.

A kill is as real as ever: from outside, of a process group of its own, or by strace, which takes
hold of it before its first act. What is gone is the time in which a kill could hit nothing but
Python's own start.

Belongs here: forking, and telling how a fork ended. Does not belong here: what is done to it.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_POLL_SECONDS = 0.002
# What the driver imports when it comes to it.
_NEEDED = (
    "orchestration.ingestion.answers",
    "orchestration.ingestion.run",
    "orchestration.ingestion.writing",
    "orchestration.mappings.models",
    "orchestration.quotes.standing",
    "orchestration.reporting.release",
)


class WarmProcess:
    """A fork of the warm driver; it has what we use of ``subprocess.Popen``."""

    def __init__(self, nursery: "Nursery", pid: int, told: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery, self._told = nursery, told
        # The nursery leaves it unreaped until we ask, so the number is still its own.
        self._handle = os.pidfd_open(pid)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends; return how.

        Raises:
            subprocess.TimeoutExpired: It has not ended by then.
        """
        if self.returncode is None:
            ready, _, _ = select.select([self._handle], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            os.close(self._handle)
            self.returncode = self._nursery.ask({"reap": self.pid})
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Wait until it ends; return what it wrote.

        Raises:
            subprocess.TimeoutExpired: It has not ended by then.
        """
        self.wait(timeout)
        told = self._told.read_text(errors="replace") if self._told.exists() else ""
        self._told.unlink(missing_ok=True)
        return told, None

    def poll(self) -> int | None:
        """Return how it ended; None while it has not."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


class Nursery:
    """The process that has imported everything and forks one driver after another."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.warm"],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._scratch = tempfile.TemporaryDirectory(prefix="warm-")
        self._started = 0

    def start(self, words: Sequence[str], is_held: bool = False) -> WarmProcess:
        """Fork a driver with these arguments; one that is held stops before it does anything."""
        self._started += 1
        told = Path(self._scratch.name) / f"{self._started}.txt"
        pid = self.ask({"words": list(words), "told": str(told), "held": is_held})
        return WarmProcess(self, pid, told)

    def traced(self, words: Sequence[str], strace: Sequence[str]) -> WarmProcess:
        """Fork a driver and let it go when strace has hold of it."""
        process = self.start(words, is_held=True)
        _wait_for(process.pid, "State", "T")
        tracer = subprocess.Popen(
            [*strace, "-p", str(process.pid)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        _wait_for(process.pid, "TracerPid", str(tracer.pid))
        process.send_signal(signal.SIGCONT)
        process.wait()
        # It has written its log when it is gone.
        tracer.wait()
        return process

    def ask(self, request: Mapping[str, object]) -> int:
        """Ask, and return the one number of the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@cache
def nursery(environment: tuple[tuple[str, str], ...], folder: Path) -> Nursery:
    """The one nursery of this process; it ends when its standard input does."""
    return Nursery(dict(environment), folder)


def can_hold() -> bool:
    """Whether this system can wait for processes that are not our children."""
    return hasattr(os, "pidfd_open")


def _wait_for(pid: int, name: str, wanted: str) -> None:
    while True:
        status = Path(f"/proc/{pid}/status").read_text()
        found = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        if found.split()[1] == wanted:
            return
        time.sleep(_POLL_SECONDS)


def main() -> None:
    """Import all that the driver ever needs, then fork on request until nobody asks any more."""
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    from tests.faults import driver

    for name in _NEEDED:
        import_module(name)

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        if "reap" in request:
            _, status = os.waitpid(request["reap"], 0)
            number = os.waitstatus_to_exitcode(status)
        else:
            number = os.fork()
            if number == 0:
                _become(driver.main, request)
        answers.write(f"{number}\n")
        answers.flush()


def _become(run: Callable[[], None], request: Mapping[str, Any]) -> None:
    """Be a driver: alone in a group, with its own output, as one that was started by name."""
    os.setsid()
    told = os.open(request["told"], os.O_WRONLY | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(number, stream)
    os.closerange(3, 64)
    sys.argv[1:] = request["words"]
    if request["held"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    code = 1
    try:
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
        if isinstance(ended.code, str):
            sys.stderr.write(ended.code)
    except BaseException:
        # As Python itself ends; nothing of ours comes after it.
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
