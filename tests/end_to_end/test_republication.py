"""Another run: readers see one whole release, nothing is done twice, nothing wrong gets out."""

import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.support.command import Site, heard, heard_run
from tests.support.themes import read_some


@dataclass(frozen=True)
class Republished:
    """A site that was published once more, and what readers saw meanwhile: release and rows.

    Before, people had read some words as themes: how many, by authority.
    """

    site: Site
    before: str
    after: str
    seen: list[tuple[str, int]]
    held: bool
    given: dict[str, int]


def _copy(site: Site, folder: Path) -> Site:
    copied = Site(inbox=folder / "inbox", home=folder / "home")
    shutil.copytree(site.inbox, copied.inbox)
    shutil.copytree(site.home, copied.home)
    return copied


@pytest.fixture
def own_site(site: Site, tmp_path: Path) -> Site:
    """A copy of the site that a test may change."""
    return _copy(site, tmp_path)


@pytest.fixture(scope="module")
def republished(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Republished:
    """The site published once more under the eyes of two readers."""
    own_site = _copy(site, tmp_path_factory.mktemp("republished"))
    before = _release(own_site.published)
    given = read_some(own_site.home)
    seen: list[tuple[str, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with duckdb.connect(str(own_site.published), read_only=True) as con:
                seen.extend(
                    con.execute(
                        "select release_id, count(*) from published.indicator_value group by all"
                    ).fetchall()
                )
            done.wait(0.05)

    reader = threading.Thread(target=read)
    with duckdb.connect(str(own_site.published), read_only=True) as con:
        reader.start()
        heard_run(own_site, "--force")
        done.set()
        reader.join()
        # A reader that was there first keeps its release until it opens the file again.
        held = con.execute("from published.release").fetchone() is not None
    return Republished(own_site, before, _release(own_site.published), seen, held, given)


def test_readers_see_one_whole_release_while_another_is_published(republished: Republished) -> None:
    """A BI tool that opens the file at any moment gets the old release or the new one."""
    assert republished.after != republished.before
    assert {release for release, _ in republished.seen} <= {republished.before, republished.after}
    assert len({count for _, count in republished.seen}) == 1
    assert republished.held


def test_a_second_run_with_nothing_new_builds_nothing(republished: Republished) -> None:
    home = republished.site.home
    stamps = {path: path.stat().st_mtime_ns for path in home.rglob("*.duckdb")}
    assert heard_run(republished.site)["status"] == "nothing_new"
    assert _release(republished.site.published) == republished.after
    assert stamps == {path: path.stat().st_mtime_ns for path in home.rglob("*.duckdb")}


def test_what_people_read_as_themes_is_counted_and_how_well_they_agreed(
    republished: Republished,
) -> None:
    with duckdb.connect(str(republished.site.warehouse), read_only=True) as con:
        counted = con.execute(
            "select authority_code, count(*) from marts.fct_voice_themes"
            " where coded_by = 'reader' and theme_code in ('school', 'feelings') group by all"
        ).fetchall()
    assert dict(counted) == republished.given
    with duckdb.connect(str(republished.site.published), read_only=True) as con:
        told = con.execute(
            "select authority_code, status, verdict, items, agreed, agreement_percent"
            " from published.tool_fairness where tool = 'theme_suggestion'"
            " and test_set = 'suggestion_and_person' and breakdown = 'all' order by all"
        ).fetchall()
        names = con.execute(
            "select count(*) from published.tool_fairness where tool = 'redaction'"
            " and recall_percent is not null and authority_code = 'all'"
        ).fetchone()
    assert [row[:3] for row in told] == [
        (each, "shown", "on_target") for each in sorted(republished.given)
    ]
    for *_, items, agreed, percent in told:
        # Eighty and seventy, each at most four away.
        assert (items % 5, agreed % 5) == (0, 0)
        assert (abs(items - 80) < 5, abs(agreed - 70) < 5) == (True, True)
        assert percent == round(100 * agreed / items)
    assert names is not None
    assert names[0] > 10


def test_a_stop_level_failure_holds_publication_back_and_keeps_the_last_release(
    own_site: Site,
) -> None:
    before = _release(own_site.published)
    for path in own_site.inbox.glob("330/ssd/*/ssd_cla_visits.csv"):
        text = path.read_text().splitlines()
        seen, alone = (
            text[0].split(",").index(f"clav_cla_visit_{name}") for name in ("seen", "seen_alone")
        )
        rows = [line.split(",") for line in text[1:]]
        for row in rows:
            # Nobody can be seen alone who was not seen.
            row[seen], row[alone] = "N", "Y"
        path.write_text("\n".join([text[0], *(",".join(row) for row in rows)]) + "\n")
    answer = heard_run(own_site, expect=2)
    assert answer["status"] == "held_back"
    assert any("alone" in refusal["check"] for refusal in answer["refusals"])
    assert _release(own_site.published) == before


def test_without_a_key_nothing_is_touched(tmp_path: Path) -> None:
    fresh = Site(inbox=tmp_path / "inbox", home=tmp_path / "home")
    fresh.inbox.mkdir()
    done = heard("run", site=fresh, key=None)
    assert done.returncode == 1
    assert "HEARD_PSEUDONYM_KEY" in done.stdout + done.stderr
    assert not fresh.warehouse.exists()


def _release(published: Path) -> str:
    with duckdb.connect(str(published), read_only=True) as con:
        row = con.execute("select distinct release_id from published.indicator_value").fetchone()
    assert row is not None
    return str(row[0])


def test_another_key_is_refused_and_the_last_release_stays(own_site: Site) -> None:
    before = _release(own_site.published)
    done = heard("run", "--force", site=own_site, key="c4" * 32)
    assert done.returncode == 1
    # Every source fails for it: told once, in words and not in the names of classes.
    told = " ".join(done.stdout.split())
    assert told.count("made with another HEARD_PSEUDONYM_KEY") == 1
    assert "raw_ssd, raw_ssda903" in told
    assert "OtherKeyError" not in told
    assert _release(own_site.published) == before
