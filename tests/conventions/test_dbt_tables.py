"""What each table of the dbt project promises: columns, contracts, access, sensitivity, no clock.

Belongs here: rules of the house about single models and their columns. Does not belong here: rules
about who reads whom (``test_evaluator_modelling``).
"""

import csv
import re
from collections import Counter, defaultdict
from typing import Any

from orchestration.contracts import load_contracts
from tests.support.command import REPOSITORY
from tests.support.project_graph import (
    MODELS,
    Node,
    ProjectGraph,
    excused,
    layer_of,
    require_only_excused,
    short,
)

PROMISED = REPOSITORY / "tests" / "conventions" / "published_columns.csv"
# What a column may hold, from the least to the most that it says of a person.
SENSITIVITIES = ("none", "characteristic", "pseudonym", "free_text", "direct_identifier")
PUBLIC_LAYERS = ("marts", "published")


def _sensitivity(column: Node) -> str:
    return str(column["config"]["meta"].get("sensitivity", ""))


def test_a_model_has_a_file_of_its_own_beside_it(models: list[Node]) -> None:
    for model in models:
        beside = REPOSITORY / "dbt_project" / model["original_file_path"]
        assert beside.with_suffix(".yml").is_file(), model["name"]


def test_every_model_declares_its_grain_and_tests_it(graph: ProjectGraph) -> None:
    tested = {
        test["attached_node"]: test["test_metadata"]["kwargs"]["columns"]
        for test in graph.tests
        if test["test_metadata"]["name"] == "unique_key"
    }
    require_only_excused(
        "grain_is_tested_key",
        {
            model["name"]
            for unique_id, model in graph.models.items()
            if not model["config"]["meta"].get("grain")
            or model["config"]["meta"]["grain"] != tested.get(unique_id)
        },
    )


def test_marts_and_published_tables_are_under_contract_with_typed_columns(
    models: list[Node],
) -> None:
    for model in models:
        if layer_of(model) in PUBLIC_LAYERS:
            assert model["access"] == "public", model["name"]
            assert model["config"]["contract"]["enforced"], model["name"]
            for column in model["columns"].values():
                assert column["data_type"], (model["name"], column["name"])


def test_a_tables_grain_is_never_null_by_contract(models: list[Node]) -> None:
    """Where the engine enforces it: a view has no constraints."""
    for model in models:
        if layer_of(model) not in PUBLIC_LAYERS or model["config"]["materialized"] != "table":
            continue
        columns = model["columns"]
        required = {
            name
            for name, column in columns.items()
            if {"not_null"} & {constraint["type"] for constraint in column["constraints"]}
        }
        grain = set(model["config"]["meta"]["grain"])
        assert grain | ({"authority_code"} & columns.keys()) <= required, model["name"]


def test_every_column_says_how_sensitive_it_is(models: list[Node]) -> None:
    for model in models:
        for column in model["columns"].values():
            told = (model["name"], column["name"])
            assert _sensitivity(column) in SENSITIVITIES, told


def test_a_staged_column_is_as_sensitive_as_the_contract_says_of_what_it_renames(
    graph: ProjectGraph,
) -> None:
    contracts = {
        (contract.source, contract.raw_table(table)): {c.name: c for c in table.columns}
        for contract in load_contracts().values()
        for table in contract.tables
    }
    compared = 0
    for unique_id, model in graph.models.items():
        for key in graph.sources_of(unique_id) if layer_of(model) == "staging" else ():
            source = graph.manifest["sources"][key]
            delivered: dict[str, Any] = contracts.get((source["source_name"], source["name"]), {})
            for expression, name in re.findall(
                r"^    (\w+)(?: as (\w+))?,?$", model["raw_code"], flags=re.MULTILINE
            ):
                if expression in delivered:
                    told = _sensitivity(model["columns"][name or expression])
                    assert told == delivered[expression].sensitivity, (model["name"], expression)
                    compared += 1
    assert compared > 300


def test_nothing_that_says_who_or_in_whose_words_goes_below_staging(models: list[Node]) -> None:
    for model in models:
        found = {_sensitivity(column) for column in model["columns"].values()}
        assert "direct_identifier" not in found, model["name"]
        if layer_of(model) == "marts":
            assert found <= {"none", "characteristic", "pseudonym"}, model["name"]
        if layer_of(model) == "published":
            assert found == {"none"}, model["name"]


def test_one_name_of_a_column_has_one_meaning(models: list[Node]) -> None:
    meanings: dict[str, dict[str, str]] = defaultdict(dict)
    for model in models:
        for name, column in model["columns"].items():
            meanings[name][model["name"]] = " ".join(column["description"].split())
    allowed = {tuple(told.split(".")) for told in excused("one_name_one_meaning")}
    for name, said in meanings.items():
        rest = {meaning for model, meaning in said.items() if (model, name) not in allowed}
        assert len(rest) <= 1, f"{name} means several things: {sorted(rest)}"
    for model, name in allowed:
        assert len(set(meanings[name].values()) - {meanings[name][model]}) > 0, (model, name)


def test_what_several_models_have_is_described_in_one_place() -> None:
    described: Counter[str] = Counter()
    for path in MODELS.rglob("*.yml"):
        found = re.findall(
            r"^      - name: (\w+)\n        description: (?!\"{{ doc)(.*)$",
            path.read_text(),
            flags=re.MULTILINE,
        )
        described.update(found)
    assert {told for told, count in described.items() if count > 1} == set()


def test_no_description_only_repeats_the_name_of_the_source() -> None:
    for path in MODELS.rglob("*.yml"):
        assert "of the source contract.'" not in path.read_text(), path.name


def test_only_what_another_group_reads_leaves_the_group_that_made_it(graph: ProjectGraph) -> None:
    for unique_id, model in graph.models.items():
        if layer_of(model) in PUBLIC_LAYERS:
            continue
        groups = {graph.models[child]["group"] for child in graph.children[unique_id]}
        wanted = "protected" if groups - {model["group"]} else "private"
        assert model["access"] == wanted, f"{model['name']} should be {wanted}"


def test_every_model_has_a_group_with_an_owner(graph: ProjectGraph) -> None:
    owned = {group["name"] for group in graph.manifest["groups"].values() if group["owner"]["name"]}
    for model in graph.models.values():
        assert model["group"] in owned, model["name"]
        assert model["group"] == ("boards" if layer_of(model) == "published" else "warehouse")


def test_no_published_model_reads_another(graph: ProjectGraph) -> None:
    """So that a run of some of them needs no other, and one release can hold any of them."""
    published = {key for key, model in graph.models.items() if layer_of(model) == "published"}
    for unique_id in published:
        assert not graph.parents(unique_id) & published, short(unique_id)


def test_sql_never_asks_for_today_and_marts_never_end_in_a_star() -> None:
    for path in sorted(MODELS.rglob("*.sql")):
        sql = path.read_text().lower()
        assert not re.search(r"current_date|current_timestamp|\bnow\(\)|\btoday\(\)", sql), (
            path.name
        )
        if path.parts[-2] in PUBLIC_LAYERS:
            last = re.split(r"^select\b", sql, flags=re.MULTILINE)[-1]
            assert not re.match(r"\s+(\w+\.)?\*", last), path.name


def test_no_promised_column_goes_or_changes_its_type_without_a_version(
    graph: ProjectGraph,
) -> None:
    """The list is kept by hand: see docs/decisions/0016-dbt-craft.md before changing a line."""
    with PROMISED.open(newline="", encoding="utf-8") as file:
        promised = {tuple(row.values()) for row in csv.DictReader(file)}
    assert len(promised) > 100
    said = {
        (model["name"], str(model["version"] or 1), column["name"], column["data_type"])
        for model in graph.models.values()
        if layer_of(model) == "published"
        for column in model["columns"].values()
    }
    assert promised - said == set(), "removed or retyped: give the model a new version"
    assert said - promised == set(), "new: add it to published_columns.csv and tell the interface"
