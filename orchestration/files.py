"""Small promises about files: a hash of many, and text that is there whole or not at all.

Belongs here: helpers of the standard library that more than one room uses.
Does not belong here: anything that knows what the files mean.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
# A group may be given the published files; the warehouse stays the owner's alone.
PUBLISHED_FILE = 0o640
PUBLISHED_FOLDER = 0o750
_CHUNK_BYTES = 1 << 20


def digest_file(path: Path) -> str:
    """Return the BLAKE2b hash of a file's content."""
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def digest_files(paths: Iterable[Path], root: Path) -> str:
    """Return one hash of the names (below root) and the content of files; folders do not count."""
    digest = hashlib.blake2b(digest_size=32)
    for path in paths:
        if path.is_file():
            digest.update(f"{path.relative_to(root).as_posix()}\0{digest_file(path)}\n".encode())
    return digest.hexdigest()


def replace_text(path: Path, text: str, mode: int = PRIVATE_FILE) -> None:
    """Write a file so that a reader, or a power cut, finds the old text or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    # One of a process that had our number and was killed may be closed to writing.
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def share(path: Path) -> None:
    """Let the group of the folder that it lies in read a file, or go into a folder."""
    path.chmod(PUBLISHED_FOLDER if path.is_dir() else PUBLISHED_FILE)
    group = path.parent.stat().st_gid
    if path.stat().st_gid != group:
        # Whose group it is not cannot give it away; the file is then closed to more, not to fewer.
        with suppress(PermissionError):
            os.chown(path, -1, group)


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until a folder's list of names is on the disk, so that a rename lasts."""
    sync_file(path)
