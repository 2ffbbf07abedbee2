"""Write a workbook anew from what its reader sees, without some rows.

A workbook keeps words in many places: shared texts, comments, pivot caches, thumbnails. Only the
cells that were read go into the new one, so nothing that nobody looked at is carried along. A sheet
that cannot be read (a hidden one, for example) stays as a name without cells.

Belongs here: the new file. Does not belong here: reading cells (workbook_sheet).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.workbook_gate import Limits, check_workbook
from orchestration.ingestion.workbook_reader import sheet_label
from orchestration.ingestion.workbook_sheet import Sheet, Workbook

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def rewrite_workbook(
    opening: Opening,
    target: Path,
    gone: Mapping[str, frozenset[int]],
    unread: frozenset[str] = frozenset(),
) -> int:
    """Leave out rows by the numbers that Excel shows, which the other rows keep.

    Args:
        opening: The workbook.
        target: The new one.
        gone: The rows that go, by the label of their part.
        unread: Sheets, by their label, that lose their cells and their name.
    """
    limits = Limits()
    workbook = Workbook(opening.path, check_workbook(opening.path, limits), limits)
    book = new_book(target)
    removed = 0
    for place, name in enumerate(workbook.sheet_names()):
        label = sheet_label(name, place)
        if label in unread:
            book.add_worksheet(f"removed {place + 1}")
            continue
        page = book.add_worksheet(name)
        try:
            sheet = workbook.sheet(name)
        except FileRefusedError:
            continue
        if sheet is not None and not sheet.is_hidden:
            removed += _copy(sheet, page, _rows_of(label, gone))
    book.close()
    return removed


def new_book(target: Path) -> Any:
    """An empty workbook; of the same rows it becomes the same bytes."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(target),
        {"constant_memory": True, "in_memory": True, "strings_to_urls": False},
    )
    book.set_properties({"created": _CREATED})
    return book


def _rows_of(label: str, gone: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """The rows of a sheet, whichever tables a mapping makes of it."""
    theirs = [rows for part, rows in gone.items() if part == label or part.startswith(f"{label}: ")]
    return frozenset[int]().union(*theirs)


def _copy(sheet: Sheet, page: Any, gone: frozenset[int]) -> int:
    columns = [column.to_pylist() for column in sheet.columns]
    removed = 0
    for row in range(sheet.row_count):
        if row + 1 in gone:
            removed += 1
            continue
        for place, column in enumerate(columns):
            if column[row] is not None:
                page.write_string(row, place, column[row])
    return removed
