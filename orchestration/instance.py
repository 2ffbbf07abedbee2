"""Prepare the home folder and this process for a run: folders, privacy, Dagster's settings.

Belongs here: what must be true before Dagster, dbt or Great Expectations is imported.
Does not belong here: importing any of them, or deciding whether a run is needed.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from orchestration.files import PRIVATE_FILE, PRIVATE_FOLDER, replace_text
from orchestration.modes import close_home
from orchestration.settings import Settings

# Only the owner may read what this process makes: the warehouse and the event log are data.
PRIVATE_UMASK = 0o077
FOLDERS = ("tmp", "dagster", "dbt", "quarantine", "reports", "published")

# Nothing in this project calls home. Set here, and not left to whoever starts the process.
QUIET_ENVIRONMENT = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
# Dagster stores events one by one unless told; the ledger, not the event log, is the record.
EVENTS_AT_A_TIME = "100"
# A child that was being started holds the lock of a killed run until it is killed, too.
_LAST_BREATH_SECONDS = 5
_POLL_SECONDS = 0.02


class RunInProgressError(RuntimeError):
    """Another run holds the home folder."""


def dagster_home(settings: Settings) -> Path:
    """Return the folder that holds Dagster's settings and run history."""
    return settings.home / "dagster"


def prepare_process(settings: Settings) -> None:
    """Make the home folder and point this process at it; call before importing Dagster."""
    os.umask(PRIVATE_UMASK)
    settings.home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    for name in FOLDERS:
        (settings.home / name).mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    close_home(settings.home)
    shipped = Path(__file__).with_name("deploy") / "dagster.yaml"
    wanted = shipped.read_text(encoding="utf-8")
    target = dagster_home(settings) / "dagster.yaml"
    if not target.is_file() or target.read_text(encoding="utf-8") != wanted:
        replace_text(target, wanted)
    os.environ.update(
        QUIET_ENVIRONMENT,
        DAGSTER_EVENT_BATCH_SIZE=EVENTS_AT_A_TIME,
        HEARD_HOME=str(settings.home.resolve()),
        HEARD_INBOX=str(settings.inbox.resolve()),
    )


@contextmanager
def sole_run(home: Path) -> Iterator[None]:
    """Hold the home folder for one run, or say that another run has it.

    Raises:
        RunInProgressError: Another process holds it. The lock ends with that process, however it
            ends, so there is never a stale one to delete.
    """
    descriptor = os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as handle:
        _take(handle, home)
        handle.seek(0)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _take(handle: TextIO, home: Path) -> None:
    """Lock the file; wait for what a killed run had just started and does not know of its end."""
    import fcntl

    patience = time.monotonic() + _LAST_BREATH_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            if _is_gone(holder) and time.monotonic() < patience:
                time.sleep(_POLL_SECONDS)
                continue
            raise RunInProgressError(
                f"another run (process {holder}) is using {home}; wait for it to end,"
                " or give this run another home folder"
            ) from error
        return


def _is_gone(holder: str) -> bool:
    return sys.platform == "linux" and not Path("/proc", holder).exists()


def main() -> None:
    """Prepare the home folder for Dagster's own commands and say where their settings are."""
    settings = Settings.from_environment()
    prepare_process(settings)
    sys.stdout.write(f"{dagster_home(settings)}\n")


if __name__ == "__main__":
    main()
