"""A file system of a few megabytes, really mounted, that can be filled to the last byte.

Belongs here: mounting, filling, making room. Does not belong here: what is tried on it (the tests).
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MEBIBYTE = 1 << 20
_BLOCK = 4096


@dataclass(frozen=True)
class SmallDisk:
    """One mounted file system."""

    root: Path

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        return shutil.disk_usage(self.root).free

    def fill(self, leaving: int = 0) -> None:
        """Let somebody else's file take everything but a few bytes."""
        with (self.root / "filler").open("ab", buffering=0) as stream:
            while (room := self.free - leaving) >= _BLOCK:
                try:
                    stream.write(bytes(min(room, _MEBIBYTE)))
                except OSError:
                    # Somebody else was quicker: it is full, which was the aim.
                    return

    def make_room(self) -> None:
        """Take that file away."""
        (self.root / "filler").unlink()


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[SmallDisk | None]:
    """Mount a file system on a folder for the time of a block; None where that is not allowed."""
    folder.mkdir(parents=True)
    options = f"size={mebibytes}m,mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily, because a process that was killed may still be on its way out.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
