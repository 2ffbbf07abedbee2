"""One reading of dbt's manifest for all conventions."""

import json
from typing import Any

import pytest

from orchestration.transform import prepare_manifest
from tests.support.project_graph import ProjectGraph


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = prepare_manifest(tmp_path_factory.mktemp("home"))
    read: dict[str, Any] = json.loads(path.read_text())
    return read


@pytest.fixture(scope="session")
def graph(manifest: dict[str, Any]) -> ProjectGraph:
    graph = ProjectGraph(manifest)
    assert len(graph.models) > 100
    return graph


@pytest.fixture(scope="session")
def models(graph: ProjectGraph) -> list[Any]:
    return list(graph.models.values())
