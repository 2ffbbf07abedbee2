"""One synthetic site, built once by the real command, for all tests that only look at it."""

import fcntl

import pytest

from tests.support.command import Site, heard, heard_run


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """Two authorities of 900 children over three years, published; nobody may change it.

    Test processes share it: the first that asks builds it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    folder.mkdir(exist_ok=True)
    made = Site(inbox=folder / "inbox", home=folder / "home")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            _build(made)
            (folder / "built").touch()
    return made


def _build(made: Site) -> None:
    sizes = ("--authorities", "2", "--children", "900", "--years", "3", "--seed", "11")
    done = heard("generate", "--out", str(made.inbox), *sizes, "--as-of", "2026-06-30")
    assert done.returncode == 0, done.stderr
    assert heard_run(made)["status"] == "published"
