"""Find the cells of a sheet that a workbook reader hands over as something they are not.

A formula that was never calculated reads as a blank, and a long number reads as if all of its
digits were known. Only the sheet's XML tells, so it is read again, cell by cell, where the gate or
the texts gave reason to.

Belongs here: the XML of workbooks. Does not belong here: what becomes of such cells
(workbook_reader).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from posixpath import join, normpath
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.workbook_gate import column_place, unpack

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAG = rb"(?:\w+:)?"
# A cell with a formula and no value; an empty value is one of a text formula (t="str"). No tag
# holds a `<`, so that a hostile sheet costs no hours.
_UNCALCULATED = re.compile(
    rb"<%(tag)sc\b(?P<text>(?=[^<>]*\bt=[\"']str[\"']))?[^<>]*>\s*"
    rb"<%(tag)sf\b(?:[^<>]*/>|[^<>]*>[^<]*</%(tag)sf>)\s*"
    rb"(?(text)|(?:<%(tag)sv\s*/>|<%(tag)sv>\s*</%(tag)sv>)?)\s*</%(tag)sc>" % {b"tag": _TAG}
)
# A yes or no that is neither 0 nor 1: a reader takes whatever it is for a yes.
_ODD_BOOLEAN = re.compile(
    rb"\bt=[\"']b[\"'][^<>]*>\s*(?:<%(tag)sf\b(?:[^<>]*/>|[^<>]*>[^<]*</%(tag)sf>))?\s*"
    rb"<%(tag)sv\b[^<>]*>(?![01]</)[^<]" % {b"tag": _TAG}
)
# What may stand inside a cell and hides it from that.
_HIDING = (b"<![CDATA[", b"<!--", b"<?")
_DATA = re.compile(rb"<%(tag)ssheetData\b" % {b"tag": _TAG})
_ADDRESS = re.compile(rb" r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
# More than the longest formula, so that none is missed between two pieces.
_SEAM = 1 << 15
_FIRST_ROUNDED = 1e15


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What the XML of a sheet says; rows and columns are counted from 0.

    Attributes:
        first_column: The first column with a value, be it an empty text.
        last_row: The last row with one.
        last_column: The last column with one.
        uncalculated: The cells with a formula and no value.
        rounded: The whole numbers too long for Excel to have kept every digit.
    """

    first_column: int
    last_row: int
    last_column: int
    uncalculated: tuple[tuple[int, int], ...]
    rounded: tuple[tuple[int, int], ...]


def sheet_parts(path: Path) -> dict[str, str]:
    """The part of the workbook that holds each sheet, by the sheet's name."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with ZipFile(path) as archive:
        try:
            book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
            links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
        except (KeyError, etree.XMLSyntaxError):
            return {}
    targets = {
        link.get("Id", ""): normpath(join("/xl", link.get("Target", ""))).lstrip("/")
        for link in links
    }
    parts: dict[str, str] = {}
    for sheet in book.iter("{*}sheet"):
        link_id = next((v for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        parts[sheet.get("name", "")] = targets.get(str(link_id), "")
    return parts


def has_uncalculated(path: Path, part: str) -> bool:
    """Whether a formula of the sheet has no value, by a quick look."""
    return any(
        _UNCALCULATED.search(seen) or any(mark in seen[1:] for mark in _HIDING)
        for seen in _overlapping(path, part)
    )


def has_odd_booleans(path: Path, part: str) -> bool:
    """Whether a cell of kind boolean holds `false` or anything else than 0 or 1."""
    return any(_ODD_BOOLEAN.search(seen) for seen in _overlapping(path, part))


def has_doubled_cells(path: Path, part: str) -> bool:
    """Whether two cells have one address, so that only the last of them is read.

    Excel writes rows and cells in their order and each once, and takes no other file for whole.
    """
    last_row: list[tuple[bytes, bytes]] = []
    blocks = 0
    for seen in _whole_tags(path, part):
        blocks += len(_DATA.findall(seen))
        found = last_row + _ADDRESS.findall(seen)
        rows = [int(row) for row, _ in groupby(row for _, row in found)]
        is_ordered = all(one < other for one, other in pairwise(rows))
        if blocks > 1 or not is_ordered or len(set(found)) < len(found):
            return True
        last_row = [cell for cell in found if cell[1] == found[-1][1]]
    return False


def spanned_cells(path: Path, part: str) -> int:
    """How many cells lie between the outermost addresses of a sheet, by a quick look."""
    columns: set[bytes] = set()
    last_row = 0
    for seen in _overlapping(path, part):
        found = _ADDRESS.findall(seen)
        columns.update({column for column, _ in found})
        last_row = max(last_row, max((int(row) for _, row in found), default=0))
    return last_row * (1 + max((column_place(column.decode()) for column in columns), default=0))


def cell_facts(path: Path, part: str) -> CellFacts:
    """Read every cell of a sheet's XML."""
    uncalculated: list[tuple[int, int]] = []
    rounded: list[tuple[int, int]] = []
    first_column, last_row, last_column = 1 << 20, 0, 0
    for row, column, kind, has_formula, value in _cells(path, part):
        if value is not None:
            first_column = min(first_column, column)
            last_row, last_column = max(last_row, row), max(last_column, column)
            if kind in ("", "n") and _is_rounded(value):
                rounded.append((row, column))
        elif has_formula:
            uncalculated.append((row, column))
    return CellFacts(first_column, last_row, last_column, tuple(uncalculated), tuple(rounded))


def _is_rounded(value: str) -> bool:
    try:
        return abs(float(value)) >= _FIRST_ROUNDED
    except ValueError:
        return False


def _cells(path: Path, part: str) -> Iterator[tuple[int, int, str, bool, str | None]]:
    """Row, column, kind, whether it has a formula, and value of each cell, in file order."""
    from lxml import etree

    with ZipFile(path) as archive, archive.open(_member(archive, part)) as stream:
        row, column = -1, -1
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=("{*}row", "{*}c"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        try:
            for event, element in events:
                is_row = element.tag.endswith("}row") or element.tag == "row"
                if event == "start":
                    if is_row:
                        row, column = _row(element.get("r"), row + 1), -1
                elif is_row:
                    _forget(element)
                else:
                    row, column = _address(element.get("r"), row, column + 1)
                    yield row, column, element.get("t", ""), *_content(element)
        except etree.XMLSyntaxError:
            # Its message quotes the line.
            raise FileRefusedError("UNREADABLE", "a sheet that Excel can open") from None


def _content(cell: "_Element") -> tuple[bool, str | None]:
    """Whether the cell has a formula; and its value, None where there is not even an empty one."""
    has_formula, value = False, None
    for child in cell:
        name = str(child.tag).rpartition("}")[2]
        if name == "f":
            has_formula = True
        elif name == "v" and (child.text or cell.get("t") == "str"):
            value = child.text or ""
        elif name == "is":
            value = ""
    return has_formula, value


def _forget(row: "_Element") -> None:
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


def _row(given: str | None, otherwise: int) -> int:
    return int(given) - 1 if given and given.isdecimal() else otherwise


def _address(given: str | None, row: int, column: int) -> tuple[int, int]:
    letters = (given or "").rstrip("0123456789")
    if not given or not letters.isalpha() or letters == given:
        return row, column
    return int(given[len(letters) :]) - 1, column_place(letters)


def _overlapping(path: Path, part: str) -> Iterator[bytes]:
    last = b""
    with path.open("rb") as stream, ZipFile(stream) as archive:
        for piece in unpack(stream, _member(archive, part)):
            seen = last + piece
            yield seen
            last = seen[-_SEAM:]


def _whole_tags(path: Path, part: str) -> Iterator[bytes]:
    """The part in pieces that cut no tag; at its end nothing is left but that of the root."""
    rest = b""
    with path.open("rb") as stream, ZipFile(stream) as archive:
        for piece in unpack(stream, _member(archive, part)):
            seen = rest + piece
            cut = seen.rfind(b"<")
            yield seen[:cut]
            rest = seen[cut:]


def _member(archive: ZipFile, part: str) -> ZipInfo:
    for member in archive.infolist():
        if member.orig_filename.replace("\\", "/").lower() == part.lower():
            return member
    raise FileRefusedError("UNREADABLE", "a workbook whose sheets are all in it")
