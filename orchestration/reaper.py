"""Clear what a run left behind that ended without a word: a power cut, a kill, a full disk.

Belongs here: finding leftovers that nobody can need any more, and runs that Dagster believes to
be under way.
Does not belong here: committed data (it is whole, or it was never there), or starting the work
again (the next run does, from the ledger).
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.privacy.keys import key_file
from orchestration.reporting.release_files import clear_drafts, is_unfinished

if TYPE_CHECKING:
    import dagster as dg

WAREHOUSE = "warehouse.duckdb"
# Named here as well: to import the package that writes it costs more than a run with nothing new.
UNFINISHED_ERASURE = "erasures/pending.json"
_PROCESS = re.compile(r"\.([0-9]+)(?:\.|$)", re.ASCII)
# The service parses the project before it opens the warehouse, so only age tells.
_PARSE_SECONDS = 3600.0
# Names that begin with a dot are drafts wherever we write; these folders hold ours alone.
_DRAFT_FOLDERS = ("", "landing", "landing/deliveries", "dagster", "erasures")
# Numbers of processes come again, after a restart at once; no draft takes an hour to write.
_DRAFT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Reaped:
    """What was cleared."""

    drafts: int = 0
    scratch: int = 0
    finished_release: bool = False
    runs: int = 0


def has_leftovers(home: Path) -> bool:
    """Say, at the cost of three looks, whether a release, erasure or rotation is unfinished."""
    return (
        is_unfinished(home / "published")
        or (home / UNFINISHED_ERASURE).exists()
        or _rotation_waits()
    )


def _rotation_waits() -> bool:
    path = key_file()
    return path is not None and path.with_name(f"{path.name}.next").exists()


def reap(home: Path) -> Reaped:
    """Clear the leftovers of runs that are no more; the caller holds the home folder.

    While another process has the warehouse open, nothing is touched: it may be at work. Call this
    before this process opens the warehouse: closing any handle of a file gives up its locks.
    """
    with _warehouse_to_ourselves(home) as ours:
        if not ours:
            return Reaped()
        unfinished = is_unfinished(home / "published")
        drafts = sum(_clear_drafts(home / folder) for folder in _DRAFT_FOLDERS)
        drafts += _clear_folders(home) + _clear_keys()
        drafts += _clear_parts(home / "quarantine")
        if (home / "published").is_dir():
            drafts += clear_drafts(home / "published")
        reaped = Reaped(drafts, _clear_scratch(home), unfinished)
    if _rotation_waits():
        from orchestration.rotating import finish_rotation

        finish_rotation(home)
    return reaped


def end_stale_runs(instance: "dg.DagsterInstance", tags: Mapping[str, str] | None = None) -> int:
    """Mark runs as failed that no process carries on, and free what they hold.

    Dagster waits for such runs for ever, and they keep their place in the pool, so that no other
    run starts. Never call this beside a live run: it would come back from failure to success.

    Args:
        instance: Dagster's memory.
        tags: Only runs with these tags; every run when left out.
    """
    import dagster as dg

    under_way = [
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.CANCELING,
    ]
    stale = instance.get_runs(dg.RunsFilter(statuses=under_way, tags=tags))
    for run in stale:
        instance.report_run_failed(run, "The process that ran this ended without a word.")
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(stale)


@contextmanager
def _warehouse_to_ourselves(home: Path) -> Iterator[bool]:
    """Hold the lock that DuckDB itself would take, or say that another process has it."""
    path = home / WAREHOUSE
    if not path.is_file():
        yield True
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _clear_drafts(folder: Path) -> int:
    cleared = 0
    for path in folder.glob(".*"):
        if path.is_file() and not path.is_symlink() and not _is_at_work(path):
            path.unlink(missing_ok=True)
            cleared += 1
    return cleared


def _clear_keys() -> int:
    """Clear keys that were killed at their birth: nobody ever used them."""
    path = key_file()
    if path is None:
        return 0
    drafts = [draft for draft in path.parent.glob(f".{path.name}.next.*") if not _is_written(draft)]
    for draft in drafts:
        draft.unlink(missing_ok=True)
    return len(drafts)


def _clear_folders(home: Path) -> int:
    """Clear frozen releases and packs that were being made, or taken away, whole."""
    # Names of releases begin with their time, and packs are made of the newest.
    newest = max((home / "reports").glob("*"), default=home / "reports")
    drafts = [
        path
        for path in (*(home / "releases").glob(".*"), *newest.glob("*/.*"))
        if path.is_dir() and not path.is_symlink() and not _is_written(path)
    ]
    for path in drafts:
        shutil.rmtree(path, ignore_errors=True)
    return len(drafts)


def _is_at_work(path: Path) -> bool:
    """Whether a file may still be written; a name without a process is not one of our drafts."""
    return _PROCESS.search(path.name) is None or _is_written(path)


def _is_written(path: Path) -> bool:
    """Whether the process that is named in a draft's name may still be writing it."""
    found = _PROCESS.search(path.name)
    if found is None:
        return False
    process = int(found.group(1))
    if process == os.getpid():
        return False
    if abs(time.time() - path.stat().st_mtime) > _DRAFT_SECONDS:
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _clear_parts(folder: Path) -> int:
    parts = list(folder.rglob(".*.part"))
    for path in parts:
        path.unlink(missing_ok=True)
    return len(parts)


def _clear_scratch(home: Path) -> int:
    """Empty the folder for work in progress, and dbt's of parses that ended long ago."""
    long_ago = time.time() - _PARSE_SECONDS
    parses = (home / "dbt" / "target").glob(".parsing-*")
    scratch = [
        *(home / "tmp").glob("*"),
        *(path for path in parses if path.stat().st_mtime < long_ago),
    ]
    for path in scratch:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(scratch)
