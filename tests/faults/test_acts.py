"""A plug pulled in the middle of a command that changes what is there: it has happened, or not.

Each trial kills the command at one of its system calls, runs as the next night does, looks, and
gives the command again. Whoever was erased stays erased, and a key is the key of everything.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orchestration.ingestion.warehouse import open_warehouse
from orchestration.preflight import BALLAST
from orchestration.privacy.key_files import read_key_file
from orchestration.privacy.keys import key_id
from orchestration.rotating import read_log
from orchestration.verification import verify
from tests.faults.acts import PERSON
from tests.faults.conftest import TRIALS, Scene, trials, tried
from tests.faults.harness import (
    Target,
    Truth,
    observe,
    strays,
    torn,
    unbalanced,
    unreadable,
)
from tests.faults.inputs import PERSONS, REVIEWS, Arrival, deliver, reviews
from tests.faults.tracing import counts_of

pytestmark = pytest.mark.usefixtures("tracer")

CALLS = ("rename", "renameat2", "unlink", "fsync", "pwrite64", "write")
SEED = 20261123
WORDS = "Words of long ago that the faults look for"
SAID = (
    "expression_id,person_id,voice_owner,voice_kind,expressed_on,capture_method,directness,text\n"
    f"X1,C1,child,as_information,2019-05-01,statement,verbatim,{WORDS}\n"
)
YOUNG = "X2,C1,child,as_information,2026-05-01,statement,verbatim,Not so long ago\n"
KEY_FILE = ("keys", "heard.keys")
FIRST_KEY = b"\x11" * 32
# Where they begin to matter: the first renames and removals.
PLACES = {
    "erase": ("rename", 4),
    "expire": ("unlink", 6),
    "rebuild": ("rename", 3),
    "rotate": ("rename", 1),
}


@dataclass(frozen=True)
class Act:
    """A command, where it begins, and what there is before and after it."""

    name: str
    scene: Scene
    after: Truth
    gone: tuple[bytes, ...] = ()

    def new(self, folder: Path) -> Target:
        """A target that gives the command, with keys of its own."""
        return given(self.scene.new(folder), self.name)


def given(target: Target, act: str = "") -> Target:
    """The target with its file of keys, and with a command in the run's place."""
    keys = target.inbox.parent.joinpath(*KEY_FILE)
    target.options = ("--keys", str(keys), *(("--act", act) if act else ()))
    return target


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A release is out; a child is in two sources; some words and a delivery are past time."""
    folder = tmp_path_factory.mktemp("settled")
    both = f"{PERSON},01/02/2010,05/05/2026,PN1\n"
    year = REVIEWS + both + "C1,01/02/2010,05/05/2026,PN1\nC2,x,05/05/2026,PN1\n"
    people = f"{PERSONS}{PERSON},F,2010-02-01\nC1,F,2010-02-01\n"
    arrivals = (
        Arrival("330/ssda903/2018-03-31", (("reviews.csv", reviews(0, 9, "PN1")),), 0),
        Arrival("330/ssda903/2026-03-31", (("reviews.csv", year),), 1),
        Arrival("330/ssd/2026-09-30", (("ssd_person.csv", people),), 2),
        Arrival("330/voice_extension/2026-06-30", (("vx_expression.csv", SAID),), 3),
        Arrival("330/voice_extension/2026-07-31", (("vx_expression.csv", SAID + YOUNG),), 4),
    )
    deliver(folder / "inbox", arrivals)
    keys = folder.joinpath(*KEY_FILE)
    keys.parent.mkdir()
    keys.write_text(FIRST_KEY.hex())
    keys.chmod(0o400)
    target = given(Target(folder / "inbox", folder / "home"))
    ended = target.run()
    assert ended.code == 0, ended.output
    (target.home / BALLAST).unlink(missing_ok=True)
    return Scene("settled", folder, observe(target, ended.seconds))


def made(scene: Scene, name: str, folder: Path) -> Act:
    """The act as it ends when nobody disturbs it."""
    act = Act(name, scene, scene.truth)
    target = act.new(folder)
    ended = target.run()
    assert ended.code == 0, ended.output
    gone: tuple[bytes, ...] = ()
    if name == "erase":
        gone = (PERSON.encode(), *pseudonyms_lost(scene, target))
        assert whole(target) == []
        assert found_of(target.home, gone) == []
    if name == "expire":
        gone = (WORDS.encode(),)
        assert found_of(scene.template / "home", gone) != []
        assert found_of(target.home, gone) == []
    return Act(name, scene, observe(target), gone)


def pseudonyms_lost(scene: Scene, target: Target) -> list[bytes]:
    """The pseudonyms that the warehouse held before and does not hold now."""
    names = []
    for home in (scene.template / "home", target.home):
        with open_warehouse(home, read_only=True) as connection:
            names.append(
                set(connection.execute("select pers_person_id from raw.ssd_person").fetchall())
            )
    lost = [name.encode() for (name,) in names[0] - names[1]]
    assert len(lost) == 1
    return lost


def found_of(home: Path, texts: tuple[bytes, ...]) -> list[str]:
    """List the files that hold one of the texts."""
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(text in path.read_bytes() for text in texts)
    ]


def whole(target: Target) -> list[str]:
    """List everything in a home folder that is not as a finished command leaves it."""
    wrong = [f"stray {path}" for path in strays(target.home)]
    wrong += [f"{damage.rule} {damage.path}" for damage in verify(target.home).damages]
    return wrong + unbalanced(target.home) + torn(target.home / "published") + one_key(target)


def one_key(target: Target) -> list[str]:
    """List what shows that the file of keys and the home folder differ, or a half-made key."""
    path = target.inbox.parent.joinpath(*KEY_FILE)
    wrong = [f"key file {found.name}" for found in path.parent.iterdir() if found != path]
    with open_warehouse(target.home, read_only=True) as connection:
        held = connection.execute("select key_id from ledger.keys").fetchall()
    name = key_id(read_key_file(path).pseudonyms)
    if held != [(name,)]:
        wrong.append("the warehouse is of another key")
    told = [entry["new_key_id"] for entry in read_log(target.home)]
    if told != ([] if name == key_id(FIRST_KEY) else [name]):
        wrong.append(f"{len(told)} rotations are on record")
    return wrong


def is_same(found: Truth, truth: Truth) -> bool:
    """Whether all is as it was found once."""
    return replace(found, seconds=truth.seconds) == truth


def judge(act: Act, target: Target) -> list[str]:
    """Let a night pass and look, give the command again, and list all that is not right."""
    wrong = unreadable(target)
    ended = given(target).run()
    if ended.code != 0:
        return [*wrong, f"the next run ended with {ended.code}: {ended.output[-400:]}"]
    wrong += whole(target)
    found = observe(target)
    has_happened = is_same(found, act.after)
    if not has_happened and not is_same(found, act.scene.truth):
        wrong.append("it has neither happened nor not")
    if act.name == "rotate" and has_happened:
        return wrong
    again = given(target, act.name).run()
    # Whom nothing holds any more cannot be erased again.
    if again.code != 0 and not (act.name == "erase" and has_happened):
        return [*wrong, f"given again it ended with {again.code}: {again.output[-400:]}"]
    wrong += whole(target) + target.differences(act.after)
    return wrong + [f"{path} holds what went" for path in found_of(target.home, act.gone)]


def places(act: Act, folder: Path) -> Iterator[tuple[str, int]]:
    """Where to kill: one place that matters, then every other in random order."""
    yield PLACES[act.name]
    counts = counts_of(CALLS, act.new(folder), folder / "counts")
    rest = [(call, n) for call, most in counts.items() for n in range(1, most + 1)]
    random.Random(SEED).shuffle(rest)  # noqa: S311
    yield from itertools.cycle(rest)


# The short run tries the one after which somebody must never come back.
@pytest.mark.parametrize("name", sorted(PLACES) if TRIALS else ["erase"])
def test_a_command_killed_at_any_system_call_has_happened_or_not_and_can_be_given_again(
    settled: Scene, tmp_path: Path, name: str
) -> None:
    act = made(settled, name, tmp_path)
    for call, when in itertools.islice(places(act, tmp_path), trials(1, 0.1)):
        target = act.new(tmp_path)
        ended = target.injected(call, f"signal=KILL:when={when}", tmp_path / "log")
        tried(f"kill heard {name}", ended.injected)
        assert judge(act, target) == [], f"{name}, killed at {call} {when}"
