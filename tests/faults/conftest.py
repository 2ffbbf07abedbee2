"""How many trials, where each begins, and the table at the end.

A short run belongs to every change; ``HEARD_FAULT_TRIALS=500`` asks for the long one.
"""

import itertools
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.preflight import BALLAST
from tests.faults.harness import Target, Truth, observe
from tests.faults.inputs import arrivals, deliver
from tests.faults.tracing import can_trace
from tests.support.command import heard

TRIALS = int(os.environ.get("HEARD_FAULT_TRIALS") or 0)
# The first deliveries of the later scene; the others arrive when the run is disturbed.
EARLIER = 3
CHILDREN = ("--authorities", "1", "--children", "80", "--years", "2", "--seed", "5")
_tried: Counter[str] = Counter()
_struck: Counter[str] = Counter()
_numbers = itertools.count()


@dataclass(frozen=True)
class Scene:
    """Where a trial begins, and what it must end with."""

    name: str
    template: Path
    truth: Truth
    is_real: bool = False

    def new(self, folder: Path, *options: str) -> Target:
        """Return a target of its own at the beginning; the ones before it are done with."""
        for done in folder.glob("trial-*"):
            shutil.rmtree(done)
        place = folder / f"trial-{self.name}-{next(_numbers)}"
        shutil.copytree(self.template, place)
        return Target(place / "inbox", place / "home", self.is_real, options)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many trials there were, and how many of them struck before the run was over."""
    for fault, count in sorted(_tried.items()):
        told = f"faults: {fault:<24} {count:>4} trials, {_struck[fault]:>4} struck"
        terminalreporter.write_line(told)


def tried(fault: str, struck: bool = True) -> None:
    """Count one trial."""
    _tried[fault] += 1
    _struck[fault] += int(struck)


def trials(short: int, share: float = 1.0) -> int:
    """Return how often to try: a few, or this share of the long run."""
    return max(short, round(TRIALS * share))


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Deliveries, and no home folder yet."""
    folder = tmp_path_factory.mktemp("fresh")
    deliver(folder / "inbox", arrivals())
    return _scene("fresh", folder, tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A release is out, and more deliveries have come: one of them restates a year."""
    folder = tmp_path_factory.mktemp("later")
    deliver(folder / "inbox", arrivals()[:EARLIER])
    before = Target(folder / "inbox", folder / "home").run()
    assert before.code == 0, before.output
    deliver(folder / "inbox", arrivals()[EARLIER:])
    return _scene("later", folder, tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A small synthetic authority, published, and what that looks like."""
    folder = tmp_path_factory.mktemp("published")
    made = heard("generate", "--out", str(folder / "inbox"), *CHILDREN, "--as-of", "2026-06-30")
    assert made.returncode == 0, made.stderr
    target = Target(folder / "inbox", folder / "home", is_real=True)
    ended = target.run()
    assert ended.code == 0, ended.output
    (target.home / BALLAST).unlink(missing_ok=True)
    return Scene("published", folder, observe(target, ended.seconds), is_real=True)


@pytest.fixture
def scenes(fresh: Scene, later: Scene) -> "itertools.cycle[Scene]":
    """Both beginnings, in turn."""
    return itertools.cycle((later, fresh))


@pytest.fixture
def tracer() -> None:
    """Leave the test out by name where strace is not at hand."""
    if not can_trace():
        pytest.skip("strace is not here or may not trace: apt install strace")


def _scene(name: str, template: Path, scratch: Path) -> Scene:
    # Sixty-four megabytes of nothing need not be copied for each trial.
    (template / "home" / BALLAST).unlink(missing_ok=True)
    shutil.copytree(template, scratch / "copy")
    target = Target(scratch / "copy" / "inbox", scratch / "copy" / "home")
    ended = target.run()
    assert ended.code == 0, ended.output
    return Scene(name, template, observe(target, ended.seconds))
