"""Read CSV: DuckDB with everything spelled out, or Python's strict parser where that fails.

Belongs here: the dialect, and finding the rows that do not have one cell for each column. Does not
belong here: encodings (the gate) or what a cell means (cells).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError, TextFacts, check_text, may_end_empty
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from orchestration.contracts import Contract

# Python's own limit is 128 KiB, which a long free text may pass; this one stops a lost quote.
MAXIMUM_CELL = 16 << 20
_ROWS_PER_INSERT = 20_000


def open_csv(opening: Opening) -> list[Part]:
    """Pass the gate and read the header; the file is one part."""
    path = opening.path
    facts = check_text(path)
    first = next(records(path), None)
    if first is None or not first[1]:
        raise FileRefusedError("NO_HEADER", "column names in the first line")
    if not facts.has_line_end:
        raise FileRefusedError("TRUNCATED", "a complete header line")
    rows = None if facts.has_quote else facts.lines - 1
    is_regular = _is_regular(path, first[1], facts)
    extract = CsvExtract(path, first[1], facts.ends_with_newline, is_regular, rows)
    return [Part("", None, extract, blanks=facts.blanks, has_colon=facts.has_colon)]


def _is_regular(path: Path, header: list[str], facts: TextFacts) -> bool:
    """Whether DuckDB's strict mode reads the file as it stands.

    It passes over blank lines, drops cells too many if they are empty, and takes the first line end
    for that of all lines, though it lie inside a column's name.
    """
    if not facts.has_quote:
        return facts.commas == (len(header) - 1) * facts.lines
    if any("\n" in cell or "\r" in cell for cell in header):
        return False
    if not may_end_empty(path):
        return True
    try:
        return all(len(cells) == len(header) for _, cells in records(path))
    except FileRefusedError:
        # Refused where it is read, with all else that is known of it by then.
        return False


@dataclass(frozen=True, slots=True)
class CsvExtract:
    """One CSV file that passed the gate."""

    path: Path
    cells: list[str]
    ends_with_newline: bool
    is_regular: bool
    known_rows: int | None
    refusals: tuple[type[duckdb.Error], ...] = field(default=(duckdb.InvalidInputException,))

    def fast_rows(self, header: Header, _contract: "Contract") -> str | None:
        """DuckDB in strict mode; it guesses nothing and takes every cell as text."""
        if not self.is_regular:
            return None
        columns = ", ".join(f"{name}: 'varchar'" for name in cell_names(header.width))
        return (
            # Excel calls the header row 1.
            "select row_number() over () + 1 as _row_number, * from read_csv("
            f"{literal(str(self.path))}, auto_detect = false, header = true, delim = ',', "
            "quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
            f"ignore_errors = false, columns = {{{columns}}})"
        )

    def careful_rows(
        self, con: duckdb.DuckDBPyConnection, header: Header, stage: str
    ) -> CarefulRows:
        """Python's strict parser, a batch of rows at a time."""
        names = cell_names(header.width)
        columns = ", ".join(f"{name} varchar" for name in names)
        con.execute(f"create or replace temp table {stage} (_row_number bigint, {columns})")
        malformed: list[int] = []
        batch: list[list[str | int | None]] = []
        number, width = 1, header.width
        for number, cells in records(self.path, skip=1):
            width = len(cells) or width
            if not cells:
                continue
            if width != header.width:
                malformed.append(number)
                continue
            batch.append([number, *(cell or None for cell in cells)])
            if len(batch) == _ROWS_PER_INSERT:
                _insert(con, stage, batch)
                batch.clear()
        if width < header.width and not self.ends_with_newline:
            raise FileRefusedError("TRUNCATED", "a complete last line")
        _insert(con, stage, batch)
        return CarefulRows(
            f"select * from {stage}", tuple(malformed), expected=f"{header.width} cells"
        )


def _insert(
    con: duckdb.DuckDBPyConnection, stage: str, batch: list[list[str | int | None]]
) -> None:
    if not batch:
        return
    import pyarrow as pa

    names = ["_row_number", *cell_names(len(batch[0]) - 1)]
    columns = dict(zip(names, zip(*batch, strict=True), strict=True))
    con.from_arrow(pa.table(columns)).insert_into(stage)


def records(path: Path, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The records with their row numbers, as a spreadsheet counts them; a blank line is []."""
    csv.field_size_limit(MAXIMUM_CELL)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        number = 0
        try:
            # As DuckDB reads it: blanks before a quote are no part of the cell.
            rows = csv.reader(stream, strict=True, skipinitialspace=True)
            for number, cells in enumerate(rows, start=1):
                if number > skip:
                    yield number, cells
        except csv.Error as error:
            raise _refusal(error, number + 1) from None


def _refusal(error: csv.Error, number: int) -> FileRefusedError:
    if "unexpected end of data" in str(error):
        return FileRefusedError("TRUNCATED", "every quote closed before the end of the file")
    if "field limit" in str(error):
        return FileRefusedError(
            "CELL_TOO_LONG", f"a shorter cell or a closed quote in row {number}"
        )
    return FileRefusedError("BAD_QUOTE", f"quotes only around whole cells, see row {number}")
