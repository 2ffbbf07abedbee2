"""Bad workbooks: traps in the container, damage, and what people do to sheets.

Belongs here: bytes. Does not belong here: what should become of them (bad_files.yaml). Bombs are
high in ratio and small in size; every workbook begins as a good one.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.faults.texts import CANARY

HEADER = (
    *("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)"),
    *("Date of Contact", "Contact Source"),
)
_ROW: tuple[Any, ...] = (
    *(f"{CANARY}1", "b) Female", "a) WBRI", date(2015, 3, 24), 11),
    *(date(2026, 8, 1), "1C: Self"),
)
_SHEET = "xl/worksheets/sheet1.xml"


def _workbook(
    rows: tuple[tuple[Any, ...], ...] = (HEADER, _ROW), change: Callable[[Any], None] | None = None
) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "List 1"
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    return _packed([*_parts(_workbook()).items(), (name, content)])


def _with_sheet(pattern: str, replacement: str, workbook: bytes | None = None) -> bytes:
    """A good workbook with something in the XML of its sheet replaced."""
    parts = _parts(workbook or _workbook())
    before = parts[_SHEET].decode()
    parts[_SHEET] = re.sub(pattern, lambda _: replacement, before, count=1).encode()
    assert parts[_SHEET].decode() != before
    return _packed(list(parts.items()))


def _bomb() -> bytes:
    return _with_sheet("</sheetData>", f"</sheetData>{' ' * (8 << 20)}")


def _with_a_wrong_checksum() -> bytes:
    """Every checksum of the sheet says something else than its bytes."""
    packed = bytearray(_workbook())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        right = struct.pack("<I", archive.getinfo(_SHEET).CRC)
    wrong = bytes(byte ^ 0xFF for byte in right)
    return bytes(packed).replace(right, wrong)


def _with_a_lying_length() -> bytes:
    """The container says that the sheet is ten bytes long once unpacked."""
    packed = _workbook()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        info = archive.getinfo(_SHEET)
    sizes = struct.pack("<II", info.compress_size, info.file_size)
    return packed.replace(sizes, struct.pack("<II", info.compress_size, 10))


def _old_container(*, encrypted: bool) -> bytes:
    """The head of an OLE2 file and a directory that names what is in it."""
    names = ["Root Entry", "EncryptedPackage" if encrypted else "Workbook"]
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return (head + entries).ljust(2048, b"\0")


def _with_a_title(book: Any) -> None:
    sheet = book.active
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Contacts of the last three months"
    sheet.merge_cells("A1:G1")


def _with_a_hidden_sheet(book: Any) -> None:
    hidden = book.create_sheet("Lookup")
    hidden.append(("colour", "meaning"))
    hidden.append(("red", CANARY))
    hidden.sheet_state = "hidden"


def _from_1904(book: Any) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904


def _with_a_sheet_called_like_another(book: Any) -> None:
    """A dash in the name of the first makes Heard call it by its place."""
    book.active.title = "Contacts \u2013 Q1"
    other = book.create_sheet("sheet 1")
    for row in (HEADER, (f"{CANARY}2", *_ROW[1:]), (f"{CANARY}3", *_ROW[1:])):
        other.append(row)


def _with_two_sheets_of_one_name() -> bytes:
    def add(book: Any) -> None:
        book.create_sheet("Other").append(("colour", CANARY))

    parts = _parts(_workbook(change=add))
    book = parts["xl/workbook.xml"].replace(b'name="Other"', b'name="List 1"')
    return _packed([*(parts | {"xl/workbook.xml": book}).items()])


def _with(place: int, value: Any) -> tuple[tuple[Any, ...], ...]:
    """Rows of which the second has another value in one place."""
    changed = list(_ROW)
    changed[place] = value
    return (HEADER, _ROW, (f"{CANARY}2", *changed[1:]))


MAKERS: dict[str, Callable[[], bytes]] = {
    "good_workbook": _workbook,
    "workbook_bomb": _bomb,
    "workbook_with_a_bomb_in_media": lambda: _with_part("xl/media/x.png", bytes(8 << 20)),
    "workbook_of_many_parts": lambda: _packed(
        [*_parts(_workbook()).items(), *((f"xl/media/{n}.bin", b"") for n in range(5_000))]
    ),
    "workbook_with_a_path_outside": lambda: _with_part("../../outside.xml", b"<x/>"),
    "workbook_with_an_absolute_path": lambda: _with_part("/etc/cron.d/x", b"x"),
    "workbook_with_a_part_twice": lambda: _with_part("XL/Worksheets/sheet1.xml", b"<x/>"),
    "workbook_with_a_document_type": lambda: _with_sheet(
        "<worksheet", f'<!DOCTYPE x [<!ENTITY a "{CANARY}">]><worksheet'
    ),
    "workbook_with_a_wrong_checksum": _with_a_wrong_checksum,
    "workbook_with_a_lying_length": _with_a_lying_length,
    "workbook_with_a_lying_dimension": lambda: _with_sheet(
        '<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'
    ),
    "workbook_with_a_cell_far_out": lambda: _with_sheet(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    ),
    "workbook_with_a_row_twice": lambda: _with_sheet(
        "</sheetData>",
        '<row r="2"><c r="A2" t="inlineStr"><is><t>C9</t></is></c></row></sheetData>',
    ),
    "workbook_with_a_no_spelt_out": lambda: _with_sheet(
        "</sheetData>", '<row r="9"><c r="A9" t="b"><v>false</v></c></row></sheetData>'
    ),
    "workbook_with_a_hidden_value": lambda: _with_sheet(
        "</sheetData>", '<row r="9"><c r="E9"><v><![CDATA[11]]></v></c></row></sheetData>'
    ),
    "workbook_with_full_rows_without_a_day_above_the_header": lambda: _workbook(
        ((*_ROW[:3], "unknown", 11, "not known", "1C: Self"), HEADER, _ROW)
    ),
    "workbook_with_rows_above_the_header_in_words": lambda: _workbook(
        ((*_ROW[:3], "24 Mar 2015", 11, "1 Aug 2026", "1C: Self"), HEADER, _ROW)
    ),
    "workbook_cut_short": lambda: _workbook()[:-300],
    "protected_workbook": lambda: _old_container(encrypted=True),
    "old_workbook": lambda: _old_container(encrypted=False),
    "workbook_with_a_formula": lambda: _workbook(_with(5, "=TODAY()")),
    "workbook_with_error_cells": lambda: _workbook(_with(5, "#N/A")),
    "workbook_with_a_hidden_sheet": lambda: _workbook(change=_with_a_hidden_sheet),
    "workbook_with_a_merged_title": lambda: _workbook(change=_with_a_title),
    "workbook_counting_from_1904": lambda: _workbook(change=_from_1904),
    "workbook_with_ids_as_numbers": lambda: _workbook((HEADER, (7001234, *_ROW[1:]))),
    "workbook_with_rows_above_the_header": lambda: _workbook((_ROW, HEADER, _ROW)),
    "workbook_with_two_tables_in_a_sheet": lambda: _workbook(
        (HEADER, _ROW, (), (*HEADER[:5], "Date of Referral", "Date of Contact", HEADER[6]), _ROW)
    ),
    "workbook_with_a_period_above_the_header": lambda: _workbook(
        (("Period", "01/04/2025", "to", "31/03/2026"), HEADER, _ROW)
    ),
    "workbook_with_a_sheet_called_like_another": lambda: _workbook(
        change=_with_a_sheet_called_like_another
    ),
    "workbook_with_two_sheets_of_one_name": _with_two_sheets_of_one_name,
    "workbook_with_a_time_that_names_its_offset": lambda: _workbook(
        _with(5, "2026-08-05T23:00:00Z")
    ),
    "workbook_of_empty_sheets": lambda: _workbook(()),
    "workbook_of_another_table": lambda: _workbook((("colour", "shape"), (CANARY, "round"))),
}
