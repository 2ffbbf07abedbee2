"""Ask before a run whether it can end well: rights to the folders, and room on the disk.

Belongs here: what the standard library can answer in a moment, each refusal with the command
that mends it, and the ballast that makes room when a disk is full.
Does not belong here: the whole examination (``health``), or anything about the data.
"""

import grp
import os
import pwd
import shlex
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from orchestration.files import PRIVATE_FILE
from orchestration.ingestion.delivery_manifest import DamagedRecordError, list_records, read_record
from orchestration.settings import Settings

MEBIBYTE = 1 << 20
# Landed once, loaded once, and a table of the warehouse is rewritten beside the old one.
INPUT_COPIES = 3
# What DuckDB, dbt and the run history need for themselves.
WORKING_BYTES = 64 * MEBIBYTE
BALLAST = "ballast"
BALLAST_BYTES = 64 * MEBIBYTE
# Ballast must never be what fills the disk.
_BALLAST_ROOM = 16


class AccessRefusedError(PermissionError):
    """This account may not do with a folder what a run does."""


class DiskFullError(OSError):
    """There is not enough room for a run."""


def require_ready(settings: Settings) -> None:
    """Refuse a run that could not end.

    Raises:
        AccessRefusedError: A folder is not this account's to use.
        DiskFullError: The disk has less room than the run may need.
    """
    require_access(settings)
    require_room(settings)
    keep_ballast(settings.home)


def require_access(settings: Settings) -> None:
    """Refuse folders that cannot be read (inbox) or written (home).

    Raises:
        AccessRefusedError: With the command that gives the right.
    """
    inbox, home = settings.inbox, settings.home
    if inbox.is_dir() and not os.access(inbox, os.R_OK | os.X_OK):
        raise AccessRefusedError(
            f"{inbox} cannot be read by {_account()}; run: {read_command(inbox)}"
        )
    for folder in _written(home):
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise AccessRefusedError(
                f"{folder} cannot be written by {_account()}; run: {write_command(folder)}"
            )
    warehouse = home / "warehouse.duckdb"
    if warehouse.exists() and not os.access(warehouse, os.R_OK | os.W_OK):
        raise AccessRefusedError(
            f"{warehouse} cannot be written by {_account()}; run: {write_command(warehouse)}"
        )


def require_room(settings: Settings) -> None:
    """Refuse to begin what would fill the disk.

    Raises:
        DiskFullError: With how much is needed and how much is free.
    """
    lack = lack_of_room(settings)
    if lack is not None:
        raise DiskFullError(lack)


def lack_of_room(settings: Settings) -> str | None:
    """Return how much a run needs and how much is free, and what to do; None if there is room."""
    new = sum(_new_bytes(settings))
    needed = INPUT_COPIES * new + WORKING_BYTES
    free = shutil.disk_usage(nearest(settings.home)).free
    if free >= needed:
        return None
    ballast = settings.home / BALLAST
    help_ = "; `heard doctor --free-ballast` gives 64 MB back at once" if ballast.exists() else ""
    return (
        f"a run needs {told(needed)} free where {settings.home} lies ({INPUT_COPIES} times the"
        f" {told(new)} of new extracts, and {told(WORKING_BYTES)} to work in), and {told(free)} is"
        f" free; make room and run again{help_}"
    )


class TellingLackOfRoom:
    """Tell a full disk as such: whatever fails on one fails in words that help nobody.

    Dagster's history, DuckDB and dbt each have their own, some of them a page long.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        """There is nothing to do before something fails."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise DiskFullError in an error's place where there is no room to go on."""
        if kind is not None and issubclass(kind, Exception):
            lack = lack_of_room(self._settings)
            if lack is not None:
                raise DiskFullError(lack) from None


def keep_ballast(home: Path) -> None:
    """Keep 64 MB that can be given back when nothing else can be deleted."""
    path = home / BALLAST
    if not home.is_dir() or (path.exists() and path.stat().st_size == BALLAST_BYTES):
        return
    if shutil.disk_usage(home).free < _BALLAST_ROOM * BALLAST_BYTES:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        # Ballast is a kindness, so a file system that cannot reserve room goes without.
        with suppress(OSError):
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
    finally:
        os.close(descriptor)


def free_ballast(home: Path) -> int:
    """Give the ballast back; return how many bytes it held."""
    path = home / BALLAST
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return 0
    path.unlink()
    return size


def read_command(folder: Path) -> str:
    """Return the command that lets this account read a folder."""
    path = shlex.quote(str(folder))
    return f"sudo chgrp -R {_group()} {path} && sudo chmod -R g+rX {path}"


def write_command(path: Path) -> str:
    """Return the command that gives a folder of ours back to this account."""
    if path.stat().st_uid == os.geteuid():
        return f"chmod -R u+rwX {shlex.quote(str(path))}"
    return f"sudo chown -R {_account()} {shlex.quote(str(path))}"


def nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def told(size: int) -> str:
    """Return a size as people say it."""
    if size >= 1024 * MEBIBYTE:
        return f"{size / (1024 * MEBIBYTE):.1f} GB"
    return f"{-(-size // MEBIBYTE)} MB"


def _account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _group() -> str:
    try:
        return grp.getgrgid(os.getegid()).gr_name
    except KeyError:
        return str(os.getegid())


def _written(home: Path) -> Iterator[Path]:
    """Yield the folders that a run writes to, as far as they are there."""
    if not home.exists():
        yield nearest(home)
        return
    yield home
    # Below a closed home nothing can be asked; the first refusal is told first.
    for name in ("landing", "published", "quarantine", "tmp", "dagster", "dbt"):
        if os.access(home, os.X_OK) and (home / name).exists():
            yield home / name


def _new_bytes(settings: Settings) -> Iterator[int]:
    """Yield the sizes of files of the inbox that no landed delivery of that folder holds."""
    landed: set[tuple[str, int]] = set()
    for path in list_records(settings.home):
        with suppress(DamagedRecordError):
            delivery = read_record(path).landed
            landed |= {(f"{delivery.label}/{file.name}", file.size) for file in delivery.files}
    for path in settings.inbox.glob("*/*/*/*"):
        if path.is_symlink() or not path.is_file():
            continue
        size = path.stat().st_size
        if (path.relative_to(settings.inbox).as_posix(), size) not in landed:
            yield size
