"""Remember from which deliveries the rows of each authority were built.

No row of the warehouse depends on two authorities, so a delivery of one changes that one's rows
and no others. What stands here says which authorities have changed since; when the code, the
seeds, the settings or the key did, all of them have.

Belongs here: the one table that says so, and the question whether a part of the work is enough.
Does not belong here: building a part (``orchestration.slices``) or everything (dbt does).
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.builds import Name, delivered_tables, relations
from orchestration.ingestion.sql import identifier
from orchestration.privacy.keys import key_id, master_key
from orchestration.transform import project_stamp

# Beside most of the rows, building the rest too costs less than putting a part in its place.
LARGEST_SHARE = 0.5
# Delivered rows that are built at once: beyond them a build spills more than it computes.
LARGEST_SLICE = 1_250_000
# Hashes no deliveries: an authority of which no row is built yet, not even none of them.
_NOTHING = ""

_TABLE = """
create schema if not exists ledger;
create table if not exists ledger.authority_builds (
    authority_code varchar not null,
    inputs_hash varchar not null,
    build_hash varchar not null
)
"""
# What decides an authority's rows, though no model may read it: a load writes `first_seen_at`, so
# a delivery that was read again counts as another one even where no count tells them apart.
_ALWAYS = frozenset({"deliveries", "delivery_tables"})
_INPUTS = """
select authority_code, sha256(string_agg(line, chr(10) order by line)) as inputs_hash
from ({lines})
group by authority_code
"""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What decides the rows of each authority: its deliveries, and what is common to all."""

    deliveries: Mapping[str, str]
    build_hash: str


def read_inputs(connection: DuckDBPyConnection, manifest: Mapping[str, Any]) -> Inputs:
    """Return what the warehouse would be built from now; without a ledger, from nothing.

    Raw rows stand for themselves by their delivery. What else of the ledger the models read, such
    as the clocks that an authority set for itself, is hashed row by row.
    """
    read = {node["name"] for node in manifest["sources"].values() if node["schema"] == "ledger"}
    known = connection.execute(
        "select table_name, bool_or(column_name = 'authority_code') from duckdb_columns()"
        " where schema_name = 'ledger' and list_contains($1, table_name)"
        " group by table_name order by table_name",
        [sorted(_ALWAYS | read)],
    ).fetchall()
    common = hashlib.sha256(f"{project_stamp()}|{key_id(master_key())}".encode())
    lines = []
    for table, is_of_authorities in known:
        query = (
            f"'{table} ' || cast(read as varchar) as line from ledger.{identifier(table)} as read"
        )
        if is_of_authorities:
            lines.append(f"select authority_code, {query}")
        else:
            rows = connection.execute(f"select {query} order by line").fetchall()
            common.update(repr(rows).encode())
    found = connection.execute(_INPUTS.format(lines=" union all ".join(lines))) if lines else None
    return Inputs(dict(found.fetchall()) if found else {}, common.hexdigest())


def changed_authorities(
    connection: DuckDBPyConnection, manifest: Mapping[str, Any], inputs: Inputs
) -> tuple[str, ...] | None:
    """Return the authorities whose rows are to be built again; None means all from the start."""
    connection.execute(_TABLE)
    stored = connection.execute(
        "select authority_code, inputs_hash, build_hash from ledger.authority_builds"
    ).fetchall()
    if {build_hash for *_, build_hash in stored} != {inputs.build_hash}:
        return None
    if not relations(manifest) <= _present(connection):
        return None
    if not set(delivered_tables(manifest)) <= _with_authority(connection):
        # Such a table says something of all authorities together.
        return None
    built = {authority: inputs_hash for authority, inputs_hash, _ in stored}
    changed = tuple(
        authority
        for authority in sorted(built.keys() | inputs.deliveries.keys())
        if built.get(authority) != inputs.deliveries.get(authority)
    )
    rows = _delivered_rows(connection)
    if len(_shared_out(rows, rows)) > 1:
        # Everything would be built in slices too.
        return changed
    share = sum(rows.get(authority, 0) for authority in changed) / max(1, sum(rows.values()))
    return changed if share <= LARGEST_SHARE else None


def slices_of(
    connection: DuckDBPyConnection, authorities: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    """Share authorities out into slices that are each built at once; at least one slice."""
    return _shared_out(_delivered_rows(connection), authorities)


def forget_builds(connection: DuckDBPyConnection) -> None:
    """Say that nothing is known of any authority's rows: the next build starts from nothing."""
    connection.execute(_TABLE)
    connection.execute("delete from ledger.authority_builds")


def record_builds(
    connection: DuckDBPyConnection, inputs: Inputs, authorities: Collection[str]
) -> None:
    """Say that the rows of some authorities come from these inputs, and leave the others."""
    connection.execute(_TABLE)
    connection.execute(
        "delete from ledger.authority_builds where list_contains($1, authority_code)",
        [list(authorities)],
    )
    # One that delivers nothing any more has no rows, and is forgotten.
    ours = [authority for authority in authorities if authority in inputs.deliveries]
    connection.execute(
        "insert into ledger.authority_builds select unnest($1), unnest($2), $3",
        [ours, [inputs.deliveries[authority] for authority in ours], inputs.build_hash],
    )


def record_nothing_built(connection: DuckDBPyConnection, inputs: Inputs) -> None:
    """Say that all tables stand, with the rows of nobody: every authority is yet to be built."""
    forget_builds(connection)
    nothing = dict.fromkeys(inputs.deliveries, _NOTHING)
    record_builds(connection, replace(inputs, deliveries=nothing), nothing)


def _delivered_rows(connection: DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows each authority ever delivered."""
    return dict(
        connection.execute(
            "select authority_code, cast(coalesce(sum(rows_loaded), 0) as bigint)"
            " from ledger.delivery_tables group by authority_code"
        ).fetchall()
    )


def _shared_out(
    rows: Mapping[str, int], authorities: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    slices: list[tuple[str, ...]] = [()]
    filled = 0
    for authority in sorted(authorities):
        more = rows.get(authority, 0)
        if slices[-1] and filled + more > LARGEST_SLICE:
            slices.append(())
            filled = 0
        slices[-1] += (authority,)
        filled += more
    return tuple(slices)


def _with_authority(connection: DuckDBPyConnection) -> set[Name]:
    return set(
        connection.execute(
            "select schema_name, table_name from duckdb_columns()"
            " where column_name = 'authority_code'"
        ).fetchall()
    )


def _present(connection: DuckDBPyConnection) -> set[Name]:
    return set(
        connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " union all select schema_name, view_name from duckdb_views()"
        ).fetchall()
    )
