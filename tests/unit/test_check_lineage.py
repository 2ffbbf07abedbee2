"""A check bears on the figures that are made from what it looks at, and every figure has checks."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest

from expectations.figures import tables
from expectations.registry import Check, load_registry
from orchestration.reporting.lineage import COUNTS_MODEL, definitions
from orchestration.transform import prepare_manifest

# Kinds that speak of a delivered table as a whole, so of everything that cannot do without it.
OF_WHOLE_TABLES = ("volume_against_last_delivery", "freshness", "quarantined_share")


@lru_cache(maxsize=1)
def manifest(home: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(prepare_manifest(home).read_text(encoding="utf-8"))
    return found


def made_from(nodes: Mapping[str, Any], model: str) -> set[str]:
    """Return the tables that a model comes from, walked without the project's code."""
    (start,) = [key for key, node in nodes["nodes"].items() if node["name"] == model]
    found, waiting = set(), [start]
    while waiting:
        unique_id = waiting.pop()
        if unique_id in found:
            continue
        found.add(unique_id)
        waiting += nodes["parent_map"].get(unique_id, [])
    named = [nodes["nodes"].get(key) or nodes["sources"][key] for key in found]
    return {f"{node['schema']}.{node['name']}" for node in named}


def looked_at(check: Check) -> str:
    return f"{check.tier}.{check.relation}"


def test_no_check_bears_on_an_indicator_that_is_not_there() -> None:
    named = {name for check in load_registry() for name in check.indicators}
    assert named <= set(definitions())


def delivered(tables: set[str]) -> set[str]:
    return {table for table in tables if table.startswith("raw.")}


def test_a_check_bears_only_on_indicators_made_from_its_table(tmp_path: Any) -> None:
    nodes = manifest(tmp_path)
    sources = {
        measure: made_from(nodes, COUNTS_MODEL.format(measure=measure))
        for measure in {found["measure"] for found in definitions().values()}
    }
    marts = {
        check.relation: delivered(made_from(nodes, check.relation))
        for check in load_registry()
        if check.tier == "marts"
    }
    wrong = [
        (check.id, name)
        for check in load_registry()
        for name in check.indicators
        # What a characteristic lacks, it lacks wherever figures are broken down by it.
        if check.breakdown is None
        and looked_at(check) not in sources[definitions()[name]["measure"]]
        # A mart that is no part of it shows what became of the same deliveries.
        and not marts.get(check.relation, set())
        & delivered(sources[definitions()[name]["measure"]])
        # The census stands beside the case system and shows whether that can be believed.
        and not looked_at(check).startswith("raw.cin_")
    ]
    assert wrong == []


def test_a_check_of_a_characteristic_bears_on_figures_broken_down_by_it() -> None:
    wrong = [
        (check.id, name)
        for check in load_registry()
        if check.breakdown is not None
        for name in check.indicators
        if check.breakdown not in definitions()[name]["breakdowns"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "check",
    [check for check in load_registry() if check.measure.kind in OF_WHOLE_TABLES],
    ids=lambda check: check.id,
)
def test_a_check_of_a_whole_table_bears_on_all_that_need_it(check: Check) -> None:
    needing = {
        name
        for name, found in definitions().items()
        if check.relation in (*found.get("needs", ()), *found.get("needs_all", ()))
    }
    assert needing <= set(check.indicators)


def test_every_indicator_that_can_have_a_figure_has_checks() -> None:
    borne = {name for check in load_registry() if not check.shadow for name in check.indicators}
    assert definitions().keys() <= borne


def test_a_published_table_is_marked_by_the_indicators_that_count_the_same_facts(
    tmp_path: Any,
) -> None:
    nodes = manifest(tmp_path)
    wrong = []
    for table, indicators in tables().items():
        facts = {name for name in made_from(nodes, table) if name.startswith("marts.fct_")}
        for name in indicators:
            counts = COUNTS_MODEL.format(measure=definitions()[name]["measure"])
            # A thread is counted from the staged steps, before the marts of its parts.
            mine = made_from(nodes, table) if table == "voice_thread" else facts
            shared = mine & made_from(nodes, counts)
            if not any(model.startswith(("marts.fct_", "raw.")) for model in shared):
                wrong.append((table, name))
    assert wrong == []


def test_every_published_table_with_counts_is_marked(tmp_path: Any) -> None:
    nodes = manifest(tmp_path)["nodes"].values()
    unmarked = {
        node["name"]
        for node in nodes
        if node["schema"] == "published"
        and node["resource_type"] == "model"
        and "period_start" in node["columns"]
        and not {"quality", "quality_caveat"} <= set(node["columns"])
    }
    assert unmarked == set()
