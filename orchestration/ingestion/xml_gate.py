"""Refuse an XML file that is none, that is cut short, or that asks its reader to do things.

Belongs here: the tests of an XML file's bytes, its encoding, the parser's settings, and what its
errors may be told as. Does not belong here: elements and values (xml_reader, xml_stylesheet).

A document type is refused before anything is parsed: it is how one small file becomes gigabytes
(entities) or reads another file of the machine (external entities), and no return has one.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.gate import FileRefusedError

if TYPE_CHECKING:
    from lxml import etree

BLOCK = 1 << 16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Declared names that are read, and how. A file that declares UTF-16 and has no mark of it was
# written as UTF-8 by a program that copied the declaration; a wrong guess fails to decode.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive or a workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
)
_WEB_PAGE = re.compile(rb"<(!doctype\s+html|html[\s>])", re.IGNORECASE)
_DOCUMENT_TYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# The characters that the reader itself puts between cells, as bytes and as references.
_RESERVED = re.compile(rb"\xef\xb7[\x90-\x95]|&#(0*6497[6-9]|0*6498[01]|[xX]0*[fF][dD][dD][0-5]);")
_ROOT = re.compile(rb"(?s)\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<([^\s/>!?][^\s/>]*)[\s/>]")
# So much of a block is looked at again with the next, so that nothing hides on the border.
_SEAM = 64
_BEYOND_LIMIT = 114  # libxml2: a name, text or depth beyond its limits for untrusted documents


def utf8_blocks(path: Path, block: int = BLOCK) -> Iterator[bytes]:
    """The file as blocks of plain UTF-8 without a byte order mark, each of them tested.

    Raises:
        FileRefusedError: The bytes are not XML text, or declare a document type.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
        _check_format(head)
        encoding, mark = encoding_of(head)
        decoder = codecs.getincrementaldecoder(encoding)()
        stream.seek(mark)
        seam = b""
        while data := stream.read(block):
            # Most returns are plain ASCII, which needs no decoding to be known as UTF-8.
            if encoding != "utf-8":
                data = _decoded(decoder, data).encode()
            elif not (data.isascii() and not decoder.getstate()[0]):
                _decoded(decoder, data)
            seam += data
            _check_block(seam)
            seam = seam[-_SEAM:]
            yield data
        _decoded(decoder, b"", final=True)


def root_name(head: bytes) -> str | None:
    """The local name of the root element, if the first bytes hold it."""
    found = _ROOT.match(head)
    return found[1].rsplit(b":", 1)[-1].decode(errors="replace") if found else None


def safe_parser(tag: str | None) -> "etree.XMLPullParser":
    """A parser that opens nothing, expands nothing and stops at libxml2's own limits.

    It tells where elements of the one name begin, or, without a name, where the processing
    instructions are, which it leaves out otherwise. Those limits are 256 levels and 10 MB for one
    text.
    """
    from lxml import etree

    return etree.XMLPullParser(
        events=("start",) if tag else ("pi",),
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=tag is not None,
        # Only the blanks between elements; a text keeps its own.
        remove_blank_text=True,
        # The blocks are UTF-8 whatever the declaration says.
        encoding="utf-8",
    )


def refusal(error: "etree.XMLSyntaxError", is_cut: bool) -> FileRefusedError:
    """What may be told of a parser's error, whose own text quotes the file.

    Args:
        error: The parser's error.
        is_cut: The file ended without the end of its root.
    """
    line = error.lineno or 0
    if getattr(error, "code", None) == _BEYOND_LIMIT:
        if "depth" in (error.msg or ""):
            return FileRefusedError("TOO_DEEP", "elements at most 256 levels deep")
        return FileRefusedError("CELL_TOO_LONG", f"shorter texts, see line {line}")
    if is_cut:
        return FileRefusedError("TRUNCATED", "a complete file, down to its last closing tag")
    place = f", see line {line}" if line else ""
    return FileRefusedError("MALFORMED_XML", f"well-formed XML{place}")


def _check_format(head: bytes) -> None:
    for start, what in _OTHER_FORMATS:
        if head.startswith(start):
            raise FileRefusedError("MISLABELLED", f"an XML file, not {what}")
    if head.startswith(tuple(mark for mark, _ in _BOMS)) or b"\x00" in head[:4]:
        return
    text = head.lstrip()
    if not text:
        raise FileRefusedError("EMPTY_FILE", "an XML file with at least one record")
    if _WEB_PAGE.match(text):
        raise FileRefusedError("MISLABELLED", "an XML file, not a web page")
    if not text.startswith(b"<"):
        raise FileRefusedError("MISLABELLED", "an XML file, which begins with <")


def encoding_of(head: bytes) -> tuple[str, int]:
    """How to decode, and how many bytes of mark come first."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            if not encoding:
                break
            return encoding, len(mark)
    else:
        if head.startswith(b"<\x00"):
            return "utf-16-le", 0
        if head.startswith(b"\x00<"):
            return "utf-16-be", 0
        declared = _DECLARED.match(head.lstrip())
        if declared is None:
            return "utf-8", 0
        known = _ENCODINGS.get(declared[1].decode().lower())
        if known is not None:
            return known, 0
    raise FileRefusedError("ENCODING", "UTF-8 text")


def _decoded(decoder: codecs.IncrementalDecoder, data: bytes, final: bool = False) -> str:
    try:
        return decoder.decode(data, final)
    except UnicodeDecodeError:
        # The original error quotes the bytes, so it goes no further.
        raise FileRefusedError("ENCODING", "UTF-8 text, or the encoding that it declares") from None


def _check_block(data: bytes) -> None:
    if b"\x00" in data:
        raise FileRefusedError("NUL_BYTE", "text without NUL bytes")
    # A search for one rare byte costs next to nothing, so it goes before each pattern.
    if b"!" in data and _DOCUMENT_TYPE.search(data):
        raise FileRefusedError("DOCUMENT_TYPE", "XML without <!DOCTYPE or <!ENTITY")
    if (b"\xef" in data or b"#" in data) and _RESERVED.search(data):
        raise FileRefusedError("RESERVED_CHARACTER", "text without the characters U+FDD0 to U+FDD5")
