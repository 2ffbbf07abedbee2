"""Figures as they were known on a past day can be made again, whatever arrived since."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.support.command import Site, heard, heard_run

AS_OF = "2026-06-30"


def figures(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """Every published table but the release's own, without the release that it belongs to."""
    with duckdb.connect(str(site.published), read_only=True) as con:
        names = [
            name
            for (name,) in con.execute(
                "select table_name from information_schema.tables"
                " where table_schema = 'published' and table_name <> 'release'"
            ).fetchall()
        ]
        return {
            name: con.execute(
                f"select * exclude (release_id) from published.{name} order by all"
            ).fetchall()
            for name in names
        }


def written(home: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file of a home folder, but the lock that says who uses it."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in home.rglob("*")
        if path.is_file() and path.name != "run.lock"
    }


def restate(site: Site) -> None:
    """Deliver the same day's extract again, with half of the visits gone."""
    folder = next(site.inbox.glob(f"330/ssd/{AS_OF}"))
    path = folder / "ssd_cin_visits.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]))
    later = datetime.now(UTC).timestamp()
    for each in folder.iterdir():
        os.utime(each, (later, later))


@pytest.fixture(scope="module")
def restated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str, dict[str, object]]:
    """A site that published, then got a restatement; the moment between; what was said before."""
    folder = tmp_path_factory.mktemp("restated")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    sizes = ("--children", "150", "--years", "2", "--seed", "3", "--as-of", AS_OF)
    assert heard("generate", "--out", str(site.inbox), *sizes).returncode == 0
    heard_run(site)
    before = figures(site)
    between = datetime.now(UTC).isoformat()
    time.sleep(1.1)
    restate(site)
    heard_run(site)
    assert figures(site)["indicator_value"] != before["indicator_value"]
    return site, between, dict(before)


def test_figures_as_known_before_a_restatement_are_those_published_then(
    restated: tuple[Site, str, dict[str, object]], tmp_path: Path
) -> None:
    site, between, before = restated
    untouched = written(site.home)
    out = tmp_path / "then"
    done = heard("rebuild", "--known-on", between, "--out", str(out), "--json", site=site)
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["deliveries_since"]) == ("published", 1)
    then = figures(Site(inbox=out / "inbox", home=out))
    assert then.keys() == before.keys()
    assert {name for name in then if then[name] != before[name]} == set()
    assert written(site.home) == untouched


def test_a_folder_that_holds_something_is_never_written_to(
    restated: tuple[Site, str, dict[str, object]], tmp_path: Path
) -> None:
    site, between, _ = restated
    (tmp_path / "mine.txt").write_text("mine")
    done = heard("rebuild", "--known-on", between, "--out", str(tmp_path), site=site)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("known_on", "said"),
    [("2001-01-01", "nothing had arrived by 2001-01-01 23:59"), ("soon", "is a day such as")],
)
def test_a_day_on_which_nothing_was_known_is_refused(
    restated: tuple[Site, str, dict[str, object]], tmp_path: Path, known_on: str, said: str
) -> None:
    site, _, _ = restated
    out = tmp_path / "then"
    done = heard("rebuild", "--known-on", known_on, "--out", str(out), site=site)
    assert done.returncode == 1
    assert said in done.stderr
    assert not out.exists()
