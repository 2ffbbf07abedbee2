"""The warehouse as assets: every dbt seed and model, and every dbt test as a check of one.

Belongs here: the one translator between dbt's names and asset keys, and turning dbt's results
into Dagster's events.
Does not belong here: running dbt (``orchestration.transform``) or SQL (``dbt_project``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.building import build
from orchestration.defs.layers import (
    MARTS,
    PUBLISHED,
    REFERENCE,
    ROW_COUNT,
    WAREHOUSE_POOL,
    Metadata,
)
from orchestration.resources import Home
from orchestration.transform import STRUCTURAL, NodeResult

# A run with this tag builds every authority again, whatever changed.
FROM_THE_START = "heard/from_the_start"
# The layers that later steps read.
LAST_LAYERS = (MARTS, PUBLISHED)
# Where dagster-dbt keeps dbt's own name of a test.
DBT_UNIQUE_ID = "dagster_dbt/unique_id"
Event = dg.MaterializeResult[None] | dg.AssetCheckResult


class WarehouseNotBuiltError(RuntimeError):
    """dbt left models unbuilt, or a test of its own that must hold did not."""


class LayerTranslator(DagsterDbtTranslator):  # type: ignore[misc]  # mypy does not follow it
    """Names assets by layer: ``marts/fct_voice_opportunities``, grouped by that layer."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return schema and name; a source says its own key in ``meta.dagster.asset_key``."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(super().get_asset_key(dbt_resource_props).path)
        # All versions of a model have one name; the table of each has its own.
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer."""
        return _layer(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return what one row is, without the SQL that Dagster would append."""
        return str(dbt_resource_props.get("description") or "")

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the file only: columns and their meaning are in dbt's own docs."""
        return {"file": dbt_resource_props["original_file_path"]}


def selector_of(node: Mapping[str, Any]) -> str:
    """Return what chooses a node and no other version of it."""
    version = node.get("version")
    return f"{node['name']}.v{version}" if version else str(node["name"])


def _layer(props: Mapping[str, Any]) -> str:
    return REFERENCE if props["resource_type"] == "seed" else str(props["schema"])


def build_dbt_assets(
    manifest: Mapping[str, Any], guarded: Set[dg.AssetKey] = frozenset()
) -> dg.AssetsDefinition:
    """Return every seed and model of the project as one step that calls dbt once.

    Args:
        manifest: dbt's manifest.
        guarded: Assets that a check of the registry looks at; it waits until each is told of.
    """
    translator = LayerTranslator()
    keys = {
        unique_id: translator.get_asset_key(node)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }

    @dbt_assets(  # type: ignore[untyped-decorator]  # mypy does not follow it
        manifest=manifest,
        exclude=STRUCTURAL,
        dagster_dbt_translator=translator,
        name="build_warehouse",
        pool=WAREHOUSE_POOL,
    )
    def warehouse_models(context: dg.AssetExecutionContext, home: Home) -> Iterator[Event]:
        select = sorted(
            selector_of(manifest["nodes"][unique_id])
            for unique_id, key in keys.items()
            if key in context.selected_asset_keys
        )
        built = build(
            home,
            manifest,
            select if context.is_subset else [],
            from_the_start=FROM_THE_START in context.run.tags,
        )
        checks = {
            spec.metadata[DBT_UNIQUE_ID]: spec.key
            for spec in context.assets_def.check_specs
            if spec.key in context.selected_asset_check_keys
        }
        # What still stands is not made again, but Dagster would skip what follows it.
        fixed = [keys[unique_id] for unique_id in built.left]
        yield from _standing(fixed, built.rows)
        made = {keys[result.unique_id] for result in built.results if result.unique_id in keys}
        views = context.selected_asset_keys - made - set(fixed)
        yield from _with_views(
            _events(built.results, keys, checks, built.rows),
            _waiting(manifest, keys, views & guarded, made),
        )
        _refuse_if_unbuilt(built.results)
        yield from _standing(sorted(views), built.rows)

    assets: dg.AssetsDefinition = warehouse_models
    return assets


def _standing(
    keys: Iterable[dg.AssetKey], rows: Mapping[tuple[str, str], int]
) -> Iterator[dg.MaterializeResult[None]]:
    for key in keys:
        if key.path[0] in LAST_LAYERS:
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(key, rows))


def _waiting(
    manifest: Mapping[str, Any],
    keys: Mapping[str, dg.AssetKey],
    views: Set[dg.AssetKey],
    made: Set[dg.AssetKey],
) -> dict[dg.AssetKey, set[dg.AssetKey]]:
    """Return each standing view of an early layer with all it comes from that is made again.

    Dagster wants to hear of an asset after what it is made from and before what is made from it,
    so a view that a check looks at has its place among the tables around it.
    """
    waiting: dict[dg.AssetKey, set[dg.AssetKey]] = {}
    for unique_id, key in keys.items():
        if key in views and key.path[0] not in LAST_LAYERS:
            found: set[str] = set()
            above = [unique_id]
            while above:
                new = set(manifest["parent_map"].get(above.pop(), ())) - found
                found |= new
                above += new
            waiting[key] = {keys[parent] for parent in found if parent in keys} & made
    return waiting


def _with_views(
    events: Iterable[Event], waiting: dict[dg.AssetKey, set[dg.AssetKey]]
) -> Iterator[Event]:
    """Yield the events, and each waiting view as soon as all it comes from was told of."""
    told: set[dg.AssetKey] = set()
    for event in (None, *events):
        if event is not None:
            yield event
            if isinstance(event, dg.MaterializeResult) and event.asset_key is not None:
                told.add(dg.AssetKey.from_coercible(event.asset_key))
        for key in [key for key, before in waiting.items() if before <= told]:
            del waiting[key]
            yield dg.MaterializeResult(asset_key=key)


def _events(
    results: Sequence[NodeResult],
    keys: Mapping[str, dg.AssetKey],
    checks: Mapping[str, dg.AssetCheckKey],
    rows: Mapping[tuple[str, str], int],
) -> Iterator[Event]:
    for result in results:
        if result.unique_id in keys and result.is_ok:
            key = keys[result.unique_id]
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(key, rows))
        elif result.unique_id in checks and result.status != "skipped":
            check = checks[result.unique_id]
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.status == "pass",
                severity=(
                    dg.AssetCheckSeverity.WARN
                    if result.status == "warn"
                    else dg.AssetCheckSeverity.ERROR
                ),
                metadata={"failing_rows": result.failures},
            )


def _metadata(key: dg.AssetKey, rows: Mapping[tuple[str, str], int]) -> Metadata:
    schema, name = key.path
    found = rows.get((schema, name))
    return {} if found is None else {ROW_COUNT: found}


def _refuse_if_unbuilt(results: Sequence[NodeResult]) -> None:
    wrong = [result for result in results if not result.is_ok and result.status != "skipped"]
    if not wrong:
        return
    skipped = sum(result.status == "skipped" for result in results)
    told = "; ".join(f"{result.name}: {result.message or result.status}" for result in wrong[:5])
    raise WarehouseNotBuiltError(
        f"{len(wrong)} of {len(results)} dbt nodes failed and {skipped} were not tried: {told}."
        " Nothing was published; the last release stays"
    )
