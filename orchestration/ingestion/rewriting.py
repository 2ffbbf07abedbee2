"""Write a landed file anew without some of its rows.

Runs in the parser, as all that opens a delivered file. What stays is as it was delivered: a CSV and
an XML file to the byte (but for comments), a Parquet file value by value, a workbook cell by cell
as text. Belongs
here: the choice of the way, CSV and Parquet. Does not belong here: whose rows go (erasure decides).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from orchestration.ingestion.csv_reader import MAXIMUM_CELL
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.files import private_files

_MARK = "\ufeff"
_ROWS_AT_A_TIME = 1 << 16
# The first data row of a Parquet file goes by the number that it would have in a spreadsheet.
_FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Removal:
    """What is to go from one file.

    Attributes:
        rows: Numbers of rows, by the label of their part.
        ids: In an XML file, whose records go: whoever has one of these ids.
        sheets: In a workbook, sheets that no table was read from and that go whole, by their label.
        is_whole: Nobody can tell the rows apart, so nothing of the file stays.
    """

    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    sheets: frozenset[str] = frozenset()
    is_whole: bool = False

    def as_message(self) -> dict[str, Any]:
        """The removal in types that JSON knows."""
        rows = {label: sorted(numbers) for label, numbers in self.rows.items()}
        return {
            "rows": rows,
            "ids": sorted(self.ids),
            "sheets": sorted(self.sheets),
            "is_whole": self.is_whole,
        }

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "Removal":
        """The removal that `as_message` described."""
        rows = {label: frozenset(numbers) for label, numbers in message["rows"].items()}
        ids, sheets = (frozenset(message[name]) for name in ("ids", "sheets"))
        return cls(rows, ids, sheets, message["is_whole"])

    def every_row(self) -> frozenset[int]:
        """Rows whatever their part: all parts of a file with one table count the same rows."""
        return frozenset[int]().union(*self.rows.values())


def rewrite(opening: Opening, removal: Removal) -> tuple[str, int]:
    """Write what stays into the scratch folder; return the file's name and the rows taken out."""
    target = opening.scratch / "rewritten"
    suffix = PurePath(opening.file_name).suffix.lower()
    with private_files():
        if removal.is_whole:
            target.write_bytes(b"")
            return target.name, 0
        if suffix == ".csv":
            return target.name, _rewrite_csv(opening.path, target, removal.every_row())
        if suffix == ".parquet":
            return target.name, _rewrite_parquet(opening.path, target, removal.every_row())
        if suffix == ".xml":
            from orchestration.ingestion.rewriting_xml import rewrite_xml

            return target.name, rewrite_xml(opening, target, removal.ids)
        from orchestration.ingestion.rewriting_workbook import rewrite_workbook

        return target.name, rewrite_workbook(opening, target, removal.rows, removal.sheets)


class Lines:
    """The lines of a file for the CSV parser, kept until their record is complete."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._held: list[str] = []
        self._is_first = True

    def __iter__(self) -> "Iterator[str]":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._held.append(line)
        # The mark in front of a file is no part of its first cell.
        seen = line.removeprefix(_MARK) if self._is_first else line
        self._is_first = False
        return seen

    def taken(self) -> str:
        """What the last record was made of, to the character."""
        text = "".join(self._held)
        self._held.clear()
        return text


def _rewrite_csv(path: Path, target: Path, gone: frozenset[int]) -> int:
    csv.field_size_limit(MAXIMUM_CELL)
    removed = 0
    with (
        path.open(encoding="utf-8", newline="") as stream,
        target.open("w", encoding="utf-8", newline="") as kept,
    ):
        lines = Lines(iter(stream))
        for number, _ in enumerate(csv.reader(lines, strict=True), start=1):
            text = lines.taken()
            if number in gone:
                removed += 1
            else:
                kept.write(text)
    return removed


def _rewrite_parquet(path: Path, target: Path, gone: frozenset[int]) -> int:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    removed, first = 0, _FIRST_ROW
    places = np.array(sorted(gone), dtype=np.int64)
    with parquet.ParquetFile(path) as source:
        # What a writer noted about the whole table may speak of rows that go.
        schema = source.schema_arrow.remove_metadata()
        with parquet.ParquetWriter(target, schema, write_page_checksum=True) as writer:
            for batch in source.iter_batches(batch_size=_ROWS_AT_A_TIME):
                stays = ~np.isin(np.arange(first, first + batch.num_rows), places)
                removed += int((~stays).sum())
                first += batch.num_rows
                kept = pa.Table.from_batches([batch]).filter(pa.array(stays))
                writer.write_table(kept.cast(schema))
    return removed
