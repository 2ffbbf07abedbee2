"""When a refresh runs by itself: every night, and when a delivery has settled in the inbox.

Belongs here: the job, its schedule and its sensor.
Does not belong here: deciding what changed (``orchestration.fingerprint``).
"""

import time
from datetime import UTC, datetime

import dagster as dg

from orchestration.defs.layers import PACKS
from orchestration.fingerprint import (
    fingerprint,
    is_published,
    read_state,
    seconds_since_last_arrival,
    write_state,
)
from orchestration.privacy.keys import MissingKeyError
from orchestration.resources import settings_or_default

FINGERPRINT_TAG = "heard/fingerprint"
MAX_ATTEMPTS = 3
SENSOR_SECONDS = 60
SETTLE_SECONDS = 60.0
# How soon Dagster itself starts a crashed run anew, at the very latest.
RETRY_SECONDS = 600.0
# A run that crashed is tried again from its beginning: what it did is found done in no time, and
# which inputs a release is made of is known to the run that landed them alone.
FROM_THE_BEGINNING = {"dagster/retry_strategy": "ALL_STEPS"}

nightly_refresh = dg.define_asset_job(
    "nightly_refresh",
    # What boards read follows their calendar, not the night's.
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(PACKS),
    tags=FROM_THE_BEGINNING,
    description=(
        "Everything, in order: land the inbox, load raw tables, check them, build and test the"
        " warehouse, check the marts, and publish unless a stop-level check failed."
    ),
)

publish_again = dg.define_asset_job(
    "on_demand_publish",
    selection=dg.AssetSelection.groups("release"),
    description="Publish what the warehouse holds now, without building it again.",
)

nightly_refresh_schedule = dg.ScheduleDefinition(
    name="nightly_refresh_schedule",
    job=nightly_refresh,
    # After the case systems' own nightly jobs and before anybody opens a report.
    cron_schedule="30 4 * * *",
    execution_timezone="Europe/London",
    # On from the first start: nobody should have to find a switch before anything happens.
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Refresh at 04:30, also when the sensor is switched off.",
)


@dg.sensor(
    name="new_delivery_sensor",
    job=nightly_refresh,
    minimum_interval_seconds=SENSOR_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Refresh when the inbox, the code or the settings differ from the last release.",
)
def new_delivery_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run when the inputs' hash is not the published one.

    The state file and the runs decide, not a cursor. The run key holds the number of the
    attempt: Dagster never runs a key twice, so a key without it would block a delivery for ever
    after one failure.
    """
    settings = settings_or_default()
    state = read_state(settings.home)
    try:
        current = fingerprint(settings, state)
    except MissingKeyError as error:
        return dg.SkipReason(str(error))
    if is_published(settings, state, current):
        return dg.SkipReason("Nothing new since the last release.")
    if state.held_back is not None and state.held_back.fingerprint == current:
        return dg.SkipReason(
            "A stop-level check held these same inputs back; `heard status` names it. The next"
            " delivery is tried by itself."
        )
    if seconds_since_last_arrival(state) < SETTLE_SECONDS:
        # A run would leave it alone, and then there would be nothing new to ask for.
        return dg.SkipReason("A delivery is still being copied.")
    settings.home.mkdir(parents=True, exist_ok=True)
    write_state(settings.home, state)
    attempts = context.instance.get_run_records(
        dg.RunsFilter(tags={FINGERPRINT_TAG: current}), limit=MAX_ATTEMPTS
    )
    if any(not record.dagster_run.is_finished for record in attempts):
        return dg.SkipReason("A run for these inputs is under way.")
    if any(_comes_again(record) for record in attempts):
        return dg.SkipReason("A run for these inputs is about to be tried again.")
    if len(attempts) >= MAX_ATTEMPTS:
        return dg.SkipReason(
            f"{MAX_ATTEMPTS} runs for these inputs failed; read the last one's error, mend it,"
            " and run `heard run`."
        )
    return dg.RunRequest(run_key=f"{current}:{len(attempts) + 1}", tags={FINGERPRINT_TAG: current})


@dg.sensor(
    name="incident_sensor",
    minimum_interval_seconds=SENSOR_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Escalate what waits, notice a run or a delivery that is late, send messages.",
)
def incident_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Do what time makes due and empty the outbox; it never asks for a run."""
    from orchestration.alerts.delivery import drain
    from orchestration.watching import watch_time

    home = settings_or_default().home
    watch_time(home, datetime.now(UTC))
    drained = drain(home)
    for trouble in drained.troubles:
        context.log.warning(trouble)
    return dg.SkipReason(f"{drained.sent} messages sent, {drained.failed} failed.")


def _comes_again(record: dg.RunRecord) -> bool:
    """Whether a run crashed just now, so that Dagster starts it anew: two would work twice."""
    ended = record.end_time or 0.0
    return (
        record.dagster_run.is_complete_and_waiting_to_retry and time.time() - ended < RETRY_SECONDS
    )
