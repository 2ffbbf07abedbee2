"""Read an .xlsx workbook: every sheet with something in it is one part, all cells as texts.

Belongs here: the parts of a workbook, and what each kind of Excel cell is as text. Does not belong
here: whether the file may be opened at all (workbook_gate), which row is the header
(workbook_header), or what a text means (cells).

A date cell comes as a date in the contract's own form, a whole number without a point, an error as
its own name (`#N/A`): a typed column refuses that, an answer set does not know it, and neither
takes it for a blank.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.extracts import Opening, Part, RefusedExtract
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.second_headers import check_above
from orchestration.ingestion.sql import literal
from orchestration.ingestion.workbook_gate import Limits, check_workbook
from orchestration.ingestion.workbook_header import HeaderNames, header_row, tidy
from orchestration.ingestion.workbook_sheet import Sheet, Workbook

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract

# What may be shown of a sheet's name.
_REPEATABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ ./()-]{0,30}", re.ASCII)
_NUMBERED = re.compile(r"sheet \d+", re.IGNORECASE)
# How calamine writes a date cell, with a blank or a T in the middle; a time of day stands on the
# last day of 1899.
_TIMED = "____-__-_____:__:__%"
# Its bytes at least: hardly any other text is as long, and a look at the length costs least.
_TIMED_BYTES = 19
_NO_DAY = "1899-12-31"


def open_workbook(opening: Opening, limits: Limits | None = None) -> list[Part]:
    """Pass the gate and read every sheet that is not empty.

    Raises:
        FileRefusedError: The file is no workbook that may be read.
    """
    limits = limits or Limits()
    marks = check_workbook(opening.path, limits)
    names = HeaderNames.of(opening.contract)
    workbook = Workbook(opening.path, marks, limits)
    parts: list[Part] = []
    for place, name in enumerate(workbook.sheet_names()):
        label = sheet_label(name, place)
        try:
            sheet = workbook.sheet(name)
            if sheet is None:
                continue
            parts.append(_part(opening, label, place, sheet, names))
        except FileRefusedError as refusal:
            parts.append(Part(label, None, RefusedExtract(refusal)))
    if not parts:
        raise FileRefusedError("NO_ROWS", "a workbook with something in its sheets")
    return parts


def sheet_label(name: str, place: int) -> str:
    """How a sheet is called where its own name might be somebody's; no two have one label."""
    is_own = _REPEATABLE.fullmatch(name) and not _NUMBERED.fullmatch(name)
    return name if is_own else f"sheet {place + 1}"


@dataclass(frozen=True, slots=True)
class SheetExtract:
    """One sheet, its rows written to `path` as Parquet: `_row_number`, `c0`, `c1`, ..."""

    path: Path
    cells: list[str]
    refusals: tuple[type[duckdb.Error], ...] = ()
    known_rows: int | None = None

    def fast_rows(self, header: Header, contract: "Contract") -> str | None:
        """Every cell as text, dates in the form that the contract expects."""
        columns = {place: name for name, place in header.places.items()}
        by_name = {column.name: column for column in header.table.columns}
        texts = [
            f"{_as_text(name, by_name.get(columns.get(place, '')), contract)} as {name}"
            for place, name in enumerate(cell_names(header.width))
        ]
        return (
            f"select _row_number, {', '.join(texts)} from read_parquet({literal(str(self.path))})"
        )

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """There is no second way: the rows were read when the workbook was opened."""
        raise FileRefusedError("UNREADABLE", "a sheet that Excel can open")


def _part(opening: Opening, label: str, place: int, sheet: Sheet, names: HeaderNames) -> Part:
    import pyarrow.parquet

    if sheet.is_hidden:
        raise FileRefusedError(
            "HIDDEN_SHEET", "only sheets that are meant to be sent: show the sheet, or take it out"
        )
    place_of_header = header_row(sheet, names)
    cells, renamed = names.understood([tidy(cell) for cell in sheet.row(place_of_header)])
    above = check_above(opening.contract, sheet, cells, place_of_header)
    passed_over = ((f"rows above the column names ({above})", "not_read"),) if above else ()
    rows = sheet.rows_after(place_of_header)
    # Formatted columns to the right of the table are no columns of it.
    while len(cells) > 1 and not cells[-1] and rows.column(len(cells)).null_count == len(rows):
        cells.pop()
    path = opening.scratch / f"sheet_{place}.parquet"
    pyarrow.parquet.write_table(
        rows.select(range(len(cells) + 1)),
        path,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    return Part(
        label,
        None,
        SheetExtract(path, cells),
        renamed + passed_over + _odd_cells(sheet, cells, names),
    )


def _odd_cells(sheet: Sheet, cells: list[str], names: HeaderNames) -> tuple[tuple[str, str], ...]:
    """How many cells of which column are not what they seem; only known names are repeated."""
    _, table = names.best_table(cells)
    found: list[tuple[str, str]] = []
    for (place, kind), count in sorted(sheet.oddities.items()):
        given = cells[place] if 0 <= place < len(cells) else ""
        shown = given if plain_name(given) in table else f"column {place + 1}"
        found.append((f"{shown} ({count})", kind))
    return tuple(found)


def _as_text(name: str, column: "Column | None", contract: "Contract") -> str:
    if column is not None and column.sensitivity == "free_text":
        return name
    if column is not None and column.type in ("date", "datetime"):
        form = contract.formats["date" if column.type == "date" else "datetime"][0]
        return (
            f"case when strlen({name}) >= {_TIMED_BYTES} and {name} like '{_TIMED}' "
            f"and not starts_with({name}, '{_NO_DAY}') "
            # A text that names an offset is no cell of Excel's; whose day it is, its format tells.
            f"and (strlen({name}) = {_TIMED_BYTES} "
            f"or regexp_full_match(substr({name}, {_TIMED_BYTES + 1}), '[.][0-9]*')) "
            f"then {_formatted(name, form)} else {name} end"
        )
    if column is not None and column.type in ("integer", "number"):
        return name
    return _as_plain_text(name, column, contract)


def _as_plain_text(name: str, column: "Column | None", contract: "Contract") -> str:
    yes, no = ("Y", "N") if column is not None and column.type == "flag" else ("TRUE", "FALSE")
    form = contract.formats.get("date", ("%Y-%m-%d",))[0]
    return (
        f"case when {name} = 'true' then '{yes}' when {name} = 'false' then '{no}' "
        f"when strlen({name}) < {_TIMED_BYTES} or {name} not like '{_TIMED}' then {name} "
        f"when starts_with({name}, '{_NO_DAY}') then substr({name}, {len(_NO_DAY) + 2}) "
        f"when substr({name}, {len(_NO_DAY) + 2}) = '00:00:00' then {_formatted(name, form)} "
        f"else {name} end"
    )


def _formatted(name: str, form: str) -> str:
    return f"coalesce(strftime(try_cast({name} as timestamp), {literal(form)}), {name})"
