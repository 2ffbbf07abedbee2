"""Directory entries that are no plain files, and names that no manifest can spell.

Belongs here: links, pipes, folders and raw names. Does not belong here: content.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.faults.texts import filled

NAMES: dict[str, bytes] = {
    "long_name": b"x" * 196 + b".csv",
    "latin_name": b"rev\xe9.csv",
}


def _good_file_outside(path: Path) -> Path:
    """A good file that lies outside the inbox."""
    outside = path.parents[4] / "outside"
    outside.mkdir(exist_ok=True)
    target = outside / f"{path.parents[2].name}.csv"
    target.write_text(filled("<H>\n<V1>\n"))
    return target


def _listener(path: Path) -> None:
    # A socket's address may be no longer than 108 bytes, so it is made where it stands.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


ENTRIES: dict[str, Callable[[Path], None]] = {
    "symbolic_link": lambda path: path.symlink_to(_good_file_outside(path)),
    "link_to_nowhere": lambda path: path.symlink_to("/nowhere/at/all.csv"),
    "link_to_a_secret": lambda path: path.symlink_to("/etc/passwd"),
    "second_name": lambda path: path.hardlink_to(_good_file_outside(path)),
    "pipe": lambda path: os.mkfifo(path),
    "listener": _listener,
    "folder": lambda path: path.mkdir(),
}
