"""Write an XML file anew without the records of some people, and without comments.

Every other byte stays. Comments and processing instructions, which no reader sees, may speak of
whoever goes. Belongs here: finding where a record or a comment begins and ends. Does not belong
here: what makes a file unreadable (xml_gate, which sees every block first, so that no document type
gets here), or whose records go.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat  # the gate refuses document types, so there is nothing to expand

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.xml_gate import encoding_of, utf8_blocks
from orchestration.ingestion.xml_stylesheet import leaf_names, steps

if TYPE_CHECKING:
    from orchestration.contracts import Contract

_HEAD = 1024


def rewrite_xml(opening: Opening, target: Path, ids: frozenset[str]) -> int:
    """Leave out every record in which a person's id is one of these, and all comments.

    Returns:
        How many records are left out.
    """
    shape = opening.contract.xml
    if shape is None:
        raise FileRefusedError("UNKNOWN_FORMAT", f"{opening.contract.source} in another format")
    path = [shape.root, *steps(shape.record)]
    found = _Spans(path, _id_names(opening.contract), ids)
    spans = found.of(opening.path)
    with opening.path.open("rb") as stream:
        head = stream.read(_HEAD)
    encoding, mark = encoding_of(head)
    decoder = codecs.getincrementaldecoder("utf-8")()
    with target.open("wb") as kept:
        kept.write(head[:mark])
        for piece in _without(utf8_blocks(opening.path), spans):
            # The blocks are UTF-8; the file goes on in the encoding that it declares.
            kept.write(piece if encoding == "utf-8" else decoder.decode(piece).encode(encoding))
    return found.records


def _id_names(contract: "Contract") -> frozenset[str]:
    """The elements that hold the id of a person."""
    return frozenset(
        name
        for table in contract.tables
        for column in table.columns
        if column.pseudonym == "person"
        for name in leaf_names(column)
    )


class _Spans:
    """Where the records of some people and all comments begin and end, in UTF-8 bytes."""

    def __init__(self, path: list[str], names: frozenset[str], ids: frozenset[str]) -> None:
        self.records = 0
        self._path, self._names, self._ids = path, names, ids
        self._stack: list[str] = []
        self._text: list[str] | None = None
        self._start = 0
        self._is_theirs = False
        # Begun and not ended yet: it ends where whatever is next begins.
        self._open: int | None = None
        self._found: list[tuple[int, int]] = []
        self._parser: Any = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._parser.CommentHandler = self._pass_over
        self._parser.ProcessingInstructionHandler = self._pass_over
        self._parser.DefaultHandler = lambda _text: self._close()

    def of(self, path: Path) -> list[tuple[int, int]]:
        """Walk over the file."""
        size = 0
        for block in utf8_blocks(path):
            self._parser.Parse(block, False)
            size += len(block)
        self._parser.Parse(b"", True)
        if self._open is not None:
            self._found.append((self._open, size))
        return self._found

    def _close(self) -> int:
        """Where the parser is, which is the end of what was open."""
        at = int(self._parser.CurrentByteIndex)
        if self._open is not None:
            self._found.append((self._open, at))
            self._open = None
        return at

    def _begin(self, name: str, _attributes: object) -> None:
        at = self._close()
        self._stack.append(name.rsplit(":", 1)[-1])
        if self._stack == self._path:
            self._start, self._is_theirs = at, False
        if self._stack[-1] in self._names:
            self._text = []

    def _hear(self, text: str) -> None:
        self._close()
        if self._text is not None:
            self._text.append(text)

    def _pass_over(self, *_words: str) -> None:
        self._open = self._close()

    def _end(self, _name: str) -> None:
        self._close()
        if self._text is not None and self._stack[-1] in self._names:
            self._is_theirs = self._is_theirs or "".join(self._text).strip() in self._ids
            self._text = None
        if self._stack == self._path and self._is_theirs:
            # What was passed over inside goes with the record.
            self._found = [span for span in self._found if span[0] < self._start]
            self._open = self._start
            self.records += 1
        self._stack.pop()


def _without(blocks: Iterator[bytes], spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes outside the spans."""
    left = iter([*spans, None])
    span, at = next(left), 0
    for block in blocks:
        begin = 0
        while span is not None and span[0] < at + len(block):
            yield block[begin : max(span[0] - at, begin)]
            begin = min(span[1] - at, len(block))
            if span[1] > at + len(block):
                break
            span = next(left)
        yield block[begin:]
        at += len(block)
