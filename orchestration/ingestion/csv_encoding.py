"""Give a CSV file in Windows-1252 to the readers as UTF-8, where its contract allows for it.

Spreadsheet programs on Windows still save CSV so by default. Belongs here: telling the two apart,
and the copy. Does not belong here: refusing bytes that are neither (gate).
"""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.files import private_files
from orchestration.ingestion.gate import FileRefusedError, check_size

_OLDER = "windows-1252"
_CHUNK = 1 << 22


class _OtherBytesError(ValueError):
    """The bytes are not of one encoding."""


def in_utf8(opening: Opening) -> Opening:
    """The same file in UTF-8, in the scratch folder if it came as Windows-1252.

    Whatever is neither stays as it is, for the gate to refuse: bytes that Windows-1252 does not
    have, and text of which some lines are UTF-8 and others are not. Read as one encoding, half of
    such a file would be nonsense that looks like text.
    """
    is_csv = PurePath(opening.file_name).suffix.lower() == ".csv"
    if opening.contract.encoding != _OLDER or not is_csv or not _is_older(opening.path):
        return opening
    target = opening.scratch / "in_utf8"
    with suppress(_OtherBytesError, UnicodeDecodeError), private_files():
        with target.open("w", encoding="utf-8", newline="") as copy:
            for piece in _lines(opening.path):
                copy.write(_decoded(piece))
        return replace(opening, path=target, encoding=_OLDER)
    target.unlink()
    return opening


def _is_older(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        check_size(path)
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return True
    except FileRefusedError:
        pass
    return False


def _lines(path: Path) -> Iterator[bytes]:
    """The file in pieces of whole lines."""
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK) + stream.readline(_CHUNK):
            yield piece


def _decoded(piece: bytes) -> str:
    accented = (line for line in piece.splitlines() if not line.isascii())
    if not piece.isascii() and any(map(_is_utf8, accented)):
        raise _OtherBytesError
    return piece.decode(_OLDER)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
