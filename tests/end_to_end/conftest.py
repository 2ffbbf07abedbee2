"""One synthetic site, built once by the real command, for all tests that only look at it."""

import pytest

from tests.support.command import Site, heard, heard_run


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two authorities of 900 children over three years, published."""
    folder = tmp_path_factory.mktemp("site")
    made = Site(inbox=folder / "inbox", home=folder / "home")
    sizes = ("--authorities", "2", "--children", "900", "--years", "3", "--seed", "11")
    done = heard("generate", "--out", str(made.inbox), *sizes, "--as-of", "2026-06-30")
    assert done.returncode == 0, done.stderr
    assert heard_run(made)["status"] == "published"
    return made
