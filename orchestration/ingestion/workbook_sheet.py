"""The sheets of a workbook as columns of text, with every odd cell put right and counted.

Belongs here: fastexcel (calamine) and Arrow. Does not belong here: headers and contracts
(workbook_reader).
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.workbook_cells import (
    CellFacts,
    cell_facts,
    has_doubled_cells,
    has_odd_booleans,
    has_uncalculated,
    sheet_parts,
    spanned_cells,
)
from orchestration.ingestion.workbook_gate import Limits, SheetMarks

if TYPE_CHECKING:
    import fastexcel
    import pyarrow as pa

# What takes the place of a formula that was never calculated; no Excel value reads so.
NOT_CALCULATED = "#NOT_CALCULATED!"
_ERRORS = {
    "Div0": "#DIV/0!",
    "GettingData": "#GETTING_DATA",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
_ERROR = re.compile(r"Error\((\w+)\)")
_MAXIMUM_COLUMNS = 16_384
# Excel keeps 15 digits of a number; of an id with more the rest is lost.
_LONG_NUMBER = r"^-?[0-9]{16,}$"
_LONG_NUMBER_BYTES = 16
_NEWER_ERROR = "Unsupported cell error value"
_SAVE_ANEW = "save the workbook anew as .xlsx"
_CALCULATED = "formulas with values; open the workbook in Excel and save it"
_UNREADABLE = f"a sheet that Excel can open; {_SAVE_ANEW}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet from its first row, and the odd cells found in it.

    Attributes:
        columns: One text column for each, from the first with a value; blanks are null.
        is_hidden: Whether the sender hid it.
        oddities: How many cells of a kind a column had, by place and kind.
    """

    columns: "list[pa.Array[Any]]"
    is_hidden: bool
    oddities: Counter[tuple[int, str]] = field(default_factory=Counter)

    @property
    def row_count(self) -> int:
        """Rows down to the last with a value."""
        return len(self.columns[0])

    def row(self, place: int) -> list[str]:
        """The texts of one row, counted from 0."""
        return [column[place].as_py() or "" for column in self.columns]

    def rows_after(self, place: int) -> "pa.Table":
        """The rows below a header that hold anything, numbered as Excel does."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = [column.slice(place + 1) for column in self.columns]
        numbers = pa.array(np.arange(place + 2, self.row_count + 1, dtype=np.int64))
        names = ["_row_number", *(f"c{number}" for number in range(len(columns)))]
        table = pa.Table.from_arrays([numbers, *columns], names=names)
        if any(column.null_count == 0 for column in columns):
            return table
        filled = pc.is_valid(columns[0])
        for column in columns[1:]:
            filled = pc.or_(filled, pc.is_valid(column))
        return table.filter(filled)


class Workbook:
    """A workbook that passed the gate, open for reading."""

    def __init__(self, path: Path, marks: dict[str, SheetMarks], limits: Limits) -> None:
        import fastexcel

        self._path = path
        self._marks = {name.lower(): mark for name, mark in marks.items()}
        self._limits = limits
        self._parts: dict[str, str] | None = None
        try:
            self._reader = fastexcel.read_excel(path)
        except fastexcel.FastExcelError:
            raise FileRefusedError(
                "UNREADABLE", "a workbook that Excel can open; save it anew as .xlsx"
            ) from None

    def sheet_names(self) -> list[str]:
        """The sheets in the workbook's order."""
        names = self._reader.sheet_names
        if len(names) > self._limits.sheets:
            raise FileRefusedError("TOO_MANY_SHEETS", f"at most {self._limits.sheets} sheets")
        if len({name.lower() for name in names}) < len(names):
            # Read by its name, one of the two would be read twice.
            raise FileRefusedError("UNREADABLE", "a name of its own for each sheet, as Excel asks")
        return names

    def sheet(self, name: str) -> Sheet | None:
        """Read one sheet; None if there is nothing in it.

        Raises:
            FileRefusedError: This sheet cannot be used.
        """
        self._check_span(name)
        loaded = self._load(name)
        batch, errors = loaded.to_arrow_with_errors()
        if batch.num_columns > _MAXIMUM_COLUMNS:
            raise FileRefusedError("TOO_MANY_COLUMNS", f"at most {_MAXIMUM_COLUMNS} columns")
        columns = list(batch.columns)
        odd = errors.errors if errors is not None else ()
        read = len(odd) + sum(len(each) - each.null_count for each in columns)
        has_formulas = self._check_unread(name, read)
        if batch.num_columns == 0 or batch.num_rows == 0:
            if has_formulas:
                raise FileRefusedError("FORMULA_NOT_CALCULATED", _CALCULATED)
            return None
        if _has_yes(columns) and has_odd_booleans(self._path, self._part(name)):
            raise FileRefusedError("UNREADABLE", f"0 or 1 in cells of yes or no; {_SAVE_ANEW}")
        mended = _Mended(columns)
        for error in odd:
            found = _ERROR.search(error.detail)
            text = _ERRORS.get(found[1], "#ERROR!") if found else "#ERROR!"
            mended.put(*error.position, text, "error_value")
        if has_formulas or _has_long_number(columns):
            self._mend_from_xml(name, mended)
        columns = mended.columns()
        if all(column.null_count == len(column) for column in columns):
            return None
        return Sheet(columns, loaded.visible != "visible", mended.oddities)

    def _load(self, name: str) -> "fastexcel.ExcelSheet":
        import fastexcel

        try:
            # Row 1 of the sheet is the first row of the result only if no row is skipped.
            return self._reader.load_sheet(
                name, header_row=None, skip_rows=0, dtypes="string", whitespace_as_null=True
            )
        except fastexcel.FastExcelError as error:
            # Its message may quote a cell, so it goes no further.
            is_newer = _NEWER_ERROR in str(error)
        if is_newer:
            raise FileRefusedError(
                "ERROR_VALUE", "cells without #SPILL!, #CALC! and the like; correct their formulas"
            )
        raise FileRefusedError("UNREADABLE", _UNREADABLE)

    def _check_span(self, name: str) -> None:
        """Refuse a sheet that spans too much."""
        part = self._part(name)
        if not self._marks[part.lower()].is_far:
            return
        if spanned_cells(self._path, part) > self._limits.block_cells:
            facts = cell_facts(self._path, part)
            width = facts.last_column - facts.first_column + 1
            if (facts.last_row + 1) * width > self._limits.block_cells:
                raise FileRefusedError(
                    "CELL_FAR_AWAY",
                    "one table in the sheet; delete the cells far below or to the right of it",
                )

    def _check_unread(self, name: str, read: int) -> bool:
        """Whether a cell is no blank though it reads as one: a formula that has no value.

        Raises:
            FileRefusedError: A cell was not read at all, as another has its address.
        """
        part = self._part(name)
        if read == self._marks[part.lower()].cells:
            return False
        if has_doubled_cells(self._path, part):
            raise FileRefusedError("UNREADABLE", f"each cell of a sheet once; {_SAVE_ANEW}")
        return has_uncalculated(self._path, part)

    def _mend_from_xml(self, name: str, mended: "_Mended") -> None:
        facts = cell_facts(self._path, self._part(name))
        if not mended.fits(facts):
            # Nobody can tell any more which cell is which.
            raise FileRefusedError("FORMULA_NOT_CALCULATED", _CALCULATED)
        for row, column in facts.uncalculated:
            mended.put(row, column - facts.first_column, NOT_CALCULATED, "formula_not_calculated")
        for row, column in facts.rounded:
            mended.put_rounded(row, column - facts.first_column)

    def _part(self, name: str) -> str:
        if self._parts is None:
            self._parts = sheet_parts(self._path)
        part = self._parts.get(name, "")
        if part.lower() not in self._marks:
            raise FileRefusedError("UNREADABLE", _UNREADABLE)
        return part


def _has_yes(columns: "list[pa.Array[Any]]") -> bool:
    """Whether a cell reads as a boolean that is true."""
    import pyarrow.compute as pc

    return any(pc.index(column, "true").as_py() >= 0 for column in columns)


def _has_long_number(columns: "list[pa.Array[Any]]") -> bool:
    """Whether a cell reads as a number of more digits than Excel keeps."""
    import pyarrow.compute as pc

    for column in columns:
        longest = pc.max(pc.binary_length(cast("pa.StringArray", column))).as_py() or 0
        if longest >= _LONG_NUMBER_BYTES:
            matches = pc.match_substring_regex(column, _LONG_NUMBER)
            if pc.any(matches).as_py():
                return True
    return False


class _Mended:
    """The columns of a sheet, and the cells to be put right in them."""

    def __init__(self, columns: "list[pa.Array[Any]]") -> None:
        self._columns = columns
        self._texts: dict[int, dict[int, str]] = {}
        self.oddities: Counter[tuple[int, str]] = Counter()

    def fits(self, facts: CellFacts) -> bool:
        """Whether the XML has the same outermost cells."""
        width = facts.last_column - facts.first_column + 1
        return len(self._columns) == width and len(self._columns[0]) == facts.last_row + 1

    def put(self, row: int, column: int, text: str, kind: str) -> None:
        """Note the text of a cell; outside the table it is only counted."""
        self.oddities[column, kind] += 1
        if 0 <= column < len(self._columns) and row < len(self._columns[column]):
            self._texts.setdefault(column, {})[row] = text

    def put_rounded(self, row: int, column: int) -> None:
        """Write a long number as Excel shows it, so that nobody takes its digits for known."""
        text = self._columns[column][row].as_py() or "nan"
        self.put(row, column, f"{float(text):.14E}", "rounded_number")

    def columns(self) -> "list[pa.Array[Any]]":
        """The columns with every noted cell in its place."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = list(self._columns)
        for place, texts in self._texts.items():
            mask = np.zeros(len(columns[place]), dtype=bool)
            rows = sorted(texts)
            mask[rows] = True
            values = pa.array([texts[row] for row in rows], type=columns[place].type)
            columns[place] = pc.replace_with_mask(columns[place], pa.array(mask), values)
        return columns
