"""Building only what changed says the same as building everything, and touches nothing else."""

import csv
import os
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration import authority_builds, building
from orchestration.builds import delivered_tables
from orchestration.transform import (
    NodeResult,
    build_warehouse,
    prepare_manifest,
    read_manifest,
)
from tests.support.delivered_site import FIRST, SECOND, DeliveredSite, make_site
from tests.support.inbox import KEY_HEX, parse_here

# A night of its own may ask for more: each takes a minute.
EXAMPLES = int(os.environ.get("HEARD_INCREMENTAL_EXAMPLES", "1"))
FEW = settings(
    max_examples=EXAMPLES,
    # To shrink a failure takes a minute a step, and says no more than the steps do.
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
OPPORTUNITIES = "marts.fct_voice_opportunities"
OF_CHILDREN = ("dim_children", "fct_voice_opportunities", "fct_voice_expressions")
LINKS = "ssd_linked_identifiers.csv"

Delivery = Callable[[DeliveredSite], None]
DELIVERIES: dict[str, Delivery] = {
    "the extract of the next quarter": lambda site: site.deliver("331", "ssd", SECOND),
    "what was said, restated": lambda site: site.deliver("331", "voice_extension", SECOND),
    "a yearly return": lambda site: site.deliver("330", "ssda903", FIRST, date(2026, 3, 31)),
    "an earlier year, late": lambda site: site.deliver("330", "ssda903", FIRST, date(2025, 3, 31)),
    "a table without a row": lambda site: site.empty_a_file(
        "330", "ssd", FIRST, "ssd_cla_reviews.csv"
    ),
    "an authority that appears": lambda site: site.deliver("332", "ssd", FIRST),
    "a source that was never there": lambda site: site.deliver("331", "survey_long", FIRST),
}


def without_tests(*called: Any, leave: Sequence[str] = (), **more: Any) -> Any:
    return build_warehouse(*called, leave=[*leave, "resource_type:test"], **more)


@pytest.fixture(scope="module")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> DeliveredSite:
    """Two authorities of forty children, built once from the start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
        parse_here(patch)
        site = make_site(tmp_path_factory.mktemp("delivered"), ["330", "331"])
        assert site.build().authorities is None
    return site


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key, a parser in this process, and a slice however large it is."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    monkeypatch.setattr(authority_builds, "LARGEST_SHARE", 1.0)
    # A hundred dbt tests a build would take half of the time and change no row.
    monkeypatch.setattr(building, "build_warehouse", without_tests)
    parse_here(monkeypatch)


@pytest.fixture
def site(built_site: DeliveredSite, tmp_path: Path) -> DeliveredSite:
    """A site of one's own."""
    return built_site.copy_to(tmp_path / "site")


@FEW
@given(steps=st.lists(st.sampled_from(sorted(DELIVERIES)), min_size=3, max_size=4, unique=True))
def test_any_deliveries_built_in_turn_say_what_one_build_from_the_start_says(
    built_site: DeliveredSite, steps: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = built_site.copy_to(Path(folder) / "site")
        for step in steps:
            before = site.says()
            DELIVERIES[step](site)
            assert len(site.build().authorities or ()) == 1
            # Every one of these deliveries changes something, or nothing would be proved.
            assert site.says() != before
        in_turn = site.says()
        assert site.build(from_the_start=True).authorities is None
        assert site.says() == in_turn


def test_only_the_rows_of_whoever_delivered_are_touched(site: DeliveredSite) -> None:
    counts = f"select authority_code, count(*) from {OPPORTUNITIES} where {{}} group by all"
    rows = dict(site.ask(counts.format("true")))
    site.tell(f"update {OPPORTUNITIES} set not_captured_reason_code = 'canary'")
    site.deliver("331", "ssd", SECOND)
    assert site.build().authorities == ("331",)
    assert dict(site.ask(counts.format("not_captured_reason_code = 'canary'"))) == {
        "330": rows["330"]
    }
    assert site.ask(f"select count(*) > 0 from {OPPORTUNITIES} where authority_code = '331'") == [
        (True,)
    ]


def test_everything_built_in_slices_says_what_one_build_says_and_a_killed_one_goes_on(
    built_site: DeliveredSite, site: DeliveredSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.tell(f"update {OPPORTUNITIES} set not_captured_reason_code = 'of an older build'")
    record_builds = building.record_builds

    def die_at_the_second(connection: Any, inputs: Any, authorities: Sequence[str]) -> None:
        if "331" in authorities:
            raise KeyboardInterrupt
        record_builds(connection, inputs, authorities)

    monkeypatch.setattr(authority_builds, "LARGEST_SLICE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(building, "record_builds", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            site.build(from_the_start=True)
    # The second slice died at its last step: none of its rows stay.
    counted = f"select authority_code, count(*) from {OPPORTUNITIES} group by all"
    assert site.ask(counted) == [row for row in built_site.ask(counted) if row[0] == "330"]
    assert not (site.settings.home / "tmp" / "slice").exists()
    # Nobody may publish half of the authorities.
    assert site.ask("select count(*) from ledger.transform_builds") == [(0,)]

    assert site.build().authorities == ("331",)
    assert site.says() == built_site.says()
    assert site.comments() == built_site.comments()
    assert site.ask("select count(*) from ledger.transform_builds") == [(1,)]


def test_rows_that_fail_a_test_are_not_put_in_place(
    site: DeliveredSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = site.tables()
    site.deliver("331", "ssd", SECOND)
    failed = NodeResult("test.heard.t", "t", "test", "fail", failures=1, seconds=0.0, message="")
    monkeypatch.setattr(building, "build_warehouse", lambda *_, **__: (failed,))
    assert not site.build().is_whole
    assert site.tables() == before
    assert site.ask("select count(*) from ledger.transform_builds") == [(0,)]


def test_every_table_of_delivered_rows_says_whose_they_are(built_site: DeliveredSite) -> None:
    manifest = read_manifest(prepare_manifest(built_site.settings.home))
    columns = built_site.ask(
        "select schema_name, table_name from duckdb_columns() where column_name = 'authority_code'"
    )
    # One that does not would have every build start from nothing: make it a view, or add it.
    assert set(delivered_tables(manifest)) - set(columns) == set()


def children_of(site: DeliveredSite) -> dict[str, list[tuple[Any, ...]]]:
    return {name: site.ask(f"select * from marts.{name} order by all") for name in OF_CHILDREN}


def two_children(extract: Path) -> list[str]:
    """Two children who were both visited and have no other id."""
    with (extract / "ssd_cin_visits.csv").open(newline="") as handle:
        visited = {row["cinv_person_id"] for row in csv.DictReader(handle)}
    linked = (extract / LINKS).read_text("utf-8")
    with (extract / "ssd_person.csv").open(newline="") as handle:
        known = [row["pers_person_id"] for row in csv.DictReader(handle)]
    return [one for one in known if one in visited and one not in linked][:2]


def test_a_merge_moves_every_row_and_taking_it_back_restores_every_figure(
    site: DeliveredSite,
) -> None:
    before, figures = children_of(site), site.says()
    extract = site.settings.inbox / "330" / "ssd" / FIRST.isoformat()
    links = (extract / LINKS).read_text("utf-8")
    former, stays = two_children(extract)
    (extract / LINKS).write_text(f"{links}1,{stays},Former person id,{former},,\n")
    site.touch(extract, hours=1)
    assert site.build().authorities == ("330",)
    merged = children_of(site)
    (gone,) = {row[2] for row in before["dim_children"]} - {
        row[2] for row in merged["dim_children"]
    }
    # Nothing that anybody said is lost, and nothing names the former id any more.
    said = "fct_voice_expressions"
    assert len(merged[said]) == len(before[said])
    assert not [name for name in OF_CHILDREN if any(gone in row for row in merged[name])]
    visits = f"select count(*) > 0 from raw.ssd_cin_visits where cinv_person_id = '{gone}'"
    assert site.ask(visits) == [(True,)]
    (extract / LINKS).write_text(links)
    site.touch(extract, hours=2)
    assert site.build().authorities == ("330",)
    after = site.says()
    moved = {name for name in figures if name.startswith("marts.") and after[name] != figures[name]}
    assert moved == set()
    left = f"select count(*) from staging.stg_ssd__identities where former_person_key = '{gone}'"
    assert site.ask(left) == [(0,)], "a link and its end on one day leave nothing"
