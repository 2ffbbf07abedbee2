"""Refuse a delivered file as a whole, before any reader may guess at it.

Belongs here: the reasons for refusing a file, and the tests that need only its bytes. Does not
belong here: what a row holds (judging) or which table it is (matching).

The tests are ours because every reader at hand accepts some broken file without a word: stray
quotes that swallow a table, NUL bytes, another encoding read as nonsense.
"""

import codecs
import os
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 22
MAXIMUM_BYTES = 2 << 30
MAXIMUM_SETTING = "HEARD_MAX_FILE_BYTES"
# Where a line ends with an empty cell, or has none at all.
_EMPTY_ENDS = (b"\n\n", b"\n\r\n", b"\r\r", b",\n", b",\r", b',""\n', b',""\r')
_LONGEST_END = 4
# A no-break space ends in this byte, as some letters do; line ends lie in quoted cells only.
_INNER_BLANKS = {"\t": b"\t", "\x0b": b"\x0b", "\x0c": b"\x0c", " ": b" ", "\xa0": b"\xa0"}
_QUOTED_BLANKS = {"\n": b'"', "\r": b'"'}
# How files of another kind begin that people rename to .csv.
_OTHER_KINDS = (
    (b"PK\x03\x04", "zip or Excel"),
    (b"\xd0\xcf\x11\xe0", "old Excel"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "picture"),
    (b"PAR1", "Parquet"),
    (b"<!doctype html", "web page"),
    (b"<html", "web page"),
    (b"<?xml", "XML"),
)
_LONGEST_MARK = 64
_OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class FileRefusedError(ValueError):
    """A file cannot be loaded as a whole; it waits in quarantine for a person.

    Attributes:
        reason: Stable code of the rule it broke.
        expected: What the file should have been, in words for whoever sends it.
    """

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(f"{reason}: expected {expected}")
        self.reason = reason
        self.expected = expected


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What one pass over the bytes of a text file tells.

    Attributes:
        ends_with_newline: Whether the last line is complete.
        has_line_end: Whether there is any.
        lines: How many lines there are, the last one included.
        commas: How many commas there are.
        has_quote: Whether there is any; without one, each comma and line end sets cells apart.
        blanks: Which blanks may stand inside a cell.
        has_colon: Whether there is any.
    """

    ends_with_newline: bool
    has_line_end: bool
    lines: int
    commas: int
    has_quote: bool
    blanks: str
    has_colon: bool


def check_size(path: Path) -> None:
    """Refuse a file that is empty, or larger than `HEARD_MAX_FILE_BYTES` (2 GiB)."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefusedError("EMPTY_FILE", "a header line at least")
    setting = os.environ.get(MAXIMUM_SETTING, "")
    most = int(setting) if setting.isdecimal() else MAXIMUM_BYTES
    if size > most:
        raise FileRefusedError("TOO_LARGE", f"at most {most:,} bytes ({MAXIMUM_SETTING})")


def check_text(path: Path) -> TextFacts:
    """Refuse bytes that are not plain UTF-8 text; a byte order mark in front is allowed."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    line_feeds = returns = commas = 0
    has_quote = has_colon = False
    unseen, blanks = _INNER_BLANKS | _QUOTED_BLANKS, ""
    with path.open("rb") as stream:
        start = stream.read(_LONGEST_MARK)
        if start.startswith(_OTHER_UNICODE):
            raise FileRefusedError("ENCODING", "UTF-8 text")
        _check_kind(start.removeprefix(codecs.BOM_UTF8).lstrip().lower())
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            if b"\x00" in chunk:
                raise FileRefusedError("NUL_BYTE", "text without NUL bytes")
            _decode(decoder, chunk)
            line_feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            commas += chunk.count(b",")
            has_quote = has_quote or b'"' in chunk
            has_colon = has_colon or b":" in chunk
            blanks += "".join(blank for blank, mark in unseen.items() if mark in chunk)
            unseen = {blank: mark for blank, mark in unseen.items() if blank not in blanks}
            last = chunk[-1:]
        _decode(decoder, b"", final=True)
    is_whole = last in (b"\n", b"\r")
    ends = line_feeds or returns
    lines = ends + (0 if is_whole else 1)
    return TextFacts(is_whole, ends > 0, lines, commas, has_quote, blanks, has_colon)


def may_end_empty(path: Path) -> bool:
    """Whether some line of a text is blank, or ends with an empty cell."""
    seam = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            # With the end of the chunk before, so that nothing is missed between the two.
            seam += chunk
            if any(mark in seam for mark in _EMPTY_ENDS):
                return True
            seam = seam[-_LONGEST_END:]
    return seam.endswith((b",", b',""'))


def _check_kind(start: bytes) -> None:
    for mark, kind in _OTHER_KINDS:
        if start.startswith(mark.lower()):
            raise FileRefusedError("MISLABELLED", f"a CSV file; this is a {kind} file by its bytes")


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        # The original error quotes the bytes, so it goes no further.
        raise FileRefusedError("ENCODING", "UTF-8 text") from None
