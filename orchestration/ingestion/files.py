"""Files that are private and survive a power cut.

Belongs here: permissions, fsync, atomic replacement. Does not belong here: what a file holds.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder survive a power cut."""
    _sync(folder, os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Make the bytes of a closed file survive a power cut."""
    _sync(path, 0)


def make_private_folder(folder: Path) -> None:
    """Make a folder, and each missing one above it, that nobody else can enter."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def private_files() -> Iterator[None]:
    """Let files that libraries create in this block, such as a write-ahead log, be ours alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """Give a private folder, empty before and gone after; files in it are private as well."""
    shutil.rmtree(folder, ignore_errors=True)
    make_private_folder(folder)
    try:
        with private_files():
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
