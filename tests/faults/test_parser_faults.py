"""The parser killed at any of its system calls.

Alone it costs nothing; with everything else, as in a power cut, the next run mends it.
"""

import random
import shlex
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import unreadable, violations
from tests.faults.tracing import calls_in

pytestmark = pytest.mark.usefixtures("tracer")

# What it does to files: opening, reading the landed bytes, staging, answering, clearing.
CALLS = ("openat", "read", "pread64", "write", "pwrite64", "ftruncate", "unlink")
SEED = 20261122


def before_parser(folder: Path, how: str, *strace: str) -> str:
    """The words that put strace before the first parser of a run, as one option of the driver."""
    (folder / "mark").unlink(missing_ok=True)
    (folder / "log").unlink(missing_ok=True)
    first = [sys.executable, "-m", "tests.faults.first", str(folder / "mark"), how]
    trace = ["strace", "-f", "-qq", "-o", str(folder / "log"), *strace, "--"]
    return shlex.join([*first, *trace])


def places(scene: Scene, folder: Path) -> list[tuple[str, int]]:
    """Every system call of an undisturbed parser at which it may be killed, in random order."""
    option = before_parser(folder, "alone", "-e", f"trace={','.join(CALLS)}")
    ended = scene.new(folder, "--before-parser", option).run()
    assert ended.code == 0, ended.output
    counts = calls_in(folder / "log", CALLS)
    # Most of what a process reads and opens, it does before its first work: libraries.
    assert counts["write"] > 1, counts
    found = [(call, n) for call, most in counts.items() for n in range(1, most + 1)]
    random.Random(SEED).shuffle(found)  # noqa: S311
    # Those that write are few, and they matter most.
    return sorted(found, key=lambda place: place[0] in ("openat", "read"))


def kill_at(call: str, when: int) -> tuple[str, ...]:
    """What tells strace to kill at the n-th system call of a kind."""
    return "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}"


def test_a_parser_killed_once_at_any_system_call_costs_nothing(
    fresh: Scene, tmp_path: Path
) -> None:
    for call, when in places(fresh, tmp_path)[: trials(2, 0.2)]:
        option = before_parser(tmp_path, "alone", *kill_at(call, when))
        target = fresh.new(tmp_path, "--before-parser", option)
        ended = target.run()
        tried("kill the parser", "SIGKILL" in (tmp_path / "log").read_text(errors="replace"))
        assert ended.code == 0, f"{call} {when}: {ended.output}"
        # Without another run: the same one asked a new parser.
        assert target.differences(fresh.truth) == [], f"{call} {when}"
        assert violations(target, fresh.truth) == [], f"{call} {when}"


def test_everything_killed_while_the_parser_is_at_any_system_call_is_mended_by_the_next_run(
    fresh: Scene, tmp_path: Path
) -> None:
    for call, when in places(fresh, tmp_path)[: trials(2, 0.2)]:
        option = before_parser(tmp_path, "all", *kill_at(call, when))
        target = fresh.new(tmp_path, "--before-parser", option)
        ended = target.run()
        tried("kill all in the parser", ended.code == -9)
        what = f"{call} {when}: {ended.output}"
        assert unreadable(target) + violations(target, fresh.truth) == [], what


def test_the_harness_notices_a_parser_that_is_not_asked_twice(fresh: Scene, tmp_path: Path) -> None:
    option = before_parser(tmp_path, "alone", *kill_at("write", 1))
    target = fresh.new(tmp_path, "--broken", "patience", "--before-parser", option)
    target.run()
    # The file is taken for an attack and stays refused, whatever it holds.
    assert violations(target, fresh.truth) != []
