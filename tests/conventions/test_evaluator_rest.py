"""dbt-project-evaluator's sixteen rules of testing, documentation, structure, speed and access.

What a rule does not hold for stands in ``dbt_exceptions.yml`` with its reason; an exception that
nobody needs any more fails too.
"""

import re
from pathlib import Path

from tests.support.project_graph import ProjectGraph, layer_of, require_only_excused, short

MANY_VIEWS = 5
NAME_OF_LAYER = {
    "staging": r"stg_[a-z0-9]+(_[a-z0-9]+)*__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9]+(_[a-z0-9]+)*(__[a-z0-9_]+)?",
    "marts": r"(dim|fct)_[a-z_]+",
    # The names are the interface's own.
    "published": r"[a-z_]+",
}


def test_missing_primary_key_tests(graph: ProjectGraph) -> None:
    keyed = {
        test["attached_node"]
        for test in graph.tests
        if test["test_metadata"]["name"] == "unique_key"
    }
    require_only_excused(
        "missing_primary_key_tests", {short(model) for model in graph.models.keys() - keyed}
    )


def test_missing_source_freshness(graph: ProjectGraph) -> None:
    require_only_excused(
        "missing_source_freshness",
        {
            source["source_name"]
            for source in graph.manifest["sources"].values()
            if not (
                (source["freshness"] or {}).get("warn_after", {}).get("count")
                and source["loaded_at_query"]
            )
        },
    )


def test_test_coverage(graph: ProjectGraph) -> None:
    tested = {test["attached_node"] for test in graph.tests}
    tested |= {
        parent
        for test in graph.manifest["unit_tests"].values()
        for parent in test["depends_on"]["nodes"]
    }
    require_only_excused("test_coverage", {short(model) for model in graph.models.keys() - tested})


def test_undocumented_models(graph: ProjectGraph) -> None:
    require_only_excused(
        "undocumented_models",
        {model["name"] for model in graph.models.values() if not model["description"].strip()},
    )


def test_documentation_coverage(graph: ProjectGraph) -> None:
    """All of it: of every model, and of every column that a model's file names."""
    require_only_excused(
        "documentation_coverage",
        {
            f"{model['name']}.{column['name']}"
            for model in graph.models.values()
            for column in model["columns"].values()
            if not column["description"].strip()
        },
    )


def test_undocumented_source_tables(graph: ProjectGraph) -> None:
    require_only_excused(
        "undocumented_source_tables",
        {
            short(key)
            for key, source in graph.manifest["sources"].items()
            if not source["description"].strip()
        },
    )


def test_undocumented_sources(graph: ProjectGraph) -> None:
    require_only_excused(
        "undocumented_sources",
        {
            source["source_name"]
            for source in graph.manifest["sources"].values()
            if not source["source_description"].strip()
        },
    )


def test_test_directories(graph: ProjectGraph) -> None:
    """A model's tests stand in the file beside it."""
    misplaced = set()
    for test in [*graph.tests, *graph.manifest["unit_tests"].values()]:
        tested = test.get("attached_node") or f"model.heard.{test.get('model')}"
        if tested not in graph.models:
            # A seed, whose description stands beside the CSV.
            continue
        beside = Path(graph.models[tested]["original_file_path"]).with_suffix(".yml")
        if Path(test["original_file_path"]) != beside:
            misplaced.add(test["name"])
    require_only_excused("test_directories", misplaced)


def test_model_naming_conventions(graph: ProjectGraph) -> None:
    require_only_excused(
        "model_naming_conventions",
        {
            model["name"]
            for model in graph.models.values()
            if not re.fullmatch(NAME_OF_LAYER[layer_of(model)], model["name"])
        },
    )


def test_source_directories(graph: ProjectGraph) -> None:
    """A source is declared in the staging folder of its own name."""
    require_only_excused(
        "source_directories",
        {
            source["source_name"]
            for source in graph.manifest["sources"].values()
            if Path(source["original_file_path"])
            != Path(f"models/staging/{source['source_name']}/_{source['source_name']}__sources.yml")
        },
    )


def test_model_directories(graph: ProjectGraph) -> None:
    """A model lies in its layer; a staging model in the folder of the source that it reads."""
    misplaced = set()
    for unique_id, model in graph.models.items():
        folders = Path(model["path"]).parts[:-1]
        of_source = {
            graph.manifest["sources"][key]["source_name"] for key in graph.sources_of(unique_id)
        }
        if folders[0] not in NAME_OF_LAYER or (
            folders[0] == "staging" and of_source and {folders[1]} != of_source
        ):
            misplaced.add(model["name"])
    require_only_excused("model_directories", misplaced)


def test_chained_views_dependencies(graph: ProjectGraph) -> None:
    require_only_excused(
        "chained_views_dependencies",
        {short(model) for model, length in graph.chained_views.items() if length > MANY_VIEWS},
    )


def test_exposure_parents_materializations(graph: ProjectGraph) -> None:
    """By the model: what people read should be a table and no source."""
    require_only_excused(
        "exposure_parents_materializations",
        {
            short(parent)
            for exposure in graph.manifest["exposures"].values()
            for parent in exposure["depends_on"]["nodes"]
            if parent not in graph.models
            or graph.models[parent]["config"]["materialized"] not in ("table", "incremental")
        },
    )


def test_public_models_without_contract(graph: ProjectGraph) -> None:
    require_only_excused(
        "public_models_without_contract",
        {
            model["name"]
            for model in graph.models.values()
            if model["access"] == "public" and not model["config"]["contract"]["enforced"]
        },
    )


def test_exposures_dependent_on_private_models(graph: ProjectGraph) -> None:
    """Stricter than the evaluator: an exposure reads published models and nothing else."""
    assert graph.manifest["exposures"]
    require_only_excused(
        "exposures_dependent_on_private_models",
        {
            short(parent)
            for exposure in graph.manifest["exposures"].values()
            for parent in exposure["depends_on"]["nodes"]
            if graph.layer(parent) != "published" or graph.models[parent]["access"] != "public"
        },
    )


def test_undocumented_public_models(graph: ProjectGraph) -> None:
    """The model and all of its columns."""
    require_only_excused(
        "undocumented_public_models",
        {
            model["name"]
            for model in graph.models.values()
            if model["access"] == "public"
            and not (
                model["description"].strip()
                and model["columns"]
                and all(column["description"].strip() for column in model["columns"].values())
            )
        },
    )
