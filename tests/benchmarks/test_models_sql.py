"""The models' own SQL on a bare connection: what remains when dbt and Dagster cost nothing."""

import json
import shutil
import time
from pathlib import Path

import duckdb
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from orchestration.privacy.disclosure_keys import attach_disclosure_keys
from orchestration.transform import prepare_manifest, target_folder
from tests.support.command import KEY, Site


@pytest.mark.benchmark(group="sql", timer=time.process_time)
def test_every_table_made_again_from_its_compiled_sql(
    benchmark: BenchmarkFixture,
    demo_site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)
    home = tmp_path / "home"
    shutil.copytree(demo_site.home, home)
    manifest = json.loads(prepare_manifest(home).read_text())
    parents = manifest["parent_map"]
    tables = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "table"
        and node["language"] == "sql"
    }
    order: list[str] = []

    def visit(key: str) -> None:
        for parent in parents.get(key, []):
            visit(parent)
        if key in tables and key not in order:
            order.append(key)

    for key in tables:
        visit(key)
    folder = target_folder(home) / "compiled" / "heard"
    statements = [
        f"create or replace table {tables[key]['schema']}.{tables[key]['alias']} as "
        + (folder / tables[key]["original_file_path"]).read_text()
        for key in order
    ]

    def build() -> None:
        with duckdb.connect(str(home / "warehouse.duckdb")) as con:
            attach_disclosure_keys(con)
            for statement in statements:
                con.execute(statement)

    benchmark.pedantic(build, rounds=3, iterations=1)
