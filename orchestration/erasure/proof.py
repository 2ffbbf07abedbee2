"""Prove an erasure: nothing that was said of the person, or went, is found in the home folder.

Belongs here: which files are searched, in which order, and what a find means.
Does not belong here: looking into a file (search).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.erasure.pending import pending_path
from orchestration.erasure.search import Sentinel, found_in, is_read_whole
from orchestration.progress import report

_TOLD = 5
_LANDING = "landing"


class ErasureIncompleteError(RuntimeError):
    """Something of a person who was erased is still in the home folder."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was searched for: how many texts, in how many files and bytes.

    A text that a landed file still holds stands in a row of somebody else: a brother's record that
    says the same, or a name in another child's case. No id tells that it is about this person, so
    it stays, and so does what was made of it; `shared` counts these. `unread` counts archives with
    a member that nobody can read, such as a workbook with a password.
    """

    files: int
    bytes: int
    texts: int
    shared: int
    unread: int


def prove(home: Path, sentinels: Iterable[Sentinel]) -> Proof:
    """Search everything.

    Raises:
        ErasureIncompleteError: With the files that still hold something.
    """
    wanted = set(sentinels)
    files = sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    files = [path for path in files if path != pending_path(home)]
    # The records of deliveries, which lie below, hold no rows.
    landed = [path for path in files if path.parent == home / _LANDING]
    shared: set[Sentinel] = set()
    for path in landed:
        shared |= found_in(path, wanted - shared)
    left = wanted - shared
    held: list[Path] = []
    others = [path for path in files if path not in set(landed)]
    for done, path in enumerate(others, start=1):
        if found_in(path, left):
            held.append(path)
        report("Searching the home folder", done, len(others))
    if held:
        names = ", ".join(str(path.relative_to(home)) for path in held[:_TOLD])
        raise ErasureIncompleteError(
            f"{len(held)} files still hold something that was to go: {names}. Remove what Heard"
            " does not need, then give the same command again (for a person with"
            " --even-if-unknown); no certificate was written"
        )
    size = sum(path.stat().st_size for path in files)
    unread = sum(not is_read_whole(path) for path in files)
    return Proof(len(files), size, len(wanted), len(shared), unread)
