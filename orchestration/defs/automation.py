"""When a refresh runs by itself: every night, and when a delivery has settled in the inbox.

Belongs here: the job, its schedule and its sensor.
Does not belong here: deciding what changed (``orchestration.fingerprint``).
"""

import dagster as dg

from orchestration.fingerprint import fingerprint, is_published, read_state, write_state
from orchestration.privacy.keys import MissingKeyError
from orchestration.resources import settings_or_default

FINGERPRINT_TAG = "heard/fingerprint"
MAX_ATTEMPTS = 3
SENSOR_SECONDS = 60

nightly_refresh = dg.define_asset_job(
    "nightly_refresh",
    selection=dg.AssetSelection.all(),
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
    description="Refresh at 04:30, also when the sensor is switched off.",
)


@dg.sensor(
    name="new_delivery_sensor",
    job=nightly_refresh,
    minimum_interval_seconds=SENSOR_SECONDS,
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
    settings.home.mkdir(parents=True, exist_ok=True)
    write_state(settings.home, state)
    attempts = context.instance.get_run_records(
        dg.RunsFilter(tags={FINGERPRINT_TAG: current}), limit=MAX_ATTEMPTS
    )
    if any(not record.dagster_run.is_finished for record in attempts):
        return dg.SkipReason("A run for these inputs is under way.")
    if len(attempts) >= MAX_ATTEMPTS:
        return dg.SkipReason(
            f"{MAX_ATTEMPTS} runs for these inputs failed; read the last one's error, mend it,"
            " and run `heard run`."
        )
    return dg.RunRequest(run_key=f"{current}:{len(attempts) + 1}", tags={FINGERPRINT_TAG: current})
