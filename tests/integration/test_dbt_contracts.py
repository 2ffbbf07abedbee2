"""What dbt and DuckDB do with a contract, a description and a second version of a table.

A project of a few models with the shipped macros, built once into a real warehouse.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration import transform
from orchestration.builds import relations
from orchestration.defs.transform import LayerTranslator, selector_of
from orchestration.transform import NodeResult, build_warehouse, prepare_manifest

SHIPPED = transform.PROJECT
CANARY = "Zyxwanda Quillfeather"

PROJECT = """
name: heard
version: '1.0'
profile: heard
seed-paths: ['../seeds']
models:
  heard:
    +materialized: table
    +persist_docs: {relation: true, columns: true}
    +contract: {enforced: true}
"""
CONTRACTS = """
models:
  - name: whole
    description: One row per child.
    columns: [{name: child, data_type: string, description: 'Who''s there; "quoted"'}]
  - name: wrong_type
    columns: [{name: child, data_type: integer}]
  - name: lost_column
    columns: [{name: child, data_type: string}, {name: told, data_type: bigint}]
  - name: null_in_key
    columns: [{name: child, data_type: string, constraints: [{type: not_null}]}]
  - name: count_of_a_suppressed_cell
    constraints: [{type: check, expression: "status = 'shown' or people is null"}]
    columns: [{name: status, data_type: string}, {name: people, data_type: bigint}]
  - name: participation
    latest_version: 2
    description: One row per session.
    columns: [{name: told, data_type: bigint, description: Sessions that were told.}]
    versions:
      - v: 1
        deprecation_date: 2099-03-31
        config: {alias: participation}
      - v: 2
        columns: [{name: told, data_type: boolean, description: Whether they were told.}]
"""
MODELS = {
    "whole": f"select '{CANARY}' as child",
    "wrong_type": f"select '{CANARY}' as child",
    "lost_column": f"select '{CANARY}' as child",
    "null_in_key": f"select * from (values ('{CANARY}'), (null)) as people (child)",
    "count_of_a_suppressed_cell": "select 'suppressed' as status, cast(4 as bigint) as people",
    "participation_v1": "select cast(3 as bigint) as told",
    "participation_v2": "select true as told",
}


@dataclass(frozen=True)
class Built:
    """What became of the project."""

    home: Path
    manifest: dict[str, dict[str, dict[str, object]]]
    results: dict[str, NodeResult]

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Return the answer of the warehouse."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    root = tmp_path_factory.mktemp("contracts")
    project, home = root / "dbt_project", root / "home"
    (project / "models").mkdir(parents=True)
    (project / "macros").mkdir()
    (root / "seeds").mkdir()
    (home / "tmp").mkdir(parents=True)
    for name in ("table_materialization.sql", "generate_schema_name.sql"):
        shutil.copy(SHIPPED / "macros" / name, project / "macros")
    shutil.copy(SHIPPED / "profiles.yml", project)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "models" / "contracts.yml").write_text(CONTRACTS)
    for name, sql in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(sql)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create schema ledger")
        connection.execute("create table ledger.deliveries (authority_code varchar)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARD_PSEUDONYM_KEY", "7b" * 32)
        patch.setattr(transform, "PROJECT", project)
        patch.setattr(transform, "SEEDS", root / "seeds")
        manifest = json.loads(prepare_manifest(home).read_text())
        results = {result.unique_id: result for result in build_warehouse(home)}
        # Twice, as the second build finds every table in its place.
        build_warehouse(home)
        yield Built(home, manifest, results)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wrong_type", "contract"),
        ("lost_column", "contract"),
        ("null_in_key", "NOT NULL"),
        ("count_of_a_suppressed_cell", "CHECK"),
    ],
)
def test_a_table_that_breaks_its_contract_is_not_made_and_quotes_nobody(
    built: Built, name: str, told: str
) -> None:
    result = built.results[f"model.heard.{name}"]
    assert not result.is_ok
    assert CANARY not in result.message
    assert told.lower() in result.message.lower() or "withheld" in result.message
    assert built.ask(f"select table_name from duckdb_tables() where table_name = '{name}'") == []


def test_descriptions_stand_in_the_database_as_they_were_written(built: Built) -> None:
    assert built.results["model.heard.whole"].is_ok
    assert built.ask("select comment from duckdb_tables() where table_name = 'whole'") == [
        ("One row per child.",)
    ]
    assert built.ask("select comment from duckdb_columns() where table_name = 'whole'") == [
        ('Who\'s there; "quoted"',)
    ]


def test_a_second_version_stands_beside_the_first_which_keeps_its_name(built: Built) -> None:
    """Whoever reads `participation` goes on reading what it was when they began."""
    assert built.ask("select told from main.participation") == [(3,)]
    assert built.ask("select told from main.participation_v2") == [(True,)]
    versions = [
        node for node in built.manifest["nodes"].values() if node["name"] == "participation"
    ]
    keys = {LayerTranslator().get_asset_key(node) for node in versions}
    assert keys == {
        dg.AssetKey(["main", "participation"]),
        dg.AssetKey(["main", "participation_v2"]),
    }
    assert {selector_of(node) for node in versions} == {"participation.v1", "participation.v2"}
    tables = {("main", "participation"), ("main", "participation_v2")}
    assert tables <= relations(built.manifest)
