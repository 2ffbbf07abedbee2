"""The composition root: the one place where assets, checks, resources and automation meet.

Belongs here: wiring, and nothing else.
Does not belong here: an asset, a check or a setting of its own. Importing this module does no
work; Dagster calls ``defs`` when it loads the code location.
"""

import dagster as dg

from orchestration.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that Dagster knows of Heard, for the folders named in the environment."""
    from orchestration.defs.automation import SETTLE_SECONDS
    from orchestration.resources import settings_or_default
    from orchestration.untold import keep_values_untold

    # Dagster's own processes load this; nobody else speaks for them.
    keep_values_untold()
    return build_definitions(settings_or_default(), SETTLE_SECONDS)


def build_definitions(settings: Settings, settle_seconds: float) -> dg.Definitions:
    """Return the definitions that work on these folders.

    Args:
        settings: Inbox and home folder.
        settle_seconds: How long a delivery must lie unchanged before it counts as complete.
    """
    from expectations.registry import load_registry
    from orchestration.contracts import load_contracts
    from orchestration.defs import automation, ingest, packs, publish, quality, transform
    from orchestration.instance import prepare_process
    from orchestration.reporting.pack.boards import load_boards
    from orchestration.transform import prepare_manifest, read_manifest
    from orchestration.untold import keep_values_out_of_dagster

    keep_values_out_of_dagster()
    prepare_process(settings)
    path = prepare_manifest(settings.home)
    manifest = read_manifest(path)
    checks = load_registry()
    moments = (quality.ARRIVED, quality.BUILT)
    quality_checks = [quality.build_quality_checks(checks, each, manifest) for each in moments]
    guarded = {check.asset_key for found in quality_checks for check in found.check_keys}
    models = transform.build_dbt_assets(manifest, guarded)
    published = [key for key in models.keys if key.path[0] == "published"]
    board_pack, board_packs, pack_schedules = packs.build_pack_definitions(
        load_boards(settings.home).boards, settings.home
    )
    return dg.Definitions(
        assets=[
            ingest.landing_deliveries,
            ingest.delivery_tables,
            ingest.local_clocks,
            ingest.quotes_used,
            *ingest.themes,
            *ingest.build_raw_assets(
                list(load_contracts().values()), {*models.dependency_keys, *guarded}
            ),
            quality.build_quality_assets(checks),
            models,
            publish.build_release_asset(sorted(published), sorted(guarded)),
            board_pack,
        ],
        asset_checks=quality_checks,
        jobs=[automation.nightly_refresh, automation.publish_again, board_packs],
        schedules=[automation.nightly_refresh_schedule, *pack_schedules],
        sensors=[automation.new_delivery_sensor, automation.incident_sensor],
        resources=_resources(settings, settle_seconds),
        # One process: a step of its own would import everything again, and DuckDB has one writer.
        executor=dg.in_process_executor,
    )


def _resources(settings: Settings, settle_seconds: float) -> dict[str, object]:
    from orchestration.resources import Home, Inbox, Inputs

    inbox, home = str(settings.inbox), str(settings.home)
    return {
        "inbox": Inbox(path=inbox, home=home, settle_seconds=settle_seconds),
        "home": Home(path=home),
        "inputs": Inputs(inbox=inbox, home=home),
    }
