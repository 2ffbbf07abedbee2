"""Look for what was said of somebody in every byte of a home folder.

Belongs here: files, the forms in which a text may stand in them, and which of the texts are found.
Does not belong here: which texts to look for (sentinels), or what to do about a find.

Parquet and workbooks are compressed, so their values are read as well as their bytes. DuckDB leaves
what was deleted in free pages; those are bytes like any others.
"""

import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from orchestration.archives import members

ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A text to look for; an id must stand by itself, or 1234 would be found in 12345."""

    text: str
    is_word: bool = False

    def forms(self) -> tuple[bytes, ...]:
        """How it may be written down."""
        written = {
            self.text,
            escape(self.text, quote=False),
            escape(self.text, quote=False).replace('"', "&quot;").replace("'", "&apos;"),
            self.text.replace('"', '""'),
            self.text.replace("'", "''"),
            json.dumps(self.text)[1:-1],
            json.dumps(self.text, ensure_ascii=False)[1:-1],
        }
        forms = {text.encode() for text in written} | {self.text.encode("utf-16-le")}
        return tuple(sorted(forms))


def found_in(path: Path, sentinels: Iterable[Sentinel]) -> set[Sentinel]:
    """Which of the texts stand in a file."""
    left, found = set(sentinels), set[Sentinel]()
    for content in _contents(path):
        now = {each for each in left if any(_holds(content, f, each.is_word) for f in each.forms())}
        found |= now
        left -= now
        if not left:
            break
    return found


def is_read_whole(path: Path) -> bool:
    """Whether everything in a file could be looked at; a member with a password cannot."""
    with path.open("rb") as stream:
        is_archive = stream.read(len(ARCHIVE)) == ARCHIVE
    return not is_archive or None not in members(path)


def _holds(content: "bytes | mmap.mmap", form: bytes, is_word: bool) -> bool:
    place = content.find(form)
    while is_word and place >= 0:
        end = place + len(form)
        around = content[max(place - 1, 0) : place], content[end : end + 1]
        if not any(byte.isalnum() for byte in around):
            break
        place = content.find(form, place + 1)
    return place >= 0


def _contents(path: Path) -> "Iterator[bytes | mmap.mmap]":
    if path.stat().st_size == 0:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        head = whole[:4]
        yield whole
        if head == b"PAR1":
            yield from _parquet(path)
        elif head == ARCHIVE:
            yield from (member for member in members(path) if member is not None)


def _parquet(path: Path) -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for column in batch.columns:
                    values = (str(value) for value in column.unique().to_pylist() if value)
                    yield "\n".join(values).encode()
    except (pa.ArrowException, OSError, ValueError):
        # Its bytes were looked at already.
        return
