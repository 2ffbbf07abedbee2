"""``heard reap``: clear what a power cut left behind, before the service starts.

Belongs here: the order of it. Does not belong here: what is cleared (``orchestration.reaper``).
"""

import os
from pathlib import Path

from orchestration.commands.output import print_json, say
from orchestration.instance import dagster_home, prepare_process, sole_run
from orchestration.reaper import end_stale_runs
from orchestration.reaper import reap as clear
from orchestration.settings import Settings


def reap(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Clear leftovers and end the runs that nobody carries on; only while no service runs."""
    settings = Settings.from_environment(inbox, home)
    prepare_process(settings)
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings).resolve())
    with sole_run(settings.home):
        cleared = clear(settings.home)

        import dagster as dg

        with dg.DagsterInstance.get() as instance:
            runs = end_stale_runs(instance)
    if as_json:
        print_json(
            {
                "drafts": cleared.drafts,
                "scratch": cleared.scratch,
                "finished_release": cleared.finished_release,
                "runs": runs,
            }
        )
    else:
        told = "; a release was finished" if cleared.finished_release else ""
        say(f"Cleared {cleared.drafts} drafts, {cleared.scratch} in tmp, {runs} runs{told}.")
    return 0
