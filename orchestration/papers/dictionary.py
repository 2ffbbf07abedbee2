"""Every column that is published, kept, or asked of a source, and how sensitive it is.

Belongs here: reading them from dbt's manifest, the contracts and the published database. Does not
belong here: their words, which are the models' and the contracts'.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.contracts import Column, Contract

PUBLISHED = "published"
MARTS = "marts"
# A table that no model makes holds what its own module lets it; none has a column of a child.
NOT_CLASSED = "not classed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One column."""

    name: str
    kind: str
    sensitivity: str
    meaning: str
    handling: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One table and its columns."""

    name: str
    meaning: str
    columns: tuple[Entry, ...]


def modelled(manifest: Mapping[str, Any], schema: str) -> list[Listing]:
    """Return the tables of a schema that dbt makes."""
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == schema
    ]
    return [
        Listing(
            node["alias"],
            _plain(node["description"]),
            tuple(
                Entry(
                    column["name"],
                    column.get("data_type") or "",
                    column.get("meta", {}).get("sensitivity") or NOT_CLASSED,
                    _plain(column.get("description", "")),
                )
                for column in node["columns"].values()
            ),
        )
        for node in sorted(nodes, key=lambda node: str(node["alias"]))
    ]


def published(manifest: Mapping[str, Any], database: Path) -> list[Listing]:
    """Return the published tables: those that dbt makes, and what a release adds to them."""
    known = {listing.name: listing for listing in modelled(manifest, PUBLISHED)}
    for listing in _of_database(database):
        before = known.get(listing.name)
        have = {entry.name for entry in before.columns} if before else set()
        more = tuple(entry for entry in listing.columns if entry.name not in have)
        known[listing.name] = (
            Listing(before.name, before.meaning, before.columns + more) if before else listing
        )
    return sorted(known.values(), key=lambda listing: listing.name)


def _of_database(database: Path) -> Iterator[Listing]:
    if not database.is_file():
        return
    from orchestration.hardening import connect

    with connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name, coalesce(comment, '') from duckdb_tables()"
            " where schema_name = ? order by all",
            [PUBLISHED],
        ).fetchall()
        columns = connection.execute(
            "select table_name, column_name, lower(data_type), coalesce(comment, '')"
            " from duckdb_columns() where schema_name = ? order by table_name, column_index",
            [PUBLISHED],
        ).fetchall()
    for table, meaning in tables:
        yield Listing(
            table,
            _plain(meaning),
            tuple(
                Entry(name, kind, NOT_CLASSED, _plain(words))
                for of, name, kind, words in columns
                if of == table
            ),
        )


def asked_of(contracts: Iterable[Contract]) -> Iterator[tuple[Contract, list[Listing]]]:
    """Return what each contract asks of its source, and what becomes of each column."""
    for contract in contracts:
        yield (
            contract,
            [
                Listing(
                    table.name,
                    _plain(table.description),
                    tuple(
                        Entry(
                            column.name,
                            column.type,
                            column.sensitivity,
                            _plain(column.description),
                            handling(column),
                        )
                        for column in table.columns
                    ),
                )
                for table in contract.tables
            ],
        )


def handling(column: Column) -> str:
    """Return what becomes of a delivered value, in words."""
    if not column.load:
        return "stays in the landed file, never loaded"
    if column.pseudonym:
        return "replaced by a keyed hash"
    if column.reduce:
        return "loaded in a coarser form"
    return "loaded; restricted" if column.sensitivity == "free_text" else "loaded"


def _plain(text: str) -> str:
    return " ".join(text.split())
