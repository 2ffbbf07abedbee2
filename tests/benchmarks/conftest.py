"""A demo-sized site for the benchmarks."""

import pytest

from tests.support.command import Site, heard, heard_run


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One authority of 5,000 children over five years, published once."""
    folder = tmp_path_factory.mktemp("demo")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    heard("generate", "--out", str(site.inbox), "--seed", "1", "--as-of", "2026-09-30")
    heard_run(site)
    return site
