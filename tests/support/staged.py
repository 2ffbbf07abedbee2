"""Models as they are, over raw tables that a test fills by hand.

Belongs here: compiling models once and making them in a database in memory.
Does not belong here: rows, or what they should say.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
from dbt.cli.main import dbtRunner

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import ensure_schema
from tests.support.command import REPOSITORY

PROJECT = REPOSITORY / "dbt_project"
# What the profile calls the database.
_DATABASE = "warehouse"


def compile_models(home: Path, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return schema and SQL of models and all that they stand on, parents first."""
    folders = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": home / "target",
        "--log-path": home / "logs",
    }
    arguments = [word for pair in folders.items() for word in map(str, pair)]
    wanted = ["--select", *(f"+{name}" for name in names)]
    with mock.patch.dict(os.environ, {"HEARD_HOME": str(home), "DO_NOT_TRACK": "1"}):
        done = dbtRunner().invoke(["--quiet", "--no-version-check", "compile", *wanted, *arguments])
    assert done.success, done.exception
    models = [each.node for each in done.result.results if str(each.node.resource_type) == "model"]
    return {node.name: (node.schema, node.compiled_code) for node in models}


@dataclass
class Staged:
    """A database in memory with empty raw tables and the models over them."""

    con: duckdb.DuckDBPyConnection
    models: Mapping[str, tuple[str, str]]

    def deliver(
        self,
        authority: str,
        source: str,
        as_of: str,
        tables: Mapping[str, Sequence[Mapping[str, Any]]],
        hour: int = 8,
        extent: str = "full",
    ) -> None:
        """Write one delivery: its rows, their keys and the ledger's word of them."""
        place = (authority, source, as_of, hour)
        # A number of the delivery's own, whatever order deliveries come in.
        number = int(hashlib.sha256(repr(place).encode()).hexdigest()[:12], 16)
        contract = load_contracts()[source]
        for name, rows in tables.items():
            table = contract.table(name)
            assert table is not None
            raw = contract.raw_table(table)
            self.con.execute(
                "insert into ledger.delivery_tables"
                " select $id, $number, $authority, $source, $as_of, $at, $extent, $raw,"
                " $n, $n, 0, 0, 0",
                {
                    "id": f"{number:012x}",
                    "number": number,
                    "authority": authority,
                    "source": source,
                    "as_of": as_of,
                    "at": f"{as_of} {hour:02}:00:00",
                    "extent": extent,
                    "raw": raw,
                    "n": len(rows),
                },
            )
            for row_number, row in enumerate(rows, start=2):
                self._insert(raw, table.key, dict(row), (number, as_of, row_number))

    def _insert(
        self, raw: str, key: Sequence[str], row: dict[str, Any], where: tuple[int, str, int]
    ) -> None:
        number, as_of, row_number = where
        text = chr(31).join(str(row.get(column) or "") for column in key)
        row |= {"_delivery_number": number, "_as_of": as_of, "_file_number": 0}
        columns = ", ".join([*row, "_row_number", "_row_key"])
        marks = ", ".join("?" for _ in row)
        self.con.execute(
            f"insert into raw.{raw} ({columns}) select {marks}, ?, md5_number(?)",
            [*row.values(), row_number, text],
        )

    def clear(self) -> None:
        """Forget every delivery."""
        for schema, name in self.con.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where schema_name in ('raw', 'ledger') and estimated_size > 0"
        ).fetchall():
            self.con.execute(f"delete from {schema}.{name}")

    def build(self) -> None:
        """Make every model of what was delivered so far."""
        for name, (schema, sql) in self.models.items():
            self.con.execute(f"create or replace table {schema}.{name} as {sql}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        return self.con.execute(query).fetchall()


def stand_up(models: Mapping[str, tuple[str, str]]) -> Staged:
    """Make the raw tables and a place for every model, in a database that lives in memory."""
    con = duckdb.connect()
    con.execute(f"attach ':memory:' as {_DATABASE}")
    con.execute(f"use {_DATABASE}")
    ensure_schema(con, load_contracts())
    for schema in {schema for schema, _ in models.values()}:
        con.execute(f"create schema {schema}")
    return Staged(con, models)
