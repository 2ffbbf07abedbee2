"""The bytes of the files that error_paths.yaml delivers.

Belongs here: bytes. Does not belong here: what must become of them.
"""

import io
from typing import Any

from tests.faults.sentinels import Row


def content_of(path: dict[str, Any], row: Row) -> bytes:
    """Return what a file holds, with the row's cells in their places."""
    if "make" in path:
        content: bytes = _MAKERS[path["make"]](row)
        return content
    return row.fill(path["text"]).encode(path.get("encoding", "utf-8"))


def _parquet(row: Row) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = row.cells
    columns = {
        "pers_person_id": [cells["<ID>"], f"{cells['<ID>']}2"],
        "pers_dob": [cells["<DATE>"], cells["<DATE>"]],
        cells["<NAME>"]: [cells["<WORDS>"], cells["<WORDS>"]],
    }
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def _workbook(row: Row) -> bytes:
    from openpyxl import Workbook

    from tests.faults.bad_workbooks import HEADER

    cells = row.cells
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "List 1"
    sheet.append((*HEADER, cells["<NAME>"]))
    date = cells["<DATE>"]
    sheet.append((cells["<ID>"], *(cells["<WORDS>"],) * 2, date, cells["<NAME>"], date, "x", "y"))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


_MAKERS = {
    "cut_parquet": lambda row: _parquet(row)[:-200],
    "parquet_with_text_for_dates": _parquet,
    "workbook_with_bad_dates": _workbook,
}
