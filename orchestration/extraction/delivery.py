"""Write a delivery into the inbox so that it is there whole or not at all.

Belongs here: the hidden folder, its lock, fsync and the one rename. Does not belong here: what the
files hold.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.ingestion.files import private_files, sync_file, sync_folder


class DeliveryExistsError(FileExistsError):
    """The inbox already holds a delivery of that authority, source and date."""


class DeliveryBusyError(RuntimeError):
    """Another process writes the same delivery."""


@contextmanager
def unborn_delivery(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write files to; it becomes `folder` when the block ends well.

    Raises:
        DeliveryExistsError: There is such a delivery; what was delivered never changes.
        DeliveryBusyError: Another process is at it.
    """
    _refuse_existing(folder)
    with private_files():
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = folder.with_name(f".{folder.name}.extract")
        draft.mkdir(exist_ok=True)
        # The lock ends with its process, so what a killed one left behind is ours to clear.
        lock = os.open(draft, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(lock, folder)
            for stale in draft.iterdir():
                stale.unlink()
            try:
                yield draft
                _give_birth(draft, folder)
            finally:
                if draft.exists():
                    shutil.rmtree(draft)
        finally:
            os.close(lock)


def _give_birth(draft: Path, folder: Path) -> None:
    for path in sorted(draft.iterdir()):
        sync_file(path)
    sync_folder(draft)
    _refuse_existing(folder)
    draft.rename(folder)
    sync_folder(folder.parent)


def _refuse_existing(folder: Path) -> None:
    if folder.exists():
        raise DeliveryExistsError(
            f"{folder} exists; a delivery never changes, so choose another --as-of, "
            "or move that folder out of the inbox"
        )


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DeliveryBusyError(f"another heard extract is writing {folder}; let it end") from None
