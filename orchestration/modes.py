"""Who but the owner may open what lies in a home folder: nobody, and one group what is published.

Belongs here: which modes are right, finding and closing what is open wider, and giving the group
its folder. Does not belong here: telling people (``health``, ``commands.doctor``).
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.files import PRIVATE_FOLDER, PUBLISHED_FOLDER
from orchestration.settings import SettingsError, read_setting

SETTING = "HEARD_PUBLISHED_GROUP"
# What nobody else may have: of anything, of what a group may read, of a folder it passes through.
_CLOSED = stat.S_IRWXG | stat.S_IRWXO
_READABLE = stat.S_IWGRP | stat.S_IRWXO
_PASSABLE = stat.S_IRGRP | stat.S_IWGRP | stat.S_IRWXO
_SHARED = ("published", "reports", "candidate/published")
_PASSED_THROUGH = PRIVATE_FOLDER | stat.S_IXGRP


@dataclass(frozen=True, slots=True)
class Wider:
    """A file or folder that is open to more people than it should be.

    Attributes:
        path: Where it is.
        mode: What it is.
        wanted: What it should be.
        is_ours: Whether this account may change that.
    """

    path: Path
    mode: int
    wanted: int
    is_ours: bool


def find_wider(home: Path, inbox: Path | None = None) -> list[Wider]:
    """Return all that is open wider than it should be, folders before what is in them.

    Args:
        home: The home folder.
        inbox: Those who deliver write there, so it is left alone also where it lies in the home.
    """
    found = []
    for path in _all(home, inbox or home / "inbox"):
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        # The mode of a link says nothing.
        wanted = mode & ~_refused(home, path)
        if not stat.S_ISLNK(status.st_mode) and wanted != mode:
            found.append(Wider(path, mode, wanted, status.st_uid == os.geteuid()))
    return found


def close_wider(home: Path, inbox: Path | None = None) -> tuple[list[Wider], list[Wider]]:
    """Close what is open wider; return what was closed, and what is another account's."""
    found = find_wider(home, inbox)
    for each in found:
        if each.is_ours:
            each.path.chmod(each.wanted)
    return [each for each in found if each.is_ours], [each for each in found if not each.is_ours]


def close_home(home: Path) -> None:
    """Close a home folder that somebody made for us; the group of the settings may pass through.

    Raises:
        SettingsError: There is no such group, or this account is no member of it.
    """
    name = read_setting(SETTING)
    if name is None:
        if stat.S_IMODE(home.stat().st_mode) & _CLOSED and home.stat().st_uid == os.geteuid():
            home.chmod(PRIVATE_FOLDER)
        return
    import grp

    published = home / "published"
    try:
        group = grp.getgrnam(name).gr_gid
        for folder, mode in ((home, _PASSED_THROUGH), (published, PUBLISHED_FOLDER)):
            os.chown(folder, -1, group)
            folder.chmod(mode)
        # What was published before the group was named is the group's too.
        for path in published.rglob("*"):
            if path.stat().st_gid != group:
                os.chown(path, -1, group)
    except KeyError:
        raise SettingsError(f"{SETTING}: this machine has no group {name}") from None
    except PermissionError:
        raise SettingsError(
            f"{SETTING}: this account is no member of {name}; run: sudo usermod -aG {name} ACCOUNT"
        ) from None


def _all(home: Path, inbox: Path) -> Iterator[Path]:
    if not home.is_dir():
        return
    yield home
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if Path(folder, name) != inbox]
        for name in (*sorted(folders), *sorted(files)):
            yield Path(folder, name)


def _refused(home: Path, path: Path) -> int:
    if path == home:
        return _PASSABLE if read_setting(SETTING) else _CLOSED
    inside = path.relative_to(home).as_posix()
    if any(inside == shared or inside.startswith(f"{shared}/") for shared in _SHARED):
        return _READABLE
    return _CLOSED
