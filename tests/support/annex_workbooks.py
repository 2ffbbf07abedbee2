"""Annex A workbooks of a few rows, and a contract with one column of every kind.

Belongs here: what the tests of the workbook reader share. Does not belong here: an assertion.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.contracts import Column, Contract, Table, load_contracts
from tests.support.workbooks import (
    SHEET,
    Judged,
    judge_workbook,
    write_zip,
)

ANNEX_A = load_contracts()["annex_a"]
CONTACTS = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Age of Child (Years)",
    "Date of Contact",
    "Contact Source",
]
PLANS = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Age",
    "Does the Child have a Disability",
    "Child Protection Plan Start Date",
    "Initial Category of Abuse",
    "Latest Category of Abuse",
    "Date of the Last Statutory Visit",
    "Was the Child Seen Alone?",
    "Date of latest review conference",
]
# One column of every kind, for what Annex A has no use for.
KINDS = Contract(
    source="kinds",
    version="1",
    title="Kinds",
    description="Kinds",
    provenance="None",
    extent="full",
    match="by_header",
    suffixes=(".xlsx",),
    raw_prefix="kinds_",
    encoding="utf-8",
    formats={"date": ("%d/%m/%Y",), "datetime": ("%d/%m/%Y %H:%M:%S",)},
    tables=(
        Table(
            name="kinds",
            description="One row per cell of each kind.",
            key=("row_id",),
            columns=(
                Column(name="row_id", type="string", required=True, description="Row"),
                Column(name="day", type="date", description="Day"),
                Column(name="moment", type="datetime", description="Moment"),
                Column(name="flag", type="flag", description="Flag"),
                Column(name="code", type="code", description="Code"),
                Column(name="whole", type="integer", description="Whole number"),
                Column(name="part", type="number", description="Number"),
                Column(name="words", type="string", sensitivity="free_text", description="Words"),
            ),
        ),
    ),
)
KIND_NAMES = [column.name for column in KINDS.tables[0].columns]


def contact(child: object = "C1", on: object = date(2026, 3, 31), source: str = "Police") -> list:
    return [child, "Female", "WBRI", date(2015, 1, 25), 11.18, on, source]


def saved(folder: Path, *rows: list, title: str = "List 1") -> Path:
    """A workbook with one sheet of these rows."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(folder / "delivered")
    return folder / "delivered"


def sheet_of(book: openpyxl.Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def only(path: Path, contract: Contract = ANNEX_A) -> Judged:
    """What became of a workbook's only sheet."""
    (judged,) = judge_workbook(path, contract).values()
    assert judged.part.refusal is None, judged.part.refusal
    return judged


def altered(path: Path, change: Callable[[bytes], bytes], part: str = SHEET) -> Path:
    """The workbook with one part changed."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change(parts[part]) != parts[part], "the change changes nothing"
    return write_zip(path, parts | {part: change(parts[part])})
