"""dbt-project-evaluator's thirteen rules of modelling, each a test named for it.

What a rule does not hold for stands in ``dbt_exceptions.yml`` with its reason; an exception that
nobody needs any more fails too.
"""

import re
from collections import Counter

from tests.support.project_graph import ProjectGraph, excused, require_only_excused, short

MANY_PARENTS = 7
MANY_LEAVES = 3
HARD_CODED = re.compile(
    r"\b(?:from|join)\s+(\"?[a-z_]+\"?\.\"?[a-z_]+\"?)(?![\w.(])", flags=re.IGNORECASE
)
# Jinja, comments, and the one function that takes a `from`.
NO_REFERENCE = re.compile(r"{[{%#].*?[}%#]}|--.*|\bextract\(\w+ from")


def _without_what_is_no_reference(sql: str) -> str:
    return NO_REFERENCE.sub("", sql)


def test_staging_models_dependent_on_other_staging_models(graph: ProjectGraph) -> None:
    """By the model that is read: the few that every staging model needs are excused as such."""
    require_only_excused(
        "staging_models_dependent_on_other_staging_models",
        {
            short(parent)
            for model in graph.models
            if graph.layer(model) == "staging"
            for parent in graph.parents(model)
            if graph.layer(parent) == "staging"
        },
    )


def test_source_fanout(graph: ProjectGraph) -> None:
    require_only_excused(
        "source_fanout",
        {short(source) for source in graph.manifest["sources"] if len(graph.children[source]) > 1},
    )


def test_rejoining_of_upstream_concepts(graph: ProjectGraph) -> None:
    """A model that only one other reads, and that one also reads what it was made of."""
    found = {
        f"{short(parent)} > {short(between)} > {short(child)}"
        for parent in graph.models
        for between in graph.children[parent]
        for child in graph.children[between] & graph.children[parent]
        if len(graph.children[between]) == 1
    }
    require_only_excused("rejoining_of_upstream_concepts", found)


def test_model_fanout(graph: ProjectGraph) -> None:
    leaves = {model for model in graph.models if not graph.children[model]}
    require_only_excused(
        "model_fanout",
        {
            short(model)
            for model in graph.models
            if len(graph.children[model] & leaves) > MANY_LEAVES
        },
    )


def test_downstream_models_dependent_on_source(graph: ProjectGraph) -> None:
    require_only_excused(
        "downstream_models_dependent_on_source",
        {
            short(model)
            for model in graph.models
            if graph.layer(model) != "staging" and graph.sources_of(model)
        },
    )


def test_direct_join_to_source(graph: ProjectGraph) -> None:
    helpers = excused("staging_models_dependent_on_other_staging_models")
    require_only_excused(
        "direct_join_to_source",
        {
            short(model)
            for model in graph.models
            if graph.sources_of(model)
            and {short(parent) for parent in graph.parents(model) - graph.sources_of(model)}
            - helpers.keys()
        },
    )


def test_duplicate_sources(graph: ProjectGraph) -> None:
    relations = Counter(
        (source["schema"], source["identifier"]) for source in graph.manifest["sources"].values()
    )
    require_only_excused(
        "duplicate_sources", {".".join(name) for name, count in relations.items() if count > 1}
    )


def test_hard_coded_references(graph: ProjectGraph) -> None:
    require_only_excused(
        "hard_coded_references",
        {
            model["name"]
            for model in graph.models.values()
            if HARD_CODED.search(_without_what_is_no_reference(model["raw_code"]))
        },
    )


def test_the_pattern_of_a_hard_coded_reference_finds_one() -> None:
    assert HARD_CODED.search("select 1\nfrom marts.dim_children as children")
    assert HARD_CODED.search('left join "raw"."ssd_person" on true')
    assert not HARD_CODED.search("from children\nwhere children.sex is null")


def test_multiple_sources_joined(graph: ProjectGraph) -> None:
    require_only_excused(
        "multiple_sources_joined",
        {short(model) for model in graph.models if len(graph.sources_of(model)) > 1},
    )


def test_root_models(graph: ProjectGraph) -> None:
    require_only_excused(
        "root_models", {short(model) for model in graph.models if not graph.parents(model)}
    )


def test_staging_models_dependent_on_downstream_models(graph: ProjectGraph) -> None:
    require_only_excused(
        "staging_models_dependent_on_downstream_models",
        {
            short(model)
            for model in graph.models
            if graph.layer(model) == "staging"
            and {graph.layer(parent) for parent in graph.parents(model)}
            & {"intermediate", "marts", "published"}
        },
    )


def test_unused_sources(graph: ProjectGraph) -> None:
    require_only_excused(
        "unused_sources",
        {short(source) for source in graph.manifest["sources"] if not graph.children[source]},
    )


def test_models_with_too_many_joins(graph: ProjectGraph) -> None:
    """The evaluator counts what a model reads."""
    require_only_excused(
        "models_with_too_many_joins",
        {short(model) for model in graph.models if len(graph.parents(model)) >= MANY_PARENTS},
    )
