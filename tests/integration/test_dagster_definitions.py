"""The asset graph reads like the architecture."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from expectations.registry import load_registry
from orchestration.contracts import load_contracts
from orchestration.definitions import build_definitions
from orchestration.settings import Settings

# The order in which data passes through; an asset may read its own layer and those before it.
ORDER = (
    "landing",
    "raw",
    "ledger",
    "quality",
    "reference",
    "staging",
    "intermediate",
    "marts",
    "published",
    "release",
    "packs",
)


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    folder = tmp_path_factory.mktemp("graph")
    with pytest.MonkeyPatch.context() as patch:
        # Loading points the process at the home folder; put that back afterwards.
        for name in ("HEARD_HOME", "HEARD_INBOX"):
            patch.setenv(name, str(folder))
        yield build_definitions(Settings(inbox=folder / "inbox", home=folder / "home"), 0.0)


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def test_data_only_flows_forward_through_the_layers(graph: AssetGraph) -> None:
    place = {layer: position for position, layer in enumerate(ORDER)}
    backward = [
        f"{parent.to_user_string()} -> {key.to_user_string()}"
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
        # What happened to whom is a mart; the counts and values made from it come after.
        if place[parent.path[0]] > place[key.path[0]]
        and (parent.path[0], key.path[0]) != ("marts", "intermediate")
    ]
    assert backward == []


def test_assets_are_grouped_by_layer(graph: AssetGraph) -> None:
    odd = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if graph.get(key).group_name != key.path[0] and key.path[0] != "ledger"
    }
    assert odd == set()


def test_every_table_of_every_contract_is_a_raw_asset_or_named_among_the_others(
    graph: AssetGraph,
) -> None:
    found = {tuple(key.path) for key in graph.get_all_asset_keys() if key.path[0] == "raw"}
    for contract in load_contracts().values():
        kept = dg.AssetKey(["raw", contract.source, "other_tables"])
        others = graph.get(kept).description or "" if graph.has(kept) else ""
        for table in contract.tables:
            has_its_own = ("raw", contract.source, table.name) in found
            assert has_its_own != (
                table.name in others.replace(".", "").split(": ")[-1].split(", ")
            )
    assert ("raw", "ssd", "ssd_cla_reviews") in found
    assert ("raw", "ssd", "ssd_cla_convictions") not in found


def test_every_asset_that_people_use_says_what_one_row_is(graph: AssetGraph) -> None:
    silent = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if key.path[0]
        in ("landing", "raw", "ledger", "quality", "marts", "published", "release", "packs")
        and not graph.get(key).description
    ]
    assert silent == []


def test_every_registered_check_is_an_asset_check_that_what_follows_waits_for(
    graph: AssetGraph,
) -> None:
    expected = {
        dg.AssetCheckKey(dg.AssetKey(check.asset.split("/")), check.name)
        for check in load_registry()
    }
    assert expected <= set(graph.asset_check_keys)
    assert all(graph.get(key).blocking for key in expected)


def test_the_release_waits_for_every_asset_that_a_registered_check_guards(
    graph: AssetGraph,
) -> None:
    release = graph.get(dg.AssetKey(["release", "heard"]))
    before = set(release.parent_keys)
    guarded = {dg.AssetKey(check.asset.split("/")) for check in load_registry()}
    published = {key for key in graph.get_all_asset_keys() if key.path[0] == "published"}
    assert published
    assert (guarded | published) <= before


def test_everything_that_opens_the_warehouse_is_in_its_pool(definitions: dg.Definitions) -> None:
    steps = definitions.resolve_job_def("nightly_refresh").nodes
    outside = {step.name for step in steps if step.definition.pools != {"warehouse"}}
    assert outside == {"landing__deliveries"}
    assert len(steps) == 11


def test_every_step_runs_in_the_process_of_the_run(definitions: dg.Definitions) -> None:
    assert definitions.resolve_job_def("nightly_refresh").executor_def.name == "in_process"


def test_everything_automatic_says_what_it_does(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    told = [job.description for job in jobs]
    told += [schedule.description for schedule in repository.schedule_defs]
    told += [sensor.description for sensor in repository.sensor_defs]
    assert len(told) == 5 + 1 + 5
    assert all(told)


def test_importing_the_code_location_does_no_work() -> None:
    script = (
        "import sys, orchestration.definitions\n"
        "sys.exit(','.join({'dbt', 'duckdb', 'great_expectations'} & set(sys.modules)) or 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_dagster_accepts_the_code_location_on_a_fresh_clone(tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            str(Path(sys.executable).with_name("dagster")),
            *("definitions", "validate", "-m", "orchestration.definitions"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"HEARD_HOME": str(tmp_path / "home"), "HEARD_INBOX": str(tmp_path / "inbox")},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
