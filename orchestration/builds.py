"""Remember what of dbt's work still stands in the warehouse, so that a run need not repeat it.

dbt takes some 20 ms a node, mostly its own Python. A seed holds the same rows until its file
changes, a view the same query until the code changes, and a table that comes from seeds alone
the same rows until either does. All other tables depend on data and are always built again, and
every test always runs.

Belongs here: the one row that says what stands, and which tables come from seeds alone.
Does not belong here: building them (dbt does), or anything that depends on delivered data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.transform import project_stamp, seeds_digest

Name = tuple[str, str]

_TABLE = """
create schema if not exists ledger;
create table if not exists ledger.transform_builds (
    seeds_hash varchar not null,
    project_hash varchar not null,
    built_at timestamptz not null
)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands already and may be left alone: seeds; views and tables that are fixed."""

    seeds: bool
    views: bool

    @property
    def fixed_tables(self) -> bool:
        """Whether the tables that come from seeds alone stand."""
        return self.seeds and self.views


def read_standing(connection: DuckDBPyConnection, manifest: Mapping[str, Any]) -> Standing:
    """Return what the last complete build left that is still right."""
    connection.execute(_TABLE)
    stored = connection.execute(
        "select seeds_hash, project_hash from ledger.transform_builds"
    ).fetchall()
    if len(stored) != 1:
        return Standing(seeds=False, views=False)
    seeds_hash, project_hash = stored[0]
    present = {
        (schema, name)
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " union all select schema_name, view_name from duckdb_views()"
        ).fetchall()
    }
    nodes = manifest["nodes"].values()
    seeds = {_relation(node) for node in nodes if node["resource_type"] == "seed"}
    views = {_relation(node) for node in nodes if node["config"].get("materialized") == "view"}
    views |= {_relation(manifest["nodes"][unique_id]) for unique_id in fixed_tables(manifest)}
    return Standing(
        seeds=seeds_hash == seeds_digest() and seeds <= present,
        views=project_hash == project_stamp() and views <= present,
    )


def relations(manifest: Mapping[str, Any]) -> set[Name]:
    """Return schema and name of all that dbt puts into the warehouse and keeps there."""
    nodes = manifest["nodes"].values()
    kept = ("seed", "table", "incremental", "view")
    return {_relation(node) for node in nodes if node["config"].get("materialized") in kept}


def fixed_tables(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the dbt ids of tables that follow from seeds and code alone, parents first."""
    nodes: Mapping[str, Any] = manifest["nodes"]
    fixed: dict[str, bool] = {}

    def is_fixed(unique_id: str) -> bool:
        if unique_id not in fixed:
            # A source is no node: it is where delivered data come in.
            node = nodes.get(unique_id)
            parents = node["depends_on"].get("nodes", []) if node else []
            fixed[unique_id] = node is not None and all(is_fixed(parent) for parent in parents)
        return fixed[unique_id]

    for unique_id in nodes:
        is_fixed(unique_id)
    return tuple(
        unique_id
        for unique_id, holds in fixed.items()
        if holds and nodes[unique_id]["config"].get("materialized") == "table"
    )


def delivered_tables(manifest: Mapping[str, Any]) -> tuple[Name, ...]:
    """Return the tables that depend on delivered data, as schema and name."""
    fixed = set(fixed_tables(manifest))
    return tuple(
        _relation(node)
        for unique_id, node in manifest["nodes"].items()
        if node["config"].get("materialized") in ("table", "incremental") and unique_id not in fixed
    )


def forget_standing(connection: DuckDBPyConnection) -> None:
    """Say that nothing stands: a build that ends half-way leaves a mixture of two versions."""
    connection.execute(_TABLE)
    connection.execute("delete from ledger.transform_builds")


def record_standing(connection: DuckDBPyConnection) -> None:
    """Say that the shipped seeds and views stand, after a complete build."""
    forget_standing(connection)
    connection.execute(
        "insert into ledger.transform_builds values (?, ?, now())",
        [seeds_digest(), project_stamp()],
    )


def _relation(node: Mapping[str, Any]) -> Name:
    return str(node["schema"]), str(node["alias"])
