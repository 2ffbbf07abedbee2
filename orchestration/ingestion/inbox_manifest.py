"""Read `manifest.csv`, in which a delivery may say what belongs to it.

    file_name,bytes,rows,sha256
    ssd_person.csv,48213,1204,
    ssd_cla_episodes.csv,91544,2217,

`rows` and `sha256` may be left blank, or out. With a manifest a delivery is complete when every
file that it names is there with its bytes, however lately it was written. A file cut at the end
of a line is valid CSV, so only a count of its rows tells.

Belongs here: reading the manifest, and comparing it with what lies beside it. Does not belong
here: counting rows (the parser does) or hashing (landing does).
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from orchestration.ingestion.landing import read_whole
from orchestration.ingestion.results import InboxFile

MANIFEST_NAME = "manifest.csv"
# In these a line is a row; elsewhere no two programs count alike.
_COUNTED = (".csv", ".parquet", ".xlsx", ".xml")
_REQUIRED = ("file_name", "bytes")
_COLUMNS = (*_REQUIRED, "rows", "sha256")
_MOST_BYTES = 1 << 20
_LONGEST_NAME = 255
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BadManifestError(ValueError):
    """A manifest cannot be understood; the message names row and column, and no value."""

    def __init__(self, expected: str, row: int | None = None, column: str = "") -> None:
        place = [f"row {row}"] * (row is not None) + [f"column {column}"] * bool(column)
        super().__init__(": ".join((", ".join((MANIFEST_NAME, *place)), expected)))


@dataclass(frozen=True, slots=True)
class Promise:
    """One file as the manifest describes it; None and blank where it does not say."""

    name: str
    size: int
    rows: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A delivery beside its manifest.

    Attributes:
        files: The named files that are there, with what was promised of them.
        waits_for: What is still missing, in words.
        unnamed: Files that the manifest does not name.
    """

    files: tuple[InboxFile, ...]
    waits_for: tuple[str, ...]
    unnamed: tuple[InboxFile, ...]


def is_manifest(file: InboxFile) -> bool:
    """Whether a file of a delivery is its manifest, whatever the case of its letters."""
    return file.name.lower() == MANIFEST_NAME


def compare(promises: Sequence[Promise], files: Sequence[InboxFile]) -> Compared:
    """Hold what is there against what was promised.

    Args:
        promises: From `read_promises`.
        files: The files of the delivery, without the manifest.
    """
    there = {file.name: file for file in files}
    found, waits_for = [], []
    for promise in promises:
        file = there.pop(promise.name, None)
        if file is None:
            waits_for.append(f"{promise.name} is not there")
        elif file.size != promise.size:
            waits_for.append(f"{promise.name} has {file.size:,} of {promise.size:,} bytes")
        else:
            found.append(replace(file, rows=promise.rows, sha256=promise.sha256))
    return Compared(tuple(found), tuple(waits_for), tuple(there.values()))


def read_promises(manifests: Sequence[InboxFile]) -> tuple[Promise, ...]:
    """What a manifest says of each file that it names.

    Args:
        manifests: The files of one delivery that are its manifest: one, or somebody must choose.

    Raises:
        BadManifestError: It cannot be understood.
        FileChangedError: It changed while it was read.
        UnsafeFileError: It is no plain file.
    """
    if len(manifests) > 1:
        raise BadManifestError("there are two of them; keep the right one")
    rows = _rows(_text(manifests[0]))
    columns = _columns(next(rows, (1, []))[1])
    promises: dict[str, Promise] = {}
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            raise BadManifestError(f"expected {len(columns)} cells, as in row 1", number)
        promise = _promise(number, dict(zip(columns, cells, strict=True)))
        if promise.name in promises:
            raise BadManifestError("the file is named twice", number, "file_name")
        promises[promise.name] = promise
    if not promises:
        raise BadManifestError("it names no file; write one row for each file")
    return tuple(promises.values())


def _text(manifest: InboxFile) -> str:
    if manifest.size > _MOST_BYTES:
        raise BadManifestError("expected at most 1 MB; name files only, one in each row")
    content = read_whole(manifest)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The original error quotes the bytes, so it goes no further.
        raise BadManifestError('expected UTF-8 text; save it as "CSV UTF-8"') from None
    if "\0" in text:
        raise BadManifestError('expected text without NUL bytes; save it as "CSV UTF-8"')
    if text and not text.endswith(("\n", "\r")):
        raise BadManifestError("the last line has no end; it may still be being copied")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            yield number, [cell.strip() for cell in cells]
    except csv.Error:
        raise BadManifestError(
            "expected cells set apart by commas, in whole quotation marks or none", number + 1
        ) from None


def _columns(header: list[str]) -> list[str]:
    columns = [cell.lower() for cell in header]
    for place, column in enumerate(columns):
        # A misspelt `rows` would pass for a manifest that promises none.
        if column not in _COLUMNS or column in columns[:place]:
            raise BadManifestError(
                f"expected {', '.join(_COLUMNS)}, each once; cell {place + 1} is another", 1
            )
    for column in _REQUIRED:
        if column not in columns:
            raise BadManifestError("expected this column", 1, column)
    return columns


def _promise(row: int, cells: dict[str, str]) -> Promise:
    name, rows, sha256 = cells["file_name"], cells.get("rows", ""), cells.get("sha256", "").lower()
    if not _is_plain(name):
        raise BadManifestError(
            "expected the name of a file in this folder, without a path, and not the manifest's",
            row,
            "file_name",
        )
    if not _NUMBER.fullmatch(cells["bytes"]):
        raise BadManifestError("expected a whole number of bytes in figures", row, "bytes")
    if rows and not _NUMBER.fullmatch(rows):
        raise BadManifestError("expected a whole number of rows in figures, or blank", row, "rows")
    if rows and PurePath(name).suffix.lower() not in _COUNTED:
        kinds = " and ".join(_COUNTED)
        raise BadManifestError(f"expected blank: only rows of {kinds} are counted", row, "rows")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise BadManifestError("expected 64 figures and letters a to f, or blank", row, "sha256")
    return Promise(name, int(cells["bytes"]), int(rows) if rows else None, sha256)


def _is_plain(name: str) -> bool:
    return (
        0 < len(name) <= _LONGEST_NAME
        and name.lower() != MANIFEST_NAME
        and not name.startswith(".")
        and not any(each in "/\\" or unicodedata.category(each).startswith("C") for each in name)
    )
