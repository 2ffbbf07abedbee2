"""What the engine makes of the models: none of them costs the square of its rows."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from orchestration.ingestion.sql import literal
from orchestration.ingestion.warehouse import WAREHOUSE_NAME
from orchestration.privacy.disclosure_keys import attach_disclosure_keys
from orchestration.slices import WAREHOUSE
from tests.support.command import KEY, Site
from tests.support.many_authorities import table_statements


@pytest.fixture
def beside(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the site's warehouse and cannot write it."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)
    with duckdb.connect() as connection:
        attach_disclosure_keys(connection)
        path = literal(str(site.home / WAREHOUSE_NAME))
        connection.execute(f"attach {path} as {WAREHOUSE} (read_only); use {WAREHOUSE}")
        yield connection


def test_no_outer_join_compares_every_row_with_every_other(
    site: Site, beside: duckdb.DuckDBPyConnection
) -> None:
    found = {name: compared(beside, sql) for name, sql in table_statements(site.home).items()}
    assert len(found) > 30
    assert {name: joins for name, joins in found.items() if joins} == {}


@pytest.mark.parametrize(
    ("condition", "is_seen"),
    [
        ("a.id = b.id", False),
        ("a.id = b.id and a.day >= b.day", False),
        ("a.id = b.id and a.kind = 1", True),
        ("a.id = b.id and (b.day is null or a.day >= b.day)", True),
    ],
)
def test_such_a_join_is_seen(condition: str, is_seen: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table a as select range as id, range % 3 as kind, current_date as day"
            " from range(5000); create table b as from a"
        )
        found = compared(connection, f"select * from a left join b on {condition}")
    assert bool(found) is is_seen


def compared(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Return the conditions of the outer joins that no hash table or order serves."""
    plans = connection.execute(f"explain (format json) {sql}").fetchall()
    found = []

    def walk(node: dict[str, Any]) -> None:
        about = node.get("extra_info", {})
        if node.get("name") == "BLOCKWISE_NL_JOIN" and about.get("Join Type") != "INNER":
            found.append(str(about.get("Condition")))
        for child in node.get("children", []):
            walk(child)

    for root in json.loads(plans[0][1]):
        walk(root)
    return found
