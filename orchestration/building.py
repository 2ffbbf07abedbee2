"""Build what changed: everything, or the rows of the authorities that have something new.

What is more than memory holds is built slice by slice. Everything, then, begins with a frame: all
views, code lists and tables, without a row. What a killed build has put in place stays there, and
the next one goes on with the rest.

Belongs here: which of these it is, the order of their steps, and what is remembered after.
Does not belong here: dbt (``transform``), a slice (``slices``), a frame (``frames``), Dagster
(``defs.transform``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.authority_builds import (
    Inputs,
    changed_authorities,
    forget_builds,
    read_inputs,
    record_builds,
    record_nothing_built,
    slices_of,
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
from orchestration.frames import cut_frame, lay_frame
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
        slices = slices_of(connection, inputs.deliveries if changed is None else changed)
        # Until it ends well, what is there is a mixture that nobody may publish.
        forget_standing(connection)
        if changed is None:
            forget_builds(connection)
    if changed is not None:
        built = _build_slices(home, manifest, slices, inputs)
    elif select or len(slices) == 1:
        standing = Standing(seeds=False, views=False) if select else stood
        built = _build_all(home, manifest, select, standing)
    else:
        built = _build_framed(home, manifest, slices, inputs)
    with home.warehouse() as connection:
        if built.is_whole and built.authorities is None and not select:
            record_builds(connection, inputs, inputs.deliveries)
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


def _build_framed(
    home: Home, manifest: Mapping[str, Any], slices: Sequence[Sequence[str]], inputs: Inputs
) -> Built:
    """Build everything from the start in slices, the first of them nobody's."""
    everything = Standing(seeds=False, views=False)
    with slice_folder(home.folder) as folder:
        with without_values():
            cut_frame(home.folder, folder, manifest)
        results = build_warehouse(
            home.folder,
            # That nobody's rows are right says nothing, and some tests expect a few.
            leave=["resource_type:test"],
            on_built=_reporter(_count_of_models(manifest, everything)),
            place=Place(folder),
        )
        frame = Built(results, left=())
        if frame.is_whole:
            with home.warehouse(reach=["tmp"]) as connection:
                lay_frame(
                    connection,
                    folder,
                    manifest,
                    record=lambda whole: record_nothing_built(whole, inputs),
                )
    if not frame.is_whole:
        return frame
    sliced = _build_slices(home, manifest, slices, inputs)
    return Built(_worst_of([*frame.results, *sliced.results]), left=())


def _build_slices(
    home: Home, manifest: Mapping[str, Any], slices: Sequence[Sequence[str]], inputs: Inputs
) -> Built:
    """Build slices one after the other and put each in place, until one does not hold."""
    left = fixed_tables(manifest)
    expected = _count_of_models(manifest, Standing(seeds=True, views=True)) - len(left)
    results: list[NodeResult] = []
    for number, authorities in enumerate(slices):
        on_built = _reporter(expected * len(slices), before=expected * number)
        found = _build_slice(home, manifest, authorities, inputs, on_built)
        results += found
        if not all(result.is_ok for result in found):
            break
    return Built(_worst_of(results), left, tuple(chain.from_iterable(slices)))


def _build_slice(
    home: Home,
    manifest: Mapping[str, Any],
    authorities: Sequence[str],
    inputs: Inputs,
    on_built: Callable[[int], None],
) -> tuple[NodeResult, ...]:
    with slice_folder(home.folder) as folder:
        with without_values():
            cut_slice(home.folder, folder, manifest, authorities)
        results = build_warehouse(
            home.folder,
            with_seeds=False,
            with_views=False,
            leave=_names(manifest, fixed_tables(manifest)),
            on_built=on_built,
            place=Place(folder, whole=home.folder / WAREHOUSE_NAME),
        )
        if all(result.is_ok for result in results):
            with home.warehouse(reach=["tmp"]) as connection:
                put_in_place(
                    connection,
                    folder,
                    manifest,
                    authorities,
                    record=lambda whole: record_builds(whole, inputs, authorities),
                )
    return results


def _worst_of(results: Iterable[NodeResult]) -> tuple[NodeResult, ...]:
    """Return one result for each node: the worst that became of it, and all rows that failed."""
    found: dict[str, NodeResult] = {}
    for result in results:
        before = found.get(result.unique_id)
        if before is None:
            found[result.unique_id] = result
            continue
        # A warning is well enough, and yet worse than nothing found.
        worst = min(before, result, key=lambda each: (each.is_ok, -each.failures))
        found[result.unique_id] = replace(
            worst,
            failures=before.failures + result.failures,
            seconds=before.seconds + result.seconds,
        )
    return tuple(found.values())


def _names(manifest: Mapping[str, Any], unique_ids: Iterable[str]) -> list[str]:
    return [manifest["nodes"][unique_id]["name"] for unique_id in unique_ids]


def _reporter(expected: int, before: int = 0) -> Callable[[int], None]:
    return lambda done: report(STEP, min(before + done, expected), expected)


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
