"""Write a landed file anew with marks in the place of words that were kept long enough.

Runs in the parser, as all that opens a delivered file. Every row stays, and every cell that is read
as anything but words. Belongs here: what is asked, the choice of the way, CSV. Does not belong
here: which cells may go (blanking_places) or from which rows (erasure decides).
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.blanking_places import Keeps, Places, is_without_letters, places_of
from orchestration.ingestion.csv_reader import MAXIMUM_CELL
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.files import private_files
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.readers import open_parts
from orchestration.ingestion.rewriting import Lines
from orchestration.privacy.marks import is_mark, marks_of

if TYPE_CHECKING:
    from orchestration.mappings.models import Mapping as SourceMapping

# A field as it is written, and what ends it.
_FIELD = re.compile(r'("(?:[^"]|"")*"|[^,]*)(,|\Z)', re.DOTALL)
_LINE_END = re.compile(r"(\r\n|\n|\r)\Z")


@dataclass(frozen=True, slots=True)
class Blanking:
    """What is past its time in one file.

    Attributes:
        key: The key of the marks.
        words: The columns with words, by table.
        rows: The rows that are past it, by the label of their sheet; None: every row of the file,
            whether or not a table takes it.
    """

    key: bytes = field(repr=False)
    words: Mapping[str, Sequence[str]]
    rows: Mapping[str, frozenset[int]] | None

    def as_message(self) -> dict[str, Any]:
        """The request in types that JSON knows."""
        rows = self.rows
        listed = None if rows is None else {label: sorted(rows[label]) for label in rows}
        return {"key": self.key.hex(), "words": dict(self.words), "rows": listed}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "Blanking":
        """The request that `as_message` described."""
        rows = message["rows"]
        return cls(
            bytes.fromhex(message["key"]),
            message["words"],
            None if rows is None else {label: frozenset(rows[label]) for label in rows},
        )


class Blanker:
    """Puts marks into cells and counts them."""

    def __init__(self, blanking: Blanking) -> None:
        self._blanking = blanking
        self.cells = 0

    def is_old(self, sheet: str, number: int) -> bool:
        """Whether a row is past its time."""
        rows = self._blanking.rows
        return rows is None or number in rows.get(sheet, ())

    def blank(self, cell: str | None, keeps: Keeps) -> str | None:
        """What stands in the cell afterwards."""
        if cell is None or not cell.strip() or is_mark(cell) or keeps(cell):
            return cell
        self.cells += 1
        return marks_of([cell], self._blanking.key)[0]


def blank_words(
    opening: Opening, blanking: Blanking, mapping: "SourceMapping | None"
) -> dict[str, Any]:
    """Write the file into the scratch folder; return its name and what was done.

    Raises:
        FileRefusedError: Nobody can tell the columns of any part.
    """
    from orchestration.ingestion.blanking_tables import blank_parquet, blank_workbook

    places = _places_by_sheet(opening, blanking, mapping)
    target, blanker = opening.scratch / "blanked", Blanker(blanking)
    suffix = PurePath(opening.file_name).suffix.lower()
    with private_files():
        if suffix == ".csv":
            blank_csv(opening.path, target, places[""], blanker)
        elif suffix == ".parquet":
            blank_parquet(opening.path, target, places[""], blanker)
        else:
            blank_workbook(opening, target, places, blanker)
    fixed = sum(each.fixed for each in places.values())
    return {"blanked": target.name, "cells": blanker.cells, "fixed": fixed}


def _places_by_sheet(
    opening: Opening, blanking: Blanking, mapping: "SourceMapping | None"
) -> dict[str, Places]:
    parts = open_parts(opening)
    found: dict[str, Places] = {}
    for part in parts:
        try:
            found[part.label] = places_of(opening, mapping, part, blanking.words)
        except FileRefusedError:
            if len(parts) == 1:
                raise
            # A sheet that nobody reads goes with the delivery's time, and not before.
            found[part.label] = Places(is_unread=blanking.rows is None)
    return found


def blank_csv(path: Path, target: Path, places: Places, blanker: Blanker) -> None:
    """Write a CSV file anew; what does not go stays to the byte."""
    csv.field_size_limit(MAXIMUM_CELL)
    width = 0
    with (
        path.open(encoding="utf-8", newline="") as stream,
        target.open("w", encoding="utf-8", newline="") as kept,
    ):
        lines = Lines(iter(stream))
        for number, cells in enumerate(csv.reader(lines, strict=True), start=1):
            text = lines.taken()
            width = width or len(cells)
            if number > 1 and cells and blanker.is_old("", number):
                # In a row of another width nobody can tell which cell is which.
                rules = (
                    places.rules
                    if len(cells) == width
                    else dict.fromkeys(range(len(cells)), is_without_letters)
                )
                text = _line(text, cells, rules, blanker)
            kept.write(text)


def _line(text: str, cells: list[str], rules: Mapping[int, Keeps], blanker: Blanker) -> str:
    """The record with marks; every other field to the character."""
    made = {place: blanker.blank(cells[place], keeps) for place, keeps in rules.items()}
    changed = {place: cell for place, cell in made.items() if cell != cells[place]}
    if not changed:
        return text
    found = _LINE_END.search(text)
    ending = found[0] if found else ""
    fields = [each[1] for each in _FIELD.finditer(text.removesuffix(ending))]
    # After a last field that is not empty the pattern finds an empty one at the end.
    fields = fields[: len(cells)]
    if len(fields) != len(cells):
        raise FileRefusedError("UNREADABLE", "quotes only around whole cells")
    return ",".join(str(changed.get(place, field)) for place, field in enumerate(fields)) + ending
