"""The dbt project as a graph: models, what each reads, and which exceptions were granted.

Belongs here: reading dbt's manifest and the list of exceptions. Does not belong here: what a rule
demands (``tests/conventions``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.support.command import REPOSITORY

EXCEPTIONS = REPOSITORY / "tests" / "conventions" / "dbt_exceptions.yml"
MODELS = REPOSITORY / "dbt_project" / "models"
Node = Mapping[str, Any]


def layer_of(model: Node) -> str:
    """Return the folder of models that a model lies in."""
    return Path(model["path"]).parts[0]


def short(unique_id: str) -> str:
    """Return what a person calls a node: a model's name, or a source's name and table."""
    kind, _, *name = unique_id.split(".")
    return ".".join(name) if kind == "source" else name[-1]


@dataclass(frozen=True)
class ProjectGraph:
    """dbt's manifest, with the questions that the rules ask of it."""

    manifest: Node

    @cached_property
    def models(self) -> dict[str, Node]:
        """Models by dbt's id."""
        nodes = self.manifest["nodes"].items()
        return {key: node for key, node in nodes if node["resource_type"] == "model"}

    @cached_property
    def tests(self) -> list[Node]:
        """Data tests."""
        nodes = self.manifest["nodes"].values()
        return [node for node in nodes if node["resource_type"] == "test"]

    def layer(self, unique_id: str) -> str:
        """Return a model's layer; of anything else, its kind."""
        model = self.models.get(unique_id)
        return layer_of(model) if model else unique_id.split(".")[0]

    def parents(self, unique_id: str) -> set[str]:
        """Return what a model reads."""
        return set(self.models[unique_id]["depends_on"]["nodes"])

    def sources_of(self, unique_id: str) -> set[str]:
        """Return the sources that a model reads."""
        return {parent for parent in self.parents(unique_id) if parent.startswith("source.")}

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """Models that read a node."""
        found: dict[str, set[str]] = defaultdict(set)
        for unique_id in self.models:
            for parent in self.parents(unique_id):
                found[parent].add(unique_id)
        return found

    @cached_property
    def chained_views(self) -> dict[str, int]:
        """How many views a query of each model runs through, one below the other."""
        length: dict[str, int] = {}

        def measure(unique_id: str) -> int:
            if unique_id not in self.models:
                return 0
            if unique_id not in length:
                is_view = self.models[unique_id]["config"]["materialized"] in ("view", "ephemeral")
                below = max(map(measure, self.parents(unique_id)), default=0)
                length[unique_id] = 1 + below if is_view else 0
            return length[unique_id]

        return {unique_id: measure(unique_id) for unique_id in self.models}


def excused(rule: str) -> dict[str, str]:
    """Return what a rule does not hold for, with the reason of each."""
    listed: dict[str, dict[str, str]] = yaml.safe_load(EXCEPTIONS.read_text())
    return listed.get(rule, {})


def require_only_excused(rule: str, found: Iterable[str]) -> None:
    """Fail for whatever breaks a rule without an exception, and for exceptions nobody needs."""
    broken, allowed = set(found), excused(rule)
    assert broken - allowed.keys() == set(), f"{rule}: mend these, or say why not"
    assert allowed.keys() - broken == set(), f"{rule}: these exceptions are needed no more"
    assert all(len(reason) > 15 for reason in allowed.values()), f"{rule}: a reason is a sentence"
