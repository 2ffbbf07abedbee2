"""Synthetic sites, built once by the real command, for all tests that only look at them."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import KEY, Site, heard, heard_run
from tests.support.planted import Planted, make_planted


@pytest.fixture(scope="session")
def site(shared: Callable[..., Path]) -> Site:
    """Two authorities of 900 children over three years, published; nobody may change it."""
    return _site(shared("site", lambda folder: _build(_site(folder))))


@pytest.fixture(scope="session")
def planted(shared: Callable[..., Path]) -> Planted:
    """A canary and public returns, published; nobody may change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARD_PSEUDONYM_KEY", KEY)
        return Planted(shared("planted", lambda folder: make_planted(Planted(folder))))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[..., Path]:
    """Makes a folder that test processes share: the first that asks fills it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder = base / name
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "built").exists():
                fill(folder)
                (folder / "built").touch()
        return folder

    return made


def _site(folder: Path) -> Site:
    return Site(inbox=folder / "inbox", home=folder / "home")


def _build(made: Site) -> None:
    sizes = ("--authorities", "2", "--children", "900", "--years", "3", "--seed", "11")
    done = heard("generate", "--out", str(made.inbox), *sizes, "--as-of", "2026-06-30")
    assert done.returncode == 0, done.stderr
    assert heard_run(made)["status"] == "published"
