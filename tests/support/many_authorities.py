"""One authority's raw rows many times over: a large warehouse without delivering it.

Each copy is an authority of its own, with people and delivery numbers of its own, whose rows lie
together as a delivery's do. Belongs here: making it, and the SQL of its models. Does not belong
here: building it (``measured_build``), or any assertion.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import load_contracts
from orchestration.contracts.models import Table
from orchestration.ingestion.sql import identifier, literal
from orchestration.transform import prepare_manifest, target_folder

# As `open_warehouse` and dbt's profile have it, so that what is measured is what runs.
CONFIG: Mapping[str, str] = {"memory_limit": "6GB"}
FIRST_CODE = 400
# A file beside the warehouse says that its copies are all there.
MULTIPLIED = "multiplied"


def codes(count: int) -> list[str]:
    """Return that many codes that no real authority has."""
    return [str(FIRST_CODE + number) for number in range(count)]


def multiply(home: Path, count: int) -> None:
    """Put ``count`` copies of the one authority of a home folder in its place."""
    with duckdb.connect(str(home / "warehouse.duckdb"), config=dict(CONFIG)) as con:
        con.execute("create temp table source_deliveries as from ledger.deliveries")
        con.execute("create temp table source_tables as from ledger.delivery_tables")
        con.execute("delete from ledger.deliveries; delete from ledger.delivery_tables")
        for code in codes(count):
            add_deliveries(con, code, "source_deliveries", "source_tables")
        for raw_table, table in raw_tables(con).items():
            con.execute(f"create temp table source_rows as from raw.{raw_table}")
            con.execute(f"delete from raw.{raw_table}")
            for code in codes(count):
                add_rows(con, table, raw_table, code, "source_rows")
            con.execute("drop table source_rows")
            con.execute("checkpoint")


def add_deliveries(con: duckdb.DuckDBPyConnection, code: str, deliveries: str, tables: str) -> None:
    """Enter the deliveries of a copy in the ledger."""
    for target, source in (("deliveries", deliveries), ("delivery_tables", tables)):
        con.execute(
            f"insert into ledger.{target} select * replace ("
            f" {literal(code)} as authority_code,"
            f" delivery_id || {literal(code)} as delivery_id,"
            f" {_number(code)} as delivery_number) from {source}"
        )


def add_rows(
    con: duckdb.DuckDBPyConnection, table: Table, raw_table: str, code: str, source: str
) -> None:
    """Enter a copy's rows of one raw table."""
    values = {
        name: f"md5({identifier(name)} || {literal(code)})" for name in columns_of_people(table)
    }
    replaced = values | {"_delivery_number": _number(code, "_delivery_number")}
    if values.keys() & set(table.key):
        # As ingestion makes it: a row under an id that was merged is known by it.
        parts = [values.get(name, identifier(name)) for name in table.key]
        joined = " || chr(31) || ".join(f"coalesce(cast({part} as varchar), '')" for part in parts)
        replaced["_row_key"] = f"md5_number({joined})"
    listed = ", ".join(f"{value} as {identifier(name)}" for name, value in replaced.items())
    con.execute(f"insert into raw.{raw_table} select * replace ({listed}) from {source}")


def table_statements(home: Path) -> dict[str, str]:
    """Return the compiled SQL of every table that dbt builds, parents first; Python has none."""
    nodes: dict[str, Any] = json.loads(prepare_manifest(home).read_text())["nodes"]
    order: dict[str, None] = {}

    def visit(key: str) -> None:
        if key in nodes and key not in order:
            for parent in nodes[key]["depends_on"].get("nodes", []):
                visit(parent)
            order[key] = None

    for key in nodes:
        visit(key)
    folder = target_folder(home) / "compiled" / "heard"
    return {
        f"{node['schema']}.{node['alias']}": (folder / node["original_file_path"]).read_text()
        for node in map(nodes.__getitem__, order)
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "table"
        and node["language"] == "sql"
    }


def _number(code: str, column: str = "delivery_number") -> str:
    # Below the largest signed number, as the numbers of real deliveries are.
    return f"(hash({literal(code)}, {column}) >> 2)"


def raw_tables(con: duckdb.DuckDBPyConnection) -> dict[str, Table]:
    """Return the raw tables that hold rows, each with its contract."""
    filled = {
        table
        for (table,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
            " and estimated_size > 0"
        ).fetchall()
    }
    return {
        contract.raw_table(table): table
        for contract in load_contracts().values()
        for table in contract.tables
        if contract.raw_table(table) in filled
    }


def columns_of_people(table: Table) -> list[str]:
    """Return the columns of a raw table that name people."""
    return [column.name for column in table.loaded_columns if column.pseudonym is not None]
