"""Put a whole folder in another's place, in one step where the system can.

Belongs here: the swap and nothing else.
Does not belong here: what the folders hold, or when to swap them.
"""

import ctypes
import os
import shutil
import sys
from pathlib import Path

_HERE = -100  # AT_FDCWD: relative paths count from the working folder
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)


def swap_folder(new: Path, current: Path) -> None:
    """Make ``new`` the folder ``current``; the old one ends under the name of ``new``.

    On Linux both names change in one step. Elsewhere there is a moment with no ``current``, and
    whoever starts next finds ``new`` complete and swaps again.
    """
    if not current.exists():
        new.rename(current)
    elif not _exchange(new, current):
        aside = new.with_name(f"{new.name}.old")
        shutil.rmtree(aside, ignore_errors=True)
        current.rename(aside)
        new.rename(current)
        aside.rename(new)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    # Some file systems (network shares, mostly) cannot; they get the two steps.
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
