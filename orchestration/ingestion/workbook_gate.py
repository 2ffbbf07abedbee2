"""Refuse a workbook that is none, or that could harm whatever opens it, from its bytes alone.

Belongs here: the container (zip), its size once unpacked, its checksums, its names and document
types; and which sheets deserve a closer look. Does not belong here: what a cell holds.

Every part is unpacked once, in pieces, before any parser of workbooks sees the file: those
parsers believe sizes, leave checksums aside, and some stop the whole process.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from orchestration.ingestion.gate import FileRefusedError

_ZIP = b"PK\x03\x04"
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_CHUNK = 1 << 20
# Where a sheet says what it spans.
_HEAD = 1 << 13
# Longer than any mark that is searched for, so that none is missed between two pieces.
_SEAM = 64
# A value that a reader of workbooks passes over or cuts; no program writes it so.
_HIDDEN_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>[^<]*<!")
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
# Addresses so far out that a sheet with few cells could fill the memory: calamine keeps a sheet
# as one block, from its first cell to its last. A small file that spans much is looked through; a
# large one says how much it spans, and if it lies the parser's limits end it.
_LOOKED_THROUGH = 2 << 20
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?ref=[\"'](?:\w+:)?([A-Z]{1,3})([0-9]{1,7})")
_CELL_END = b"</c>"
_FAR = re.compile(rb" r=[\"'](?:[A-Z]{3}|[A-Z]+[0-9]{6}|[A-Z]{2}[0-9]{5})")
_IS_TEXT = (".xml", ".rels", ".vml")
_NOT_UTF_8 = (b"\xff\xfe", b"\xfe\xff", b"\x00")
_SAVE_ANEW = "open it in Excel, save it anew as .xlsx and deliver it again"
_COMPLETE = f"a complete .xlsx workbook; {_SAVE_ANEW}"
_UNDAMAGED = f"a .xlsx workbook that is not damaged; {_SAVE_ANEW}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold.

    Attributes:
        unpacked_bytes: The size of all parts together.
        ratio: How many times larger a part may be unpacked than packed.
        ratio_floor: Parts up to this size may pack as well as they like.
        parts: How many parts there may be.
        sheets: How many sheets there may be.
        block_cells: How many cells a sheet may span from its first to its last.
    """

    unpacked_bytes: int = 512 << 20
    ratio: int = 200
    ratio_floor: int = 1 << 20
    parts: int = 4096
    sheets: int = 256
    block_cells: int = 16 << 20


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """What the bytes of one sheet tell without being parsed.

    Attributes:
        cells: How many cells hold something; fewer if their names have a prefix.
        is_far: Whether cells may span more than they fill.
    """

    cells: int
    is_far: bool


def check_workbook(path: Path, limits: Limits) -> dict[str, SheetMarks]:
    """Let only a whole, harmless .xlsx workbook pass.

    Returns:
        The marks of every part that may be a sheet, by its name in the workbook.

    Raises:
        FileRefusedError: The file is something else, damaged, protected or a trap.
    """
    _check_kind(path)
    try:
        with path.open("rb") as stream, ZipFile(stream) as archive:
            members = archive.infolist()
            _check_members(members, limits)
            return _unpack_all(stream, members, limits)
    except BadZipFile:
        raise FileRefusedError("TRUNCATED", _COMPLETE) from None


def _check_kind(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(_ZIP):
        return
    if head.startswith(_OLD_CONTAINER):
        if _contains(path, _ENCRYPTED):
            raise FileRefusedError(
                "PASSWORD_PROTECTED",
                "a .xlsx workbook without a password; this one is password-protected",
            )
        raise FileRefusedError("OLD_FORMAT", "a .xlsx workbook; this one is in the older .xls form")
    raise FileRefusedError("MISLABELLED", f"a .xlsx workbook; this file is {_kind(head)}")


def _kind(head: bytes) -> str:
    if head.startswith(b"%PDF"):
        return "a PDF"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "a web page or XML"
    if head.startswith(b"PK"):
        return "an empty zip archive"
    return "something else" if b"\x00" in head else "plain text, perhaps a CSV"


def _contains(path: Path, mark: bytes) -> bool:
    last = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if mark in last + chunk:
                return True
            last = chunk[-len(mark) :]
    return False


def _check_members(members: list[ZipInfo], limits: Limits) -> None:
    names = [member.orig_filename.replace("\\", "/") for member in members]
    if len(names) > limits.parts:
        raise FileRefusedError("TOO_MANY_PARTS", f"at most {limits.parts} parts in the workbook")
    if any(_is_unsafe(name) for name in names) or len({n.lower() for n in names}) < len(names):
        raise FileRefusedError(
            "UNSAFE_NAMES",
            f"a workbook whose parts have plain names, each once; {_SAVE_ANEW}",
        )
    if any(member.flag_bits & 1 for member in members):
        raise FileRefusedError(
            "PASSWORD_PROTECTED", "a .xlsx workbook in a file without a password"
        )
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise FileRefusedError("UNREADABLE", _COMPLETE)
    if "xl/workbook.xml" not in {name.lower() for name in names}:
        raise FileRefusedError(
            "MISLABELLED", "a .xlsx workbook; this file is a zip archive with something else in it"
        )


def _is_unsafe(name: str) -> bool:
    return (
        not name or name.startswith("/") or ":" in name or "\x00" in name or ".." in name.split("/")
    )


def _unpack_all(stream: BinaryIO, members: list[ZipInfo], limits: Limits) -> dict[str, SheetMarks]:
    marks: dict[str, SheetMarks] = {}
    unpacked = 0
    for member in members:
        name = member.orig_filename.replace("\\", "/")
        found = _Marks(name.lower().endswith(_IS_TEXT), limits)
        size = 0
        for chunk in unpack(stream, member):
            size += len(chunk)
            if unpacked + size > limits.unpacked_bytes:
                raise FileRefusedError(
                    "TOO_LARGE", f"at most {limits.unpacked_bytes >> 20} MiB once unpacked"
                )
            if size > limits.ratio_floor and size > limits.ratio * member.compress_size:
                raise FileRefusedError(
                    "ZIP_BOMB", f"contents at most {limits.ratio} times as large as when packed"
                )
            found.look(chunk)
        unpacked += size
        if name.lower().startswith("xl/") and found.is_text:
            marks[name] = SheetMarks(found.cells, found.is_far)
    return marks


class _Marks:
    """Looks for marks in the pieces of a part; most of the cost of the gate is here."""

    def __init__(self, is_text: bool, limits: Limits) -> None:
        self.is_text = is_text
        self.cells = 0
        self.is_far = False
        self._limits = limits
        self._looked_through = 0
        self._last = b""

    def look(self, chunk: bytes) -> None:
        if not self.is_text:
            return
        if not self._looked_through:
            self._begin(chunk)
        seen = self._last + chunk
        # Hardly a part has this byte, and to look for one byte costs next to nothing.
        if b"!" in seen:
            if _DOCUMENT_TYPE.search(seen):
                raise FileRefusedError(
                    "DOCUMENT_TYPE", "a workbook without document types or entities in its parts"
                )
            if _HIDDEN_VALUE.search(seen):
                raise FileRefusedError("UNREADABLE", f"plain values in the cells; {_SAVE_ANEW}")
        # As far as the last piece was not looked through.
        self.cells += seen.count(_CELL_END, max(0, len(self._last) - len(_CELL_END) + 1))
        if self._looked_through < _LOOKED_THROUGH:
            self.is_far = self.is_far or _FAR.search(seen) is not None
        self._looked_through += len(chunk)
        self._last = seen[-_SEAM:]

    def _begin(self, chunk: bytes) -> None:
        if chunk.startswith(_NOT_UTF_8):
            raise FileRefusedError("ENCODING", f"a workbook whose parts are UTF-8; {_SAVE_ANEW}")
        if found := _DIMENSION.search(chunk, 0, _HEAD):
            cells = (column_place(found[1].decode()) + 1) * int(found[2])
            self.is_far = cells > self._limits.block_cells


def column_place(letters: str) -> int:
    """The place, counted from 0, of a column: A is 0, AA is 26."""
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def unpack(stream: BinaryIO, member: ZipInfo) -> Iterator[bytes]:
    """One part in pieces of bounded size; its length and checksum must hold at the end.

    Python's own reader stops at the length that the file claims, where other readers go on.
    """
    stream.seek(member.header_offset)
    header = stream.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise FileRefusedError("TRUNCATED", _COMPLETE)
    mark, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    stream.seek(name_length + extra_length, 1)
    pieces = _stored if member.compress_type == ZIP_STORED else _inflated
    size, checksum = 0, 0
    try:
        for piece in pieces(stream, member.compress_size):
            size += len(piece)
            checksum = zlib.crc32(piece, checksum)
            yield piece
    except zlib.error:
        raise FileRefusedError("CHECKSUM", _UNDAMAGED) from None
    if mark != _ZIP or size != member.file_size or checksum != member.CRC:
        raise FileRefusedError("CHECKSUM", _UNDAMAGED)


def _stored(stream: BinaryIO, packed_bytes: int) -> Iterator[bytes]:
    while packed_bytes and (piece := stream.read(min(_CHUNK, packed_bytes))):
        packed_bytes -= len(piece)
        yield piece


def _inflated(stream: BinaryIO, packed_bytes: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed in _stored(stream, packed_bytes):
        while packed:
            piece = inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
            if piece:
                yield piece
    if rest := inflater.flush():
        yield rest
    if not inflater.eof or inflater.unused_data:
        raise zlib.error("the part does not end where it should")
