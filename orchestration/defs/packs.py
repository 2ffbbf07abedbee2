"""Board packs: one asset with a partition for each board, and each board's own schedule.

Belongs here: when a pack is made, and that it is sent then.
Does not belong here: making it (``orchestration.reporting.pack``), or whom to send it to
(``orchestration.alerts``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.layers import HEARD_RELEASE, PACKS
from orchestration.progress import report
from orchestration.reporting.pack.boards import Board
from orchestration.reporting.published import NotPublishedError
from orchestration.resources import Home

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

BOARD_PACK = (PACKS, "board")
JOB = "board_packs"


def build_pack_definitions(
    boards: Sequence[Board], home: Path
) -> tuple[dg.AssetsDefinition, "UnresolvedAssetJobDefinition", list[dg.ScheduleDefinition]]:
    """Return the asset, the job that makes it for one board, and a schedule for each board."""
    partitions = dg.StaticPartitionsDefinition([board.id for board in boards])

    @dg.asset(
        key=list(BOARD_PACK),
        deps=[dg.AssetKey(list(HEARD_RELEASE))],
        partitions_def=partitions,
        group_name=PACKS,
        kinds={"html", "pdf", "csv"},
    )
    def board_pack(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
        """One board's pack for each authority of the last release, as HTML, PDF and CSV.

        Read from the published database alone. A pack that is there already stays as it is. Whom
        the settings name is told of it once.
        """
        from orchestration.alerts.delivery import drain
        from orchestration.reporting.pack.write import write_packs
        from orchestration.watching import watch_packs

        report("Writing what boards read")
        made = write_packs(home.folder, [context.partition_key])
        # Killed before this, the packs are there and nobody is told: the schedule looks for both.
        watch_packs(home.folder, made)
        for trouble in drain(home.folder).troubles:
            context.log.warning(trouble)
        return dg.MaterializeResult(
            metadata={
                "packs": len(made),
                "new": sum(pack.is_new for pack in made),
                "release_id": made[0].release_id if made else "",
            }
        )

    job = dg.define_asset_job(
        JOB,
        selection=[board_pack],
        partitions_def=partitions,
        description=(
            "Make one board's packs of the last release and send them to whom the settings name. It"
            " opens no restricted table."
        ),
    )
    return board_pack, job, [_schedule(board, job, home) for board in boards]


def _schedule(
    board: Board, job: "UnresolvedAssetJobDefinition", home: Path
) -> dg.ScheduleDefinition:
    def due() -> dg.RunRequest | dg.SkipReason:
        from orchestration.reporting.pack.write import are_made
        from orchestration.watching import are_noted

        try:
            release_id, made = are_made(home, board.id)
        except NotPublishedError as error:
            return dg.SkipReason(str(error))
        if made and are_noted(home, release_id, board.id):
            return dg.SkipReason(f"{board.title} has its packs of release {release_id}.")
        return dg.RunRequest(partition_key=board.id)

    return dg.ScheduleDefinition(
        name=f"{board.id}_pack_schedule",
        job=job,
        cron_schedule=board.cron,
        execution_timezone="Europe/London",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"{board.title}: {board.rhythm}, if a release is new to it.",
        execution_fn=lambda _context: due(),
    )
