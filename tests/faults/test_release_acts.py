"""A plug pulled while people publish or withdraw: readers see one release, and the record says so.

Each trial kills the command at one of its system calls, looks at what readers see, and gives the
command again.
"""

import itertools
import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.instance import sole_run
from orchestration.preflight import BALLAST
from orchestration.reaper import reap
from orchestration.releases.actions import record_release, standings
from orchestration.releases.ledger import append, open_ledger
from orchestration.releases.settings import SETTINGS_FILE, read_release_settings
from orchestration.releases.snapshot import put_before_readers, take_down
from orchestration.releases.states import State
from orchestration.reporting import release_files
from orchestration.verification import verify
from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import Target, Truth, releases_of, strays, torn, unreadable
from tests.faults.inputs import arrivals, deliver
from tests.faults.tracing import counts_of

pytestmark = pytest.mark.usefixtures("tracer")

CALLS = ("rename", "renameat2", "unlink", "fsync", "pwrite64", "write", "sendfile")
SEED = 20261123
NOTHING = Truth({}, {}, {}, 0.0)


@dataclass(frozen=True)
class Way:
    """A command, where it begins, and which of two releases readers see before and after it."""

    name: str
    scene: Scene
    before: str
    after: str
    state: State
    place: tuple[str, int]

    def new(self, folder: Path) -> Target:
        """A target that gives the command."""
        return self.scene.new(folder, "--act", self.name)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Way]:
    """One release before readers and one that was approved; and the second before them, too."""
    folder = tmp_path_factory.mktemp("approved")
    deliver(folder / "inbox", arrivals()[:1])
    target = Target(folder / "inbox", folder / "home")
    home = target.home
    assert target.run().code == 0
    record_release(home, read_release_settings(home), {})
    # Releases are named by the second.
    time.sleep(1)
    assert target.run().code == 0
    (home / SETTINGS_FILE).write_text("{release: approval, approvers: 1}")
    shutil.copytree(home / "published", home / "candidate" / "published")
    first, second = *standings(home), enter(home)
    put_before_readers(home, standings(home)[first])
    (home / BALLAST).unlink(missing_ok=True)
    shown = tmp_path_factory.mktemp("shown")
    shutil.copytree(folder, shown, dirs_exist_ok=True)
    put_before_readers(shown / "home", standings(home)[second])
    with open_ledger(shown / "home") as ledger:
        append(ledger, second, "published", "Jo")
    approved, published = (Scene(place.name, place, NOTHING) for place in (folder, shown))
    return {
        "publish": Way("publish", approved, first, second, State.PUBLISHED, ("rename", 2)),
        "withdraw": Way("withdraw", published, second, first, State.WITHDRAWN, ("rename", 3)),
    }


def enter(home: Path) -> str:
    """Enter the candidate as made, checked and approved; return its name."""
    record_release(home, read_release_settings(home), {})
    name = list(standings(home))[-1]
    with open_ledger(home) as ledger:
        append(ledger, name, "checked", "Jo")
        append(ledger, name, "approved", "Jo")
    return name


def seen(home: Path) -> str:
    """The release that readers see."""
    (name,) = releases_of(home / "published" / "heard.duckdb")
    return name


def judge(way: Way, target: Target) -> list[str]:
    """Look at what readers see, give the command again, and list all that is not right."""
    wrong = unreadable(target)
    if seen(target.home) not in (way.before, way.after):
        wrong.append("readers see another release")
    again = target.run()
    state = list(standings(target.home).values())[-1].state
    # Killed behind its entry, it cannot be given again: it has happened.
    if again.code != 0 and state is not way.state:
        wrong.append(f"given again it ended with {again.code}: {again.output[-400:]}")
    if (seen(target.home), state) != (way.after, way.state):
        wrong.append(f"readers see {seen(target.home)}, and the record says {state}")
    wrong += [f"stray {path}" for path in strays(target.home)]
    wrong += [f"{damage.rule} {damage.path}" for damage in verify(target.home).damages]
    return wrong + torn(target.home / "published")


@pytest.mark.parametrize("name", ["publish", "withdraw"])
def test_a_release_is_published_or_withdrawn_whole_wherever_the_command_was_killed(
    ways: dict[str, Way], tmp_path: Path, name: str
) -> None:
    way = ways[name]
    counts = counts_of(CALLS, way.new(tmp_path), tmp_path / "counts")
    rest = [(call, n) for call, most in counts.items() for n in range(1, most + 1)]
    random.Random(SEED).shuffle(rest)  # noqa: S311
    order = itertools.chain([way.place], itertools.cycle(rest))
    for call, when in itertools.islice(order, trials(1, 0.1)):
        target = way.new(tmp_path)
        ended = target.injected(call, f"signal=KILL:when={when}", tmp_path / "log")
        tried(f"kill heard release {name}", ended.injected)
        assert judge(way, target) == [], f"{name}, killed at {call} {when}"


def test_nobody_publishes_while_a_run_is_at_work(ways: dict[str, Way], tmp_path: Path) -> None:
    # A run clears the drafts of what is published when it starts.
    target = ways["publish"].new(tmp_path)
    with sole_run(target.home):
        ended = target.run()
    assert (ended.code, seen(target.home)) == (75, ways["publish"].before), ended.output


def test_what_was_decided_and_taken_down_does_not_come_back(
    ways: dict[str, Way], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ways["publish"].new(tmp_path).home

    def pull(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(release_files, "finish", pull)
        put_before_readers(home, standings(home)[ways["publish"].after])
    assert release_files.is_unfinished(home / "published")
    take_down(home)
    reap(home)
    assert list((home / "published").iterdir()) == []
