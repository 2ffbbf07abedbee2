"""A built warehouse in which models are built again from the SQL that dbt compiled for it.

Belongs here: changing a model's SQL or what it reads, and building all that stands on it.
Does not belong here: what the models should say.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import load_contracts
from orchestration.transform import prepare_manifest, read_manifest
from tests.support.command import Site

# A view knows its tables by the name of the database.
_DATABASE = "warehouse"


@dataclass(frozen=True)
class Rebuilt:
    """A copy of a site's warehouse, open for changes, and the SQL of its models."""

    con: duckdb.DuckDBPyConnection
    compiled: Path
    nodes: dict[str, dict[str, Any]]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo whatever the block changes."""
        self.con.begin()
        try:
            yield
        finally:
            self.con.rollback()

    def build(self, name: str, until: str, change: Callable[[str], str] = str) -> None:
        """Build a model from changed SQL, and what lies between it and another model."""
        wanted = self._below(name) & self._above(until)
        for model in (node for node in self.nodes if node in wanted):
            sql = self._sql(model)
            self._make(model, change(sql) if model == name else sql)

    def build_all(self, until: str) -> None:
        """Build everything that a model stands on from what is in the raw tables now."""
        wanted = self._above(until)
        for model in (node for node in self.nodes if node in wanted):
            self._make(model, self._sql(model))

    def count(self, query: str) -> int:
        """The one number that a query asks for."""
        (found,) = self.con.execute(query).fetchall()
        return int(found[0] or 0)

    def _make(self, name: str, sql: str) -> None:
        node = self.nodes[name]
        kind = "table" if node["config"]["materialized"] == "table" else "view"
        self.con.execute(f"create or replace {kind} {node['schema']}.{name} as {sql}")

    def _sql(self, name: str) -> str:
        return (self.compiled / self.nodes[name]["path"]).read_text()

    def _above(self, name: str) -> set[str]:
        found = {name}
        for parent in self._parents(name):
            found |= self._above(parent)
        return found

    def _below(self, name: str) -> set[str]:
        found = {name}
        for node in self.nodes:
            if found & set(self._parents(node)):
                found.add(node)
        return found

    def _parents(self, name: str) -> list[str]:
        wanted = self.nodes[name]["depends_on"]["nodes"]
        return [parent.split(".")[2] for parent in wanted if parent.startswith("model.")]


def rebuild(site: Site, folder: Path) -> Rebuilt:
    """Return a site's warehouse, copied, with its models in the order in which they are built."""
    path = Path(shutil.copy(site.warehouse, folder / f"{_DATABASE}.duckdb"))
    manifest = read_manifest(prepare_manifest(site.home))
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    ordered: dict[str, dict[str, Any]] = {}

    def add(name: str) -> None:
        for parent in models[name]["depends_on"]["nodes"]:
            if parent.startswith("model.") and parent.split(".")[2] not in ordered:
                add(parent.split(".")[2])
        ordered[name] = models[name]

    for name in models:
        if name not in ordered:
            add(name)
    compiled = site.home / "dbt" / "target" / "compiled" / "heard" / "models"
    return Rebuilt(duckdb.connect(str(path)), compiled, ordered)


def spoil_raw_tables(con: duckdb.DuckDBPyConnection, share: int, seed: int) -> None:
    """Blank one in so many cells of every raw table, keys aside, and move as many dates."""
    keys = {
        (contract.raw_table(table), column)
        for contract in load_contracts().values()
        for table in contract.tables
        for column in table.key
    }
    for table, column, kind in con.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'raw' and not starts_with(column_name, '_')"
        " order by all"
    ).fetchall():
        if (table, column) in keys:
            continue
        chosen = f"where hash(_row_number, '{column}', {seed}) % {share} ="
        con.execute(f"update raw.{table} set {column} = null {chosen} 0")
        if kind in ("DATE", "TIMESTAMP"):
            # Years forward, years back, and near the end of the extract.
            for place, days in enumerate((4000, -9000, 30), start=1):
                con.execute(
                    f"update raw.{table} set {column} = {column} + ({days}) * interval 1 day"
                    f" {chosen} {place}"
                )
