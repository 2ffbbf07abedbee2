"""Which authorities are built again, and when all of them are."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from orchestration import authority_builds
from orchestration.authority_builds import (
    changed_authorities,
    forget_builds,
    read_inputs,
    record_builds,
    record_nothing_built,
    slices_of,
)

LEDGER = """
create schema ledger;
create table ledger.deliveries (
    delivery_id varchar, delivery_number ubigint, authority_code varchar, source varchar,
    as_of date, delivered_at timestamp, state varchar, first_seen_at timestamp, reading varchar
);
create table ledger.delivery_tables (
    delivery_id varchar, authority_code varchar, as_of date, delivered_at timestamp,
    raw_table varchar, extent varchar, rows_loaded bigint
);
create table ledger.local_clocks (authority_code varchar, days bigint);
create table ledger.calendars (day date);
create schema marts;
create table marts.fct_visits (authority_code varchar, visits bigint);
create table marts.dim_days (day date);
"""
SOURCE = {"depends_on": {"nodes": ["source.heard.raw.visits"]}}


def table(name: str, **more: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": "marts",
        "alias": name,
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
        **more,
    }


MANIFEST = {
    "sources": {
        "source.heard.ledger.local_clocks": {"schema": "ledger", "name": "local_clocks"},
        "source.heard.ledger.calendars": {"schema": "ledger", "name": "calendars"},
    },
    "nodes": {
        "model.heard.fct_visits": table("fct_visits", **SOURCE),
        "model.heard.dim_days": table("dim_days"),
    },
}


@pytest.fixture
def con(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of three authorities that delivered ten rows each, built to its end."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "7b" * 32)
    monkeypatch.setattr(authority_builds, "project_stamp", lambda: "one version")
    with duckdb.connect() as connection:
        connection.execute(LEDGER)
        for authority in ("330", "331", "332"):
            deliver(connection, authority, "first")
        record(connection)
        yield connection


def deliver(con: duckdb.DuckDBPyConnection, authority: str, name: str, rows: int = 10) -> None:
    con.execute(
        "insert into ledger.deliveries values"
        " ($1, 1, $2, 'ssd', '2026-09-30', '2026-10-01', 'loaded', '2026-10-02', 'r1')",
        [f"{authority}{name}", authority],
    )
    con.execute(
        "insert into ledger.delivery_tables values"
        " ($1, $2, '2026-09-30', '2026-10-01', 'visits', 'full', $3)",
        [f"{authority}{name}", authority, rows],
    )


def record(con: duckdb.DuckDBPyConnection) -> None:
    inputs = read_inputs(con, MANIFEST)
    forget_builds(con)
    record_builds(con, inputs, inputs.deliveries)


def changed(con: duckdb.DuckDBPyConnection) -> tuple[str, ...] | None:
    return changed_authorities(con, MANIFEST, read_inputs(con, MANIFEST))


def test_with_nothing_delivered_since_nobody_is_built_again(con: duckdb.DuckDBPyConnection) -> None:
    assert changed(con) == ()


def test_whoever_delivered_is_built_again(con: duckdb.DuckDBPyConnection) -> None:
    deliver(con, "331", "second", rows=3)
    assert changed(con) == ("331",)


def test_an_authority_that_appears_or_goes_is_built_again(con: duckdb.DuckDBPyConnection) -> None:
    deliver(con, "333", "first", rows=2)
    con.execute("delete from ledger.deliveries where authority_code = '330'")
    con.execute("delete from ledger.delivery_tables where authority_code = '330'")
    assert changed(con) == ("330", "333")


@pytest.mark.parametrize("column", ["first_seen_at", "delivered_at"])
def test_a_delivery_that_was_read_or_delivered_again_counts_as_new(
    con: duckdb.DuckDBPyConnection, column: str
) -> None:
    con.execute(
        f"update ledger.deliveries set {column} = {column} + interval 1 hour"
        " where authority_code = '332'"
    )
    assert changed(con) == ("332",)


def test_a_setting_of_its_own_has_an_authority_built_again(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into ledger.local_clocks values ('332', 28)")
    record(con)
    con.execute("update ledger.local_clocks set days = 21")
    assert changed(con) == ("332",)


def test_a_setting_of_all_builds_everything(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into ledger.calendars values ('2026-12-25')")
    assert changed(con) is None


def test_another_version_of_the_code_builds_everything(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority_builds, "project_stamp", lambda: "another version")
    assert changed(con) is None


def test_another_key_builds_everything(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "8c" * 32)
    assert changed(con) is None


def test_what_was_forgotten_or_never_built_is_built_from_the_start(
    con: duckdb.DuckDBPyConnection,
) -> None:
    forget_builds(con)
    assert changed(con) is None


def test_a_table_that_is_gone_has_everything_built(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table marts.dim_days")
    assert changed(con) is None


def test_a_table_of_all_authorities_together_has_everything_built(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("alter table marts.fct_visits drop column authority_code")
    assert changed(con) is None


def test_most_of_the_rows_are_built_with_all_the_others(con: duckdb.DuckDBPyConnection) -> None:
    # 331 has 20 of 40 rows, half and no more; then 31 of 51.
    deliver(con, "331", "second", rows=10)
    assert changed(con) == ("331",)
    deliver(con, "331", "third", rows=11)
    assert changed(con) is None


def test_a_single_authority_is_built_as_a_whole(con: duckdb.DuckDBPyConnection) -> None:
    for name in ("deliveries", "delivery_tables"):
        con.execute(f"delete from ledger.{name} where authority_code <> '330'")
    record(con)
    deliver(con, "330", "second")
    assert changed(con) is None


@pytest.mark.parametrize(
    ("largest", "slices"),
    [
        (30, (("330", "331", "332"),)),
        (29, (("330", "331"), ("332",))),
        # One that is larger by itself is built by itself.
        (9, (("330",), ("331",), ("332",))),
    ],
)
def test_a_slice_has_as_many_authorities_as_it_holds_rows_of(
    con: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
    slices: tuple[tuple[str, ...], ...],
) -> None:
    monkeypatch.setattr(authority_builds, "LARGEST_SLICE", largest)
    assert slices_of(con, ["332", "330", "331"]) == slices


def test_to_test_what_stands_a_slice_of_nobody_is_built(con: duckdb.DuckDBPyConnection) -> None:
    assert slices_of(con, []) == ((),)


def test_what_is_too_large_to_be_built_at_once_is_never_built_from_the_start_for_a_part(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority_builds, "LARGEST_SLICE", 20)
    deliver(con, "331", "second", rows=30)
    assert changed(con) == ("331",)


def test_a_frame_has_every_authority_built(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority_builds, "LARGEST_SLICE", 20)
    record_nothing_built(con, read_inputs(con, MANIFEST))
    assert changed(con) == ("330", "331", "332")
    record_builds(con, read_inputs(con, MANIFEST), ["330", "331"])
    assert changed(con) == ("332",)
