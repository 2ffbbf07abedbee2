"""Build what changed: everything, or the rows of the authorities that have something new.

Belongs here: which of the two it is, the order of their steps, and what is remembered after.
Does not belong here: dbt (``transform``), a slice (``slices``), Dagster (``defs.transform``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.authority_builds import (
    Inputs,
    changed_authorities,
    forget_builds,
    read_inputs,
    record_builds,
)
from orchestration.builds import (
    Name,
    Standing,
    fixed_tables,
    forget_standing,
    read_standing,
    record_standing,
    relations,
)
from orchestration.ingestion.sql import identifier, literal
from orchestration.ingestion.warehouse import WAREHOUSE_NAME
from orchestration.progress import report
from orchestration.resources import Home, without_values
from orchestration.slices import cut_slice, put_in_place, slice_folder
from orchestration.transform import NodeResult, Place, build_warehouse

STEP = "Building the warehouse"


@dataclass(frozen=True, slots=True)
class Built:
    """What one build did."""

    results: tuple[NodeResult, ...]
    # Tables from seeds alone that still stand, by dbt's id, parents first.
    left: tuple[str, ...]
    # Whose rows were built; None means everybody's, from the start.
    authorities: tuple[str, ...] | None = None
    rows: Mapping[Name, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every model was built and every test held."""
        return all(result.is_ok for result in self.results)


def build(
    home: Home,
    manifest: Mapping[str, Any],
    select: Sequence[str] = (),
    from_the_start: bool = False,
) -> Built:
    """Build what changed since the last build, and say what became of each node.

    Args:
        home: The home folder.
        manifest: dbt's manifest.
        select: Names of models; whoever names them wants them built, whatever stands.
        from_the_start: Build the rows of every authority, also of those with nothing new.
    """
    report(STEP)
    with home.warehouse() as connection:
        stood = read_standing(connection, manifest)
        inputs = read_inputs(connection, manifest)
        if select or from_the_start:
            forget_builds(connection)
        changed = changed_authorities(connection, manifest, inputs)
        # Until it ends well, what is there is a mixture that nobody may publish.
        forget_standing(connection)
        if changed is None:
            forget_builds(connection)
    if changed is None:
        standing = Standing(seeds=False, views=False) if select else stood
        built = _build_all(home, manifest, select, standing)
    else:
        built = _build_slice(home, manifest, changed, inputs)
    with home.warehouse() as connection:
        if built.is_whole and changed is None and not select:
            record_builds(connection, inputs)
        if built.is_whole and (not select or (stood.seeds and stood.views)):
            record_standing(connection)
        return replace(built, rows=_row_counts(connection, manifest))


def _build_all(
    home: Home, manifest: Mapping[str, Any], select: Sequence[str], standing: Standing
) -> Built:
    left = fixed_tables(manifest) if standing.fixed_tables else ()
    results = build_warehouse(
        home.folder,
        select,
        with_seeds=not standing.seeds,
        with_views=not standing.views,
        leave=_names(manifest, left),
        on_built=_reporter(_count_of_models(manifest, standing) - len(left)),
    )
    return Built(results, left)


def _build_slice(
    home: Home, manifest: Mapping[str, Any], authorities: tuple[str, ...], inputs: Inputs
) -> Built:
    left = fixed_tables(manifest)
    standing = Standing(seeds=True, views=True)
    with slice_folder(home.folder) as folder:
        with without_values():
            cut_slice(home.folder, folder, manifest, authorities)
        results = build_warehouse(
            home.folder,
            with_seeds=False,
            with_views=False,
            leave=_names(manifest, left),
            on_built=_reporter(_count_of_models(manifest, standing) - len(left)),
            place=Place(folder, whole=home.folder / WAREHOUSE_NAME),
        )
        built = Built(results, left, authorities)
        if built.is_whole:
            with home.warehouse(reach=["tmp"]) as connection:
                put_in_place(
                    connection,
                    folder,
                    manifest,
                    authorities,
                    record=lambda whole: record_builds(whole, inputs),
                )
    return built


def _names(manifest: Mapping[str, Any], unique_ids: Iterable[str]) -> list[str]:
    return [manifest["nodes"][unique_id]["name"] for unique_id in unique_ids]


def _reporter(expected: int) -> Callable[[int], None]:
    return lambda done: report(STEP, min(done, expected), expected)


def _count_of_models(manifest: Mapping[str, Any], standing: Standing) -> int:
    kinds = [node["config"].get("materialized") for node in manifest["nodes"].values()]
    wanted = ["table", "incremental"]
    wanted += [] if standing.seeds else ["seed"]
    wanted += [] if standing.views else ["view"]
    return sum(kind in wanted for kind in kinds)


def _row_counts(connection: DuckDBPyConnection, manifest: Mapping[str, Any]) -> dict[Name, int]:
    """Return the rows of every table of dbt's; DuckDB's own estimate counts replaced rows too."""
    known = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    counts = [
        f"select {literal(schema)}, {literal(table)}, count(*)"
        f" from {identifier(schema)}.{identifier(table)}"
        for schema, table in relations(manifest) & set(known)
    ]
    if not counts:
        return {}
    found = connection.execute(" union all ".join(counts)).fetchall()
    return {(schema, table): rows for schema, table, rows in found}
