"""Plugs pulled, disks full, two at once: after the next run it is as if nothing had happened.

Each trial disturbs a run from outside, looks at what readers see meanwhile, runs once more, and
compares everything with a run that nobody disturbed: rows, quarantine, published numbers, strays,
and every file's hash.
"""

import itertools
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import end_group, is_alive, moments, unreadable, violations
from tests.faults.tracing import counts_of

WRITING = ("pwrite64", "write", "fsync", "rename", "renameat2", "link", "unlink", "ftruncate")
# Those that decide what outlives a power cut.
LASTING = ("pwrite64", "fsync", "rename", "unlink")
KILLING = "signal=KILL:when={}"
SEED = 20261122

Scenes = Iterator[Scene]


def test_a_run_killed_at_any_moment_is_mended_by_the_next(scenes: Scenes, tmp_path: Path) -> None:
    chances = moments(SEED, trials(4))
    for scene, chance in zip(scenes, chances, strict=False):
        target = scene.new(tmp_path)
        ended = target.killed_after(chance * scene.truth.seconds)
        tried("kill", ended.code != 0)
        what = f"{scene.name}, killed at {chance:.3f} of a run"
        assert unreadable(target) + violations(target, scene.truth) == [], what


def test_a_run_killed_without_its_parser_is_mended_by_the_next(
    scenes: Scenes, tmp_path: Path
) -> None:
    # As the kernel does for lack of memory: it kills one process, and the parser dies of that.
    for chance in moments(SEED + 1, trials(1, 0.2)):
        scene = next(scenes)
        target = scene.new(tmp_path)
        process = target.start()
        time.sleep(chance * scene.truth.seconds)
        process.send_signal(signal.SIGKILL)
        tried("kill the run alone", process.wait() != 0)
        what = f"{scene.name}, killed alone at {chance:.3f} of a run"
        assert unreadable(target) + violations(target, scene.truth) == [], what


def test_three_kills_in_a_row_are_mended_by_the_next_run(scenes: Scenes, tmp_path: Path) -> None:
    for number in range(trials(1, 0.1)):
        scene = next(scenes)
        target = scene.new(tmp_path)
        for chance in moments(SEED + number, 3):
            target.killed_after(chance * scene.truth.seconds)
        tried("storm")
        assert unreadable(target) + violations(target, scene.truth) == []


@pytest.mark.usefixtures("tracer")
def test_a_run_killed_at_any_system_call_is_mended_by_the_next(
    fresh: Scene, later: Scene, tmp_path: Path
) -> None:
    # The first writes make the warehouse: a file killed at birth can never be opened again.
    places = [(fresh, "pwrite64", 1), (fresh, "pwrite64", 3)]
    rest = []
    for scene in (fresh, later):
        counts = counts_of(WRITING, scene.new(tmp_path), tmp_path / "counts")
        rest += [(scene, call, n) for call, most in counts.items() for n in range(1, most + 1)]
    random.Random(SEED).shuffle(rest)  # noqa: S311
    for scene, call, when in itertools.islice(itertools.cycle(places + rest), trials(6)):
        target = scene.new(tmp_path)
        ended = target.injected(call, KILLING.format(when), tmp_path / "log")
        tried("kill at a system call", ended.injected)
        what = f"{scene.name}, killed at {call} {when}"
        assert unreadable(target) + violations(target, scene.truth) == [], what


@pytest.mark.usefixtures("tracer")
def test_three_kills_in_a_row_at_system_calls_are_mended_by_the_next_run(
    fresh: Scene, later: Scene, tmp_path: Path
) -> None:
    # What one killed run left is there for the next to be killed on, at the same place if need be:
    # DuckDB's log, its checkpoint, a release that is decided.
    chance = random.Random(SEED)  # noqa: S311
    counts = counts_of(LASTING, later.new(tmp_path), tmp_path / "counts")
    for scene in itertools.islice(itertools.cycle((later, fresh)), trials(1, 0.2)):
        target = scene.new(tmp_path)
        calls = [chance.choice(LASTING) for _ in range(3)]
        places = [(call, chance.randint(1, max(counts[call], 1))) for call in calls]
        struck = [
            target.injected(call, KILLING.format(when), tmp_path / "log").injected
            for call, when in places
        ]
        tried("storm at system calls", any(struck))
        what = f"{scene.name}, killed at {places}"
        assert unreadable(target) + violations(target, scene.truth) == [], what


@pytest.mark.usefixtures("tracer")
@pytest.mark.parametrize(
    ("name", "calls", "fault"),
    [
        ("disk full", "pwrite64,write,ftruncate,fallocate", "error=ENOSPC:when={}+"),
        ("failing fsync", "fsync", "error=EIO:when={}"),
    ],
)
def test_a_failing_disk_is_told_and_mended_by_the_next_run(
    scenes: Scenes, tmp_path: Path, name: str, calls: str, fault: str
) -> None:
    scene = next(scenes)
    most = max(counts_of(calls.split(","), scene.new(tmp_path), tmp_path / "counts").values())
    chance = random.Random(SEED)  # noqa: S311
    for when in (chance.randint(1, most) for _ in range(trials(2, 0.4))):
        target = scene.new(tmp_path)
        ended = target.injected(calls, fault.format(when), tmp_path / "log")
        tried(name, ended.injected)
        what = f"{calls} failed at {when}: {ended.output[-300:]}"
        assert unreadable(target) == [], what
        if ended.code == 0:
            # A checkpoint put off is no loss; then all must be there without another run.
            assert target.differences(scene.truth) == [], what
        assert violations(target, scene.truth) == [], what


def test_two_runs_at_once_give_one_result(scenes: Scenes, tmp_path: Path) -> None:
    for _ in range(trials(1, 0.1)):
        scene = next(scenes)
        target = scene.new(tmp_path)
        both = [target.start(), target.start()]
        codes = sorted(process.wait(timeout=120) for process in both)
        tried("twice", 75 in codes)
        assert codes in ([0, 0], [0, 75])
        assert violations(target, scene.truth) == []


def test_a_run_asked_to_stop_ends_within_ten_seconds_and_leaves_no_orphan(
    scenes: Scenes, tmp_path: Path
) -> None:
    for chance in moments(SEED, trials(2, 0.1)):
        scene = next(scenes)
        target = scene.new(tmp_path)
        process = target.start()
        time.sleep(chance * scene.truth.seconds)
        process.send_signal(signal.SIGTERM)
        try:
            output, _ = process.communicate(timeout=10)
            orphaned = is_alive(process.pid)
        finally:
            end_group(process)
        tried("term", process.returncode != 0)
        assert process.returncode in (0, 143, -signal.SIGTERM), output
        assert not orphaned
        assert unreadable(target) + violations(target, scene.truth) == []
