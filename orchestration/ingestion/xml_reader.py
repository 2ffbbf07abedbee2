"""Read XML of any size: parse it in pieces, shred the records of each, forget them.

Belongs here: the walk over one file and the tables it becomes. Does not belong here: what makes a
file unreadable (xml_gate), where a value stands (the contract, by xml_stylesheet), what the
contract does not know (xml_names).

One parser sees every byte, so comments, CDATA, namespaces and odd spacing need no second way. The
tree holds about half a megabyte of the file at a time: that fits the processor's cache, and memory
stays the same however long the file is.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.files import private_files
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import BLANKS, CarefulRows
from orchestration.ingestion.sql import literal
from orchestration.ingestion.xml_gate import BLOCK, refusal, root_name, utf8_blocks
from orchestration.ingestion.xml_names import ElementNames
from orchestration.ingestion.xml_sink import Sink
from orchestration.ingestion.xml_stylesheet import (
    CELL_END,
    STAND_INS,
    has_known_place,
    is_outside_records,
    leaf_names,
    record_count,
    record_stylesheet,
    root_stylesheet,
    steps,
)
from orchestration.ingestion.xml_tree import GrowingTree, InstructionInsideError

if TYPE_CHECKING:
    from orchestration.contracts import Contract, Table
    from orchestration.contracts.models import Xml

# How much of the file is shredded at once.
_BATCH = 1 << 19
# A record is a child's file of one year; one this long is a tag that was never closed.
_LONGEST_RECORD = 16 << 20
# The first tag of the file stands this early, whatever comment comes before it.
_HEAD = 1 << 20
_TAIL = 256


def open_xml(opening: Opening, *, block: int = BLOCK, batch: int = _BATCH) -> list[Part]:
    """Shred the file into one file of cells a table, in the scratch folder.

    Args:
        opening: The landed file.
        block: Bytes given to the parser at once.
        batch: Bytes after which the records that are complete are shredded.

    Raises:
        FileRefusedError: The file is no return of this source, or cannot be trusted to be whole.
    """
    shape = opening.contract.xml
    if shape is None:
        raise FileRefusedError("UNKNOWN_FORMAT", f"{opening.contract.source} in another format")
    tables = [table for table in opening.contract.tables if table.element]
    try:
        sink, walk = _shredded(opening, shape, tables, block, batch)
    except InstructionInsideError:
        sink, walk = _shredded(opening, shape, tables, block, batch, is_careful=True)
    names = walk.names
    rows = {table.name: count for table, count in zip(tables, sink.rows, strict=True)}
    drift = names.drift(shape.root)
    parts: list[Part] = []
    for place, table in enumerate(tables):
        is_due = (table.from_year or 0) <= opening.collection_year and has_known_place(table)
        # A table without rows is a fact too: it restates an earlier delivery that had some.
        if rows[table.name] or is_due:
            places = _delivered(table, names.seen) if rows[table.name] else _every(table)
            has_stand_ins = sink.has_stand_ins[place]
            extract = XmlExtract(_target(opening, table), table, places, has_stand_ins)
            blanks = BLANKS if has_stand_ins or sink.has_blanks[place] else ""
            told = tuple(drift)
            has_colon = sink.has_colon[place]
            parts.append(Part(table.name, table, extract, told, blanks, has_colon, walk.records))
            # What the file holds besides is told once.
            drift = []
    return parts


def _shredded(
    opening: Opening,
    shape: "Xml",
    tables: "Sequence[Table]",
    block: int,
    batch: int,
    is_careful: bool = False,
) -> "tuple[Sink, _Walk]":
    with ExitStack() as stack:
        stack.enter_context(private_files())
        sink = Sink([stack.enter_context(_target(opening, table).open("wb")) for table in tables])
        walk = _Walk(shape, tables, sink, batch, is_careful)
        walk.over(opening.path, block)
    return sink, walk


def _target(opening: Opening, table: "Table") -> Path:
    return opening.scratch / f"xml_{table.name}.cells"


def _every(table: "Table") -> tuple[int, ...]:
    return tuple(range(len(table.columns)))


def _delivered(table: "Table", seen: set[str]) -> tuple[int, ...]:
    """Places of the columns to speak of; one that must be filled and has no element is missing."""
    return tuple(
        place
        for place, column in enumerate(table.columns)
        if not column.required or not (leaves := leaf_names(column)) or leaves & seen
    )


class _Walk:
    """One walk over one file."""

    def __init__(
        self,
        shape: "Xml",
        tables: "Sequence[Table]",
        sink: Sink,
        batch: int,
        is_careful: bool = False,
    ) -> None:
        self._shape = shape
        self._path = [shape.root, *steps(shape.record)[:-1]]
        self._record = steps(shape.record)[-1]
        self.names = ElementNames(shape, tables)
        self._sink, self._batch = sink, batch
        self._record_sheet = record_stylesheet(shape, tables)
        self._root_sheet = root_stylesheet(tables)
        self._has_outside = any(is_outside_records(table) for table in tables)
        self._count_records = record_count(shape)
        self._tree = GrowingTree(self._path, is_careful)
        self._holder: Any = None
        self._held = self.records = 0
        self._is_known = False

    def over(self, path: Path, block: int) -> None:
        """Read the whole file."""
        from lxml import etree

        head, tail = b"", b""
        is_at_end = False
        try:
            for data in utf8_blocks(path, block):
                if not self._is_known:
                    head = self._check_root(head + data)
                tail = (tail + data)[-_TAIL:]
                self._feed(data)
            is_at_end = True
            self._finish()
        except etree.XMLSyntaxError as error:
            # Its text quotes the file, so only the kind and the line go on.
            is_cut = is_at_end and not tail.rstrip().endswith(f"{self._shape.root}>".encode())
            raise refusal(error, is_cut) from None

    def _check_root(self, head: bytes) -> bytes:
        """Refuse another return before it is read; give back what was looked at so far."""
        name = root_name(head)
        if name is None and len(head) < _HEAD:
            return head
        self._expect_root(name or "")
        self._is_known = True
        return b""

    def _expect_root(self, name: str) -> None:
        if name != self._shape.root:
            raise FileRefusedError("UNKNOWN_ROOT", f"an XML file whose root is {self._shape.root}")

    def _feed(self, data: bytes) -> None:
        self._turn_to(self._tree.feed(data))
        self._held += len(data)
        if self._held < self._batch:
            return
        # The last record stays: the parser may still be writing it, or the text behind it.
        complete = 0 if self._holder is None else len(self._holder) - 1
        if complete > 0:
            self._shred(complete)
            self._held = len(data)
        elif self._held > _LONGEST_RECORD:
            raise FileRefusedError(
                "RECORD_TOO_LARGE", f"at most {_LONGEST_RECORD} bytes between two {self._record}"
            )

    def _turn_to(self, holders: Sequence[Any]) -> None:
        """Go on with an element that holds records; a file may have several, one by one."""
        for holder in holders:
            self._shred_rest()
            self._holder = holder

    def _shred_rest(self) -> None:
        if self._holder is not None:
            self._shred(len(self._holder))

    def _shred(self, count: int) -> None:
        """Write the rows of the first elements that wait, and drop them from the tree."""
        holder = self._holder
        self.names.check(holder, count)
        sheet = self._record_sheet
        rows = sheet.shred(holder, count=str(count), first=str(self.records))
        self._sink.write(bytes(rows), sheet.starts)
        records: Any = self._count_records(holder, count=count)
        self.records += int(records)
        del holder[:count]

    def _finish(self) -> None:
        root, holders = self._tree.close()
        self._turn_to(holders)
        self._shred_rest()
        self._expect_root(root.tag.rsplit("}", 1)[-1])
        if not self.records:
            raise FileRefusedError(
                "NO_RECORDS", f"at least one {self._record} in {'/'.join(self._path)}"
            )
        self.names.check(root, len(root))
        if self._has_outside:
            self._sink.write(bytes(self._root_sheet.shred(root)), self._root_sheet.starts)


@dataclass(frozen=True, slots=True)
class XmlExtract:
    """The rows of one table, shredded.

    Attributes:
        path: Its file of cells, without a header; no value in it holds a mark or a line end.
        table: The contract table; the file has a letter and a cell for each of its columns.
        places: The columns that the delivery knows.
        has_stand_ins: Whether some value has stand-ins for line ends.
    """

    path: Path
    table: "Table"
    places: tuple[int, ...]
    has_stand_ins: bool
    refusals: tuple[type[duckdb.Error], ...] = (duckdb.InvalidInputException,)
    known_rows: int | None = None

    @property
    def cells(self) -> list[str]:
        """The columns, by their names in the contract."""
        return [self.table.columns[place].name for place in self.places]

    def fast_rows(self, _header: Header, _contract: "Contract") -> str | None:
        """DuckDB, with everything spelled out; a row's number is its element's in the file."""
        names = [*(f"x{place}" for place in _every(self.table)), "letter"]
        columns = ", ".join(f"{name}: 'varchar'" for name in names)
        cells = ", ".join(f"{self._cell(place)} as c{at}" for at, place in enumerate(self.places))
        return (
            f"select row_number() over () as _row_number, {cells} from read_csv("
            f"{literal(str(self.path))}, auto_detect = false, header = false, "
            f"delim = '{CELL_END}', "
            "quote = '', escape = '', comment = '', new_line = '\\n', strict_mode = true, "
            f"null_padding = false, ignore_errors = false, columns = {{{columns}}})"
        )

    def _cell(self, place: int) -> str:
        if not self.has_stand_ins:
            return f"x{place}"
        return f"translate(x{place}, {literal(STAND_INS)}, chr(10) || chr(13))"

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """The file is ours, so DuckDB fails only on a row longer than it takes."""
        raise FileRefusedError("CELL_TOO_LONG", f"shorter texts in {self.table.name}")
