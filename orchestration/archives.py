"""Read what a zip archive holds, past members that nobody can read.

Belongs here: members one by one, and that there was one that could not be read. Does not belong
here: what somebody looks for in them.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

_LARGEST = 1 << 30
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    # A compression that Python does not have, and a password.
    NotImplementedError,
    RuntimeError,
)


def members(path: Path) -> Iterator[bytes | None]:
    """The bytes of each member; None for one that is damaged, encrypted or larger than 1 GiB."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                yield _read(archive, member)
    except _UNREADABLE:
        yield None


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    if member.file_size > _LARGEST:
        return None
    try:
        return archive.read(member)
    except _UNREADABLE:
        return None
