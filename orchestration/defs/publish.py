"""The release: what leaves the restricted tier, in one step.

Belongs here: the asset that waits for every table and every check, then publishes.
Does not belong here: making the files (``orchestration.reporting.release``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from orchestration.defs.layers import HEARD_RELEASE, RELEASE, WAREHOUSE_POOL
from orchestration.documentation import project_page
from orchestration.fingerprint import record_published
from orchestration.incidents.standing import published_incidents
from orchestration.knowing import known_on
from orchestration.progress import report
from orchestration.quotes.standing import quotes_to_publish
from orchestration.quotes.standing import record_release as record_quotes
from orchestration.releases.actions import place_of, record_release
from orchestration.releases.papers import read_papers_of
from orchestration.releases.settings import read_release_settings
from orchestration.reporting.permission import require_publishable
from orchestration.reporting.release import publish_release
from orchestration.resources import Home, Inputs
from orchestration.watching import watch_release

# Where a release is made, and the one before it is read.
_DRAFTED_IN = ("published", "candidate")


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
    def heard_release(home: Home, inputs: Inputs) -> dg.MaterializeResult[None]:
        """One published database, the same as Parquet and what it means, replaced in one step.

        Where people approve releases, it is made beside the published one and waits for them. It
        is not made when a stop-level check failed: the release before stays as it was.
        """
        report("Publishing")
        way = read_release_settings(home.folder)
        current = inputs.fingerprint()
        # dbt opens the warehouse by itself, so before anybody else here does.
        docs = project_page(home.folder)
        with home.warehouse(reach=_DRAFTED_IN) as connection:
            # Whoever starts this step alone must not get past a check that refused.
            require_publishable(connection)
            incidents = published_incidents(home.folder)
            today = datetime.now(UTC).date()
            # A past as it was known then quotes nobody: permission is a matter of today.
            is_today = known_on(home.folder) is None
            quotes = quotes_to_publish(connection, home.folder, today) if is_today else []
            # Before readers, or where people decide about it.
            place = place_of(home.folder, way)
            release = publish_release(
                connection, place, current, docs=docs, incidents=incidents, quotes=quotes
            )
            record_quotes(home.folder, release.release_id, release.released_at, quotes)
            papers = read_papers_of(connection, current, way.profile.name)
        if known_on(home.folder) is None:
            record_release(home.folder, way, papers)
            # Before the inputs count as published: killed here, the next run publishes and tells.
            if not way.asks_people:
                watch_release(home.folder, release.release_id, release.released_at)
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
