"""Put marks in the place of words in Parquet files and workbooks.

Belongs here: the two formats that are made anew as a whole. Does not belong here: what goes
(blanking, blanking_places). A workbook is made of what its reader sees, as for an erasure.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.blanking_places import Keeps, Places, is_without_letters
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.rewriting_workbook import new_book
from orchestration.ingestion.workbook_gate import Limits, check_workbook
from orchestration.ingestion.workbook_header import HeaderNames, header_row
from orchestration.ingestion.workbook_reader import sheet_label
from orchestration.ingestion.workbook_sheet import Sheet, Workbook
from orchestration.privacy.marks import BEGINNING

if TYPE_CHECKING:
    import pyarrow as pa

    from orchestration.ingestion.blanking import Blanker

_ROWS_AT_A_TIME = 1 << 16
# The first data row of a Parquet file goes by the number that it would have in a spreadsheet.
_FIRST_ROW = 2
_UNSEEN = f"{BEGINNING}a hidden sheet]"


def blank_parquet(path: Path, target: Path, places: Places, blanker: "Blanker") -> None:
    """Write a Parquet file anew; columns of texts keep their type, but none keeps a dictionary."""
    import pyarrow as pa
    from pyarrow import parquet

    first = _FIRST_ROW
    with parquet.ParquetFile(path) as source:
        fields = [
            field.with_type(field.type.value_type) if _is_coded(field.type) else field
            for field in source.schema_arrow.remove_metadata()
        ]
        # What a writer noted of a column may quote its values.
        schema = pa.schema([field.remove_metadata() for field in fields])
        with parquet.ParquetWriter(target, schema, write_page_checksum=True) as writer:
            for batch in source.iter_batches(batch_size=_ROWS_AT_A_TIME):
                rows = [row for row in range(batch.num_rows) if blanker.is_old("", first + row)]
                columns = [
                    column.cast(field.type) if _is_coded(column.type) else column
                    for column, field in zip(batch.columns, fields, strict=True)
                ]
                for place, keeps in places.rules.items():
                    columns[place] = _blanked(columns[place], rows, keeps, blanker)
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                first += batch.num_rows


def _is_coded(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return pa.types.is_dictionary(kind)


def _blanked(
    column: "pa.Array[Any]", rows: list[int], keeps: Keeps, blanker: "Blanker"
) -> "pa.Array[Any]":
    import pyarrow as pa

    is_bytes = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not (is_bytes or is_text):
        # A number, a day or a flag is no word.
        return column
    values: list[Any] = column.to_pylist()
    for row in rows:
        given = values[row]
        text = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
        mark = blanker.blank(text, keeps)
        if mark is not None and mark != text:
            values[row] = mark.encode() if is_bytes else mark
    made: pa.Array[Any] = pa.array(values, type=column.type)
    return made


def blank_workbook(
    opening: Opening, target: Path, places: Mapping[str, Places], blanker: "Blanker"
) -> None:
    """Write a workbook anew, sheet by sheet."""
    limits = Limits()
    workbook = Workbook(opening.path, check_workbook(opening.path, limits), limits)
    names = HeaderNames.of(opening.contract)
    book = new_book(target)
    shown = []
    for place, name in enumerate(workbook.sheet_names()):
        page = book.add_worksheet(name)
        try:
            sheet = workbook.sheet(name)
        except FileRefusedError:
            continue
        if sheet is None:
            continue
        if sheet.is_hidden:
            # What it held is not known; that it was not shown stays so.
            page.hide()
            page.write_string(0, 0, _UNSEEN)
            continue
        shown.append(page)
        label = sheet_label(name, place)
        _copy(sheet, page, label, places.get(label, Places()), names, blanker)
    if shown:
        # Excel opens at the first sheet, and cannot if that is a hidden one.
        shown[0].activate()
        shown[0].set_first_sheet()
    book.close()


def _copy(
    sheet: Sheet, page: Any, label: str, places: Places, names: HeaderNames, blanker: "Blanker"
) -> None:
    columns: list[list[str | None]] = [column.to_pylist() for column in sheet.columns]
    rules, below = dict(places.rules), -1
    if places.is_unread:
        rules = dict.fromkeys(range(len(columns)), is_without_letters)
    elif rules:
        below = header_row(sheet, names)
    for row in range(sheet.row_count):
        is_old = row > below and blanker.is_old(label, row + 1)
        for place, column in enumerate(columns):
            cell = column[row]
            if is_old and place in rules:
                cell = blanker.blank(cell, rules[place])
            if cell is not None:
                page.write_string(row, place, cell)
