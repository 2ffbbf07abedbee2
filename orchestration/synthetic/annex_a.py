"""Write the Annex A workbook of the last six months, in step with the case system.

Belongs here: the sheets, cells, free spellings and flaws of the workbook. Does not belong here: who
is on which list (annex_a_lists). Real workbooks are filled by many hands, so an answer has several
spellings; they stand in `seeds/synthetic/annex_a.yaml`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from orchestration.synthetic.annex_a_lists import LISTS
from orchestration.synthetic.annex_a_views import VIEWS
from orchestration.synthetic.case_copy import set_window
from orchestration.synthetic.clocks import FAR, Array, add_months, iso, iso_day, padded
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.write import delivery_folder

if TYPE_CHECKING:
    import duckdb
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

SOURCE = "annex_a"
_FILE = "annex_a"
_ADOPTERS = "List 11"
# Excel counts days from the end of 1899, so that its day 1 is 1 January 1900.
_EXCEL_DAYS = 25_569
# Sheet: cells of a row that cannot load, by header. 31 February is no day, and an id is blank.
_BAD_ROWS: dict[str, dict[str, str]] = {
    "List 7": {
        "Child Unique ID": "99000007",
        "Child Protection Plan Start Date": "31/02/2026",
        "Was the Child Seen Alone?": "Yes",
    },
    "List 8": {"Child Unique ID": "", "Placement Type": "U6", "Placement Location": "In"},
}
# One row of this sheet comes twice, as after a copy and paste.
_COPIED = "List 3"


def write_annex_a(
    con: "duckdb.DuckDBPyConnection", out: Path, place: Place, counts: Counts
) -> None:
    """Write the workbook as true on the day of the extract.

    Args:
        con: The copy of the case system.
        out: The inbox.
        place: The authority.
        counts: Where the rows of every sheet are counted.
    """
    import xlsxwriter

    day = iso_day(place.as_of)
    path = delivery_folder(out, place, SOURCE, day) / f"{_FILE}.xlsx"
    # In memory, because a file's own mode and time would go into the archive.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "in_memory": True})
    book.set_properties({"created": datetime.fromisoformat(f"{day}T09:00:00")})
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    for sheet, frame in _lists(con, place):
        columns = place.recipe.annex_a["lists"][sheet]
        cells = _with_flaws(sheet, _cells(place, sheet, frame, columns))
        _count(f"{SOURCE}/{day}/{_FILE}/{sheet}", sheet, len(frame), counts)
        _write_sheet(book, sheet, columns, cells, as_date)
    book.close()


def _lists(con: "duckdb.DuckDBPyConnection", place: Place) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each list in turn, in the order of its children."""
    before = add_months(np.array([place.as_of] * 3), np.array([-6, -3, -12]))
    set_window(con, iso_day(int(before[0])), iso_day(place.as_of))
    con.execute(f"set variable quarter = '{iso_day(int(before[1]))}'")
    con.execute(f"set variable year = '{iso_day(int(before[2]))}'")
    con.execute(f"set variable authority = '{place.authority}'")
    con.execute(VIEWS)
    for sheet, select in LISTS.items():
        produced = _produced(con, select)
        columns = ", ".join(
            column if column in produced else f"cast(null as varchar) as {column}"
            for column in place.recipe.annex_a["lists"][sheet].values()
        )
        rows = con.execute(f"select {columns} from ({select}) order by all").df()
        yield sheet, rows
    yield _ADOPTERS, _adopters(place)


def _produced(con: "duckdb.DuckDBPyConnection", select: str) -> set[str]:
    """The columns that a list has; the others of the sheet stay blank."""
    return {row[0] for row in con.execute(f"describe {select}").fetchall()}


def _adopters(place: Place) -> pd.DataFrame:
    """Invent people who asked to adopt in the last year; nothing else knows of them."""
    draws, count = place.draws("adopters"), max(place.children // 400, 2)
    number = np.arange(1, count + 1)
    asked = np.sort(draws.whole(place.as_of - 360, place.as_of - 10, count))
    stages = [asked + gap for gap in (14, 70, 84, 190)]
    names = ("first_date", "first_end_date", "second_date", "second_end_date")
    frame = pd.DataFrame(
        {
            "adopter": padded(f"AD{place.authority}-", number, 4),
            "family": padded(f"AF{place.authority}-", number, 4),
            "sex": draws.pick({"M": 0.45, "F": 0.55}, count),
            "ethnicity": draws.pick(place.recipe.rates["ethnicity"], count),
            "disability": draws.pick({"Y": 0.08, "N": 0.88, "U": 0.04}, count),
            "fostering_flag": draws.pick({"Y": 0.2, "N": 0.8}, count),
            "enquiry_date": iso(asked),
            **{name: iso(place.known(day)) for name, day in zip(names, stages, strict=True)},
        }
    )
    left = draws.whether(0.2, count)
    frame["left_date"] = iso(np.where(left, place.known(asked + 40), FAR))
    frame["left_reason"] = np.where(frame["left_date"] == "", "", "Withdrew")
    return frame.reindex(columns=list(place.recipe.annex_a["lists"][_ADOPTERS].values()))


def _cells(
    place: Place, sheet: str, frame: pd.DataFrame, columns: Mapping[str, str]
) -> dict[str, list[Any]]:
    """The cells of a sheet by header: numbers for dates and counts, spelled answers, None."""
    draws = place.draws(f"annex a {sheet}")
    cells: dict[str, list[Any]] = {}
    for header, column in columns.items():
        given = frame[column].astype(object)
        given = given.where(given.notna() & (given != ""), None)
        if column.endswith("_date"):
            days = pd.to_datetime(given).to_numpy().astype("datetime64[D]")
            numbers = pd.Series(days.astype(np.int64) + _EXCEL_DAYS, dtype=object)
            cells[header] = numbers.where(~np.isnat(days), None).tolist()
        elif column == "age" or column.endswith("_count"):
            cells[header] = given.tolist()
        else:
            texts = given.where(given.notna(), "").to_numpy(dtype=object)
            cells[header] = _spelled(place, draws, column, texts).tolist()
    return cells


def _spelled(place: Place, draws: Draws, column: str, texts: Array) -> Array:
    """Return each answer in one of its spellings."""
    spellings = place.recipe.annex_a["spellings"]
    known = spellings.get("flag" if column.endswith("_flag") else column, {})
    spelled = texts.copy()
    for code, ways in known.items():
        here = texts == str(code)
        spelled[here] = draws.one_of([str(way) for way in ways], int(here.sum()))
    return spelled


def _with_flaws(sheet: str, cells: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Add the row that cannot load and the row that comes twice."""
    copied = sheet == _COPIED and bool(next(iter(cells.values())))
    bad = _BAD_ROWS.get(sheet)
    return {
        header: [*values, *([bad.get(header, "")] if bad else []), *(values[:1] if copied else [])]
        for header, values in cells.items()
    }


def _count(name: str, sheet: str, rows: int, counts: Counts) -> None:
    """Count a sheet as it will be delivered; an empty one is not listed."""
    copied = int(sheet == _COPIED and rows > 0)
    bad = int(sheet in _BAD_ROWS)
    if rows + bad + copied:
        counts.rows[name] = rows + bad + copied
    if bad:
        counts.quarantined[name] = bad
    if copied:
        counts.duplicates[name] = copied


def _write_sheet(
    book: "Workbook",
    name: str,
    columns: Mapping[str, str],
    cells: dict[str, list[Any]],
    as_date: "Format",
) -> None:
    """Write one sheet, row by row because the workbook keeps only one row in memory."""
    sheet = book.add_worksheet(name)
    formats = [as_date if column.endswith("_date") else None for column in columns.values()]
    for place, header in enumerate(columns):
        sheet.write_string(0, place, header)
    for number, row in enumerate(zip(*cells.values(), strict=True), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write_number(number, place, value, formats[place])
