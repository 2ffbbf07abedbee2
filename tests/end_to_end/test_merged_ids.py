"""Two ids of one child, merged in the case system and taken apart again, on a whole site."""

import csv
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.support.command import Site, heard, heard_run

AS_OF = "2026-06-30"
LINKS = "ssd_linked_identifiers.csv"
MARTS = ("dim_children", "fct_voice_opportunities", "fct_voice_expressions", "fct_indicator_values")


def marts(site: Site) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        return {
            name: con.execute(f"select * from marts.{name} order by all").fetchall()
            for name in MARTS
        }


def ask(site: Site, query: str) -> int:
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        (found,) = con.execute(query).fetchall()
    return int(found[0])


def deliver_links(site: Site, links: str) -> None:
    """Deliver the same extract again, with links beside those that it has itself."""
    folder = site.inbox / "330" / "ssd" / AS_OF
    (folder / LINKS).write_text((site.inbox.parent / LINKS).read_text("utf-8") + links)
    now = datetime.now(UTC).timestamp()
    for path in folder.iterdir():
        os.utime(path, (now, now))


def two_children(folder: Path) -> tuple[str, str]:
    """Two children of one age and sex who were both visited."""
    with (folder / "ssd_cin_visits.csv").open(newline="") as handle:
        visited = {row["cinv_person_id"] for row in csv.DictReader(handle)}
    linked = (folder / LINKS).read_text("utf-8")
    with (folder / "ssd_person.csv").open(newline="") as handle:
        known = [row["pers_person_id"] for row in csv.DictReader(handle)]
    first, second = [one for one in known if one in visited and one not in linked][:2]
    return first, second


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("merged")
    made = Site(inbox=folder / "inbox", home=folder / "home")
    sizes = ("--children", "150", "--years", "2", "--seed", "4", "--as-of", AS_OF)
    assert heard("generate", "--out", str(made.inbox), *sizes).returncode == 0
    shutil.copy(made.inbox / "330" / "ssd" / AS_OF / LINKS, folder)
    heard_run(made)
    return made


def test_a_merge_moves_every_row_and_taking_it_back_restores_every_figure(site: Site) -> None:
    before = marts(site)
    former, stays = two_children(site.inbox / "330" / "ssd" / AS_OF)
    deliver_links(site, f"1,{stays},Former person id,{former},,\n")
    heard_run(site)
    merged = marts(site)
    children = {row[2] for row in before["dim_children"]} - {
        row[2] for row in merged["dim_children"]
    }
    assert len(children) == 1
    (gone,) = children
    # Nothing that anybody did or said is lost, and nothing names the former id any more.
    for name in ("fct_voice_expressions",):
        assert len(merged[name]) == len(before[name])
    for name in MARTS:
        assert not any(gone in row for row in merged[name]), name
    assert ask(site, f"select count(*) from raw.ssd_cin_visits where cinv_person_id = '{gone}'") > 0
    deliver_links(site, "")
    heard_run(site)
    assert marts(site) == before
    left = f"select count(*) from staging.stg_ssd__identities where former_person_key = '{gone}'"
    assert ask(site, left) == 0, "a link and its end on one day leave nothing"
