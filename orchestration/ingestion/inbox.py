"""Find deliveries in `INBOX/<authority>/<source>/<as_of>/`.

Belongs here: walking the inbox, telling which deliveries are complete, and saying of everything
left alone why. Does not belong here: opening a file (landing does that) or looking into one (the
gate does; a manifest is read by inbox_manifest).
"""

import os
import re
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from orchestration.ingestion.inbox_manifest import (
    BadManifestError,
    compare,
    is_manifest,
    read_promises,
)
from orchestration.ingestion.landing import FileChangedError, UnsafeFileError
from orchestration.ingestion.results import Delivery, Ignored, InboxFile, InboxListing

_AUTHORITY = re.compile(r"[0-9]{3}", re.ASCII)
_AS_OF = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TEMPORARY_SUFFIXES = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", "~")
_TEMPORARY_PREFIXES = ("~$",)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
NOT_SETTLED = "NOT_SETTLED"


class InboxMissingError(FileNotFoundError):
    """The inbox folder is not there."""


def find_deliveries(
    inbox: Path,
    sources: Collection[str],
    settle_seconds: float,
    now_seconds: float | None = None,
) -> InboxListing:
    """List the complete deliveries of an inbox, and everything else with a reason.

    Args:
        inbox: The folder that holds one folder per authority.
        sources: The sources that have a contract or a mapping.
        settle_seconds: A delivery is complete when no file in it changed for this long; one with a
            manifest, as soon as every file that it names is there.
        now_seconds: The time to compare with, as seconds since 1970; the clock's by default.
    """
    if not inbox.is_dir():
        raise InboxMissingError(f"there is no inbox at {inbox}; make it or set HEARD_INBOX")
    now = time.time() if now_seconds is None else now_seconds
    deliveries: list[Delivery] = []
    ignored: list[Ignored] = []
    for authority, source, as_of in _delivery_folders(inbox, sources, ignored):
        folder = inbox / authority / source / as_of.isoformat()
        delivery = Delivery(authority, source, as_of, folder, ())
        try:
            found = _looked_into(delivery, now - settle_seconds, settle_seconds)
        except (FileNotFoundError, FileChangedError):
            # A file was renamed, written or removed while we looked: somebody is still at work.
            found = replace(delivery, ignored=(Ignored(delivery.label, NOT_SETTLED),))
        ignored.extend(found.ignored)
        if found.files:
            deliveries.append(found)
    return InboxListing(tuple(deliveries), tuple(ignored))


def _looked_into(delivery: Delivery, before: float, settle_seconds: float) -> Delivery:
    """The delivery with its files, or without any and with what it waits for."""
    label = delivery.label
    files, left_alone = _files(delivery.folder, label)
    settled = _is_settled(delivery.folder, before, settle_seconds)
    manifests = [file for file in files if is_manifest(file)]
    waiting: list[Ignored] = []
    if manifests:
        files = [file for file in files if not is_manifest(file)]
        try:
            compared = compare(read_promises(manifests), files)
        except (BadManifestError, UnsafeFileError) as error:
            return replace(delivery, ignored=(Ignored(label, "BAD_MANIFEST", str(error)),))
        files = list(compared.files)
        waiting = [Ignored(label, "WAITS_FOR_FILES", told) for told in compared.waits_for]
        unnamed = [Ignored(f"{label}/{file.name}", "NOT_IN_MANIFEST") for file in compared.unnamed]
        # A name spelt otherwise shows twice: as what is awaited, and as what nobody named.
        waiting += unnamed if waiting else []
        left_alone += unnamed
        # The manifest may have been cut at the end of a line, and the rest of it comes.
        settled = settled or not compared.unnamed
    if not waiting and not settled:
        waiting = [Ignored(label, NOT_SETTLED)]
    if waiting:
        return replace(delivery, ignored=tuple(waiting))
    if not files:
        return replace(delivery, ignored=(*left_alone, Ignored(label, "EMPTY_DELIVERY")))
    manifest = manifests[0] if manifests else None
    return replace(delivery, files=tuple(files), ignored=tuple(left_alone), manifest=manifest)


def _delivery_folders(
    inbox: Path, sources: Collection[str], ignored: list[Ignored]
) -> Iterator[tuple[str, str, date]]:
    for authority in _folders(inbox, "", ignored):
        if not _AUTHORITY.fullmatch(authority):
            ignored.append(Ignored(authority, "BAD_AUTHORITY"))
            continue
        for source in _folders(inbox / authority, f"{authority}/", ignored):
            if source not in sources:
                ignored.append(Ignored(f"{authority}/{source}", "UNKNOWN_SOURCE"))
                continue
            prefix = f"{authority}/{source}/"
            for name in _folders(inbox / authority / source, prefix, ignored):
                as_of = _as_date(name)
                if as_of is None:
                    ignored.append(Ignored(f"{prefix}{name}", "BAD_AS_OF"))
                else:
                    yield authority, source, as_of


def _folders(folder: Path, prefix: str, ignored: list[Ignored]) -> list[str]:
    """Names of the real folders inside a folder; anything else is reported."""
    names: list[str] = []
    for entry in _entries(folder):
        if entry.is_symlink():
            ignored.append(Ignored(f"{prefix}{_shown(entry.name)}", "SYMLINK"))
        elif not entry.is_dir(follow_symlinks=False):
            ignored.append(Ignored(f"{prefix}{_shown(entry.name)}", "NOT_A_FOLDER"))
        elif entry.name.startswith("."):
            ignored.append(Ignored(f"{prefix}{_shown(entry.name)}", "HIDDEN"))
        else:
            names.append(entry.name)
    return names


def _files(folder: Path, relative: str) -> tuple[list[InboxFile], list[Ignored]]:
    files: list[InboxFile] = []
    ignored: list[Ignored] = []
    for entry in _entries(folder):
        status = entry.stat(follow_symlinks=False)
        reason = _why_ignored(entry.name, status)
        if reason is not None:
            ignored.append(Ignored(f"{relative}/{_shown(entry.name)}", reason))
            continue
        files.append(
            InboxFile(_shown(entry.name), Path(entry.path), status.st_size, status.st_mtime_ns)
        )
    return files, ignored


def _why_ignored(name: str, status: os.stat_result) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "SYMLINK"
    if not stat.S_ISREG(status.st_mode):
        return "NOT_A_FILE"
    lower = name.lower()
    if lower.startswith(_TEMPORARY_PREFIXES) or lower.endswith(_TEMPORARY_SUFFIXES):
        return "TEMPORARY_NAME"
    if lower.startswith(".") or lower in _SYSTEM_FILES:
        return "HIDDEN"
    if status.st_nlink != 1:
        # Another name for the same bytes could change them after we have looked.
        return "LINKED"
    return None


def _is_settled(folder: Path, before: float, settle_seconds: float) -> bool:
    """Whether nothing in the folder changed lately; a file under a temporary name counts too."""
    if settle_seconds <= 0:
        return True
    found = [entry.stat(follow_symlinks=False) for entry in _entries(folder)]
    # A sender whose clock is ahead writes into the future; when we saw it change is our own time.
    return all(min(each.st_mtime, each.st_ctime) <= before for each in found)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: os.fsencode(entry.name))


def _shown(name: str) -> str:
    """A file name as text that any program can hold, even if its bytes are not UTF-8."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _as_date(name: str) -> date | None:
    if not _AS_OF.fullmatch(name):
        return None
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
