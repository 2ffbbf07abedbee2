"""The release: what leaves the restricted tier, in one step.

Belongs here: the asset that waits for every table and every check, then publishes.
Does not belong here: making the files (``orchestration.reporting.release``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.layers import HEARD_RELEASE, RELEASE, WAREHOUSE_POOL
from orchestration.documentation import project_page
from orchestration.fingerprint import record_held_back, record_published
from orchestration.incidents.standing import published_incidents
from orchestration.knowing import known_on
from orchestration.progress import report
from orchestration.quotes.candidates import today
from orchestration.quotes.standing import quotes_to_publish
from orchestration.quotes.standing import record_release as record_quotes
from orchestration.releases.actions import last_hand, place_of, record_release
from orchestration.releases.heads import record_head
from orchestration.releases.last_hand import HeldReleaseError, LastHandOn
from orchestration.releases.papers import read_papers_of
from orchestration.releases.settings import read_release_settings
from orchestration.reporting.permission import require_publishable
from orchestration.reporting.release import Release, publish_release
from orchestration.resources import Home, Inputs
from orchestration.watching import watch_attack, watch_release

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Where a release is made, and where the one before it is read.
_DRAFTED_IN = ("published", "candidate", "releases")


def build_release_asset(
    published: Sequence[dg.AssetKey], checked: Sequence[dg.AssetKey]
) -> dg.AssetsDefinition:
    """Return the release asset.

    Args:
        published: The assets of schema ``published``.
        checked: Every asset that a check of the registry guards, so that none can still be running.
            dbt's own tests are part of the step that builds, which fails with them.
    """

    @dg.asset(
        key=list(HEARD_RELEASE),
        deps=[*published, *checked],
        group_name=RELEASE,
        kinds={"duckdb", "parquet"},
        pool=WAREHOUSE_POOL,
    )
    def heard_release(
        context: dg.AssetExecutionContext, home: Home, inputs: Inputs
    ) -> dg.MaterializeResult[None]:
        """One published database, the same as Parquet and what it means, replaced in one step.

        Where people approve releases, it is made beside the published one and waits for them. It
        is not made when a stop-level check failed: the release before stays as it was.
        """
        report("Publishing")
        current = inputs.fingerprint()
        # dbt opens the warehouse by itself, so before anybody else here does.
        docs = project_page(home.folder)
        with home.warehouse(reach=_DRAFTED_IN) as connection:
            # Whoever starts this step alone must not get past a check that refused.
            require_publishable(connection)
            if known_on(home.folder) is None:
                release = _release(connection, home.folder, current, docs, context.run.run_id)
            else:
                release = _past_release(connection, home.folder, current, docs)
        record_published(home.folder, current, release.release_id)
        return dg.MaterializeResult(
            metadata={
                "release_id": release.release_id,
                "tables": len(release.tables),
                "rows": sum(table.row_count for table in release.tables),
                "database_sha256": release.database_sha256,
            }
        )

    return heard_release


def _release(
    connection: "DuckDBPyConnection", home: Path, current: str, docs: Path, run_id: str
) -> Release:
    """Make a release that was attacked, before readers or where people decide about it."""
    way = read_release_settings(home)
    incidents = published_incidents(home)
    quotes = quotes_to_publish(connection, home, today(), way.profile.name)
    papers = read_papers_of(connection, current, way.profile.name)

    def make(is_held: bool) -> tuple[Release, LastHandOn]:
        hand, place = last_hand(home, way, is_held), place_of(home, way, is_held)
        release = publish_release(
            *(connection, place, current),
            docs=docs,
            incidents=incidents,
            quotes=quotes,
            last_hand=hand,
            record=record_head(home),
        )
        return release, hand

    try:
        release, hand = make(is_held=False)
    except HeldReleaseError:
        # Kept where people can look at it; what readers have stays as it is.
        release, hand = make(is_held=True)
        # People may let it pass: then it is a release like any other.
        record_quotes(home, release.release_id, release.released_at, quotes)
        record_release(home, way, papers, hand.told, is_held=True)
        watch_attack(home, True, run_id)
        record_held_back(home, current)
        raise
    record_quotes(home, release.release_id, release.released_at, quotes)
    record_release(home, way, papers, hand.told, hand.holds)
    # Before the inputs count as published: killed here, the next run publishes and tells.
    watch_attack(home, hand.holds, run_id)
    if not way.asks_people:
        watch_release(home, release.release_id, release.released_at)
    return release


def _past_release(
    connection: "DuckDBPyConnection", home: Path, current: str, docs: Path
) -> Release:
    """What was known on a past day: it quotes nobody, as permission is a matter of today."""
    way = read_release_settings(home)
    hand = LastHandOn(way.profile, home, trusts_before=False, may_hold=False)
    place = place_of(home, way)
    incidents = published_incidents(home)
    release = publish_release(
        connection, place, current, docs=docs, incidents=incidents, quotes=[], last_hand=hand
    )
    record_quotes(home, release.release_id, release.released_at, [])
    return release
