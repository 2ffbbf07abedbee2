"""Read the cells of a file that judging could not stage, so that somebody can be looked for.

A row with too few cells, or a file that no contract understands, has no columns; whoever is in it
is found by looking at everything that could be an id. Belongs here: those pieces of text.
Does not belong here: whose they are (erasure decides).
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from xml.parsers import expat  # the gate refuses document types, so there is nothing to expand

from orchestration.archives import members
from orchestration.ingestion.csv_reader import records
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.files import private_files
from orchestration.ingestion.xml_gate import utf8_blocks

# An id is no longer than this.
LONGEST_ID = 80
_CELL = re.compile(rb"[^,;|\t\r\n\"<>\x00]{1,200}")
_WORD = re.compile(rb"[^\s,;|\"'<>=()\x00]{1,200}")
_PIECE = 1 << 24
# So much of a piece is looked at again with the next, so that nothing hides on the border.
_SEAM = 256
WHOLE = 0


def write_unstaged(opening: Opening, numbers: list[int], only_comments: bool = False) -> str:
    """Write `number` and `cell` of what could be an id; return the file's name.

    Args:
        opening: The file.
        numbers: The rows of a CSV file to look at; none: everything, under the number 0.
        only_comments: Of an XML file that was read, what no reader sees.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if only_comments:
        cells = _cells_in(_comments(opening.path))
    else:
        cells = _row_cells(opening, set(numbers)) if numbers else _all_cells(opening.path)
    found = sorted(cells)
    table = pa.table(
        {
            "number": pa.array([number for number, _ in found], pa.int64()),
            "cell": pa.array([cell for _, cell in found], pa.string()),
        }
    )
    with private_files():
        parquet.write_table(table, opening.scratch / "unstaged.parquet", compression="none")
    return "unstaged.parquet"


def _row_cells(opening: Opening, numbers: set[int]) -> set[tuple[int, str]]:
    if PurePath(opening.file_name).suffix.lower() != ".csv":
        return set()
    return {
        (number, cell.strip())
        for number, cells in records(opening.path)
        if number in numbers
        for cell in cells
        if len(cell) <= LONGEST_ID
    }


def _all_cells(path: Path) -> set[tuple[int, str]]:
    texts = {(WHOLE, text) for text in _parquet_texts(path) if 0 < len(text) <= LONGEST_ID}
    return _cells_in(_pieces(path)) | texts


def _cells_in(pieces: Iterable[bytes]) -> set[tuple[int, str]]:
    found: set[bytes] = set()
    for piece in pieces:
        for pattern in (_CELL, _WORD):
            found.update(each.strip() for each in pattern.findall(piece))
    texts = {each.decode("utf-8", errors="replace") for each in found}
    return {(WHOLE, text) for text in texts if 0 < len(text) <= LONGEST_ID}


def _comments(path: Path) -> list[bytes]:
    """The comments and processing instructions of an XML file."""
    found: list[bytes] = []
    parser = expat.ParserCreate("utf-8")
    parser.CommentHandler = lambda text: found.append(text.encode())
    parser.ProcessingInstructionHandler = lambda _, text: found.append(text.encode())
    for block in utf8_blocks(path):
        parser.Parse(block, False)
    return found


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, of an archive those of its members; UTF-16 loses its empty halves."""
    if zipfile.is_zipfile(path):
        yield from (member for member in members(path) if member is not None)
        return
    with path.open("rb") as stream:
        seam = b""
        while piece := stream.read(_PIECE):
            whole = seam + piece
            yield whole
            if b"\x00" in whole:
                yield whole.replace(b"\x00", b"")
            seam = piece[-_SEAM:]


def _parquet_texts(path: Path) -> Iterator[str]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for column in batch.columns:
                    yield from (str(value) for value in column.unique().to_pylist() if value)
    except (pa.ArrowException, OSError, ValueError):
        # It is none, or so broken that nobody can read anything in it.
        return
