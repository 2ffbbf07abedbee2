"""Workbooks written by hand, so that a test can break them in one place.

Belongs here: the smallest .xlsx there can be, and judging what the reader makes of one. Does not
belong here: expected values, which every test states for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.judging import judge_parts
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.stages import answered_relation
from orchestration.ingestion.workbook_gate import Limits
from orchestration.ingestion.workbook_reader import open_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(cells: str, before: str = "") -> str:
    """A worksheet around rows of XML."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{cells}</sheetData></worksheet>'


def text_cells(rows: Mapping[int, list[str]]) -> str:
    """Rows of text cells, each under its own number."""
    return "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for place, text in enumerate(texts)
        )
        + "</row>"
        for number, texts in rows.items()
    )


def members(*sheets: str) -> dict[str, bytes]:
    """The parts of a workbook with these worksheets, named Sheet1, Sheet2, ..."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{links}</Relationships>",
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": xml for n, xml in zip(numbers, sheets, strict=True)}
    return {name: text.encode() for name, text in parts.items()}


def write_zip(path: Path, parts: Mapping[str, bytes], compression: int = ZIP_DEFLATED) -> Path:
    """A zip archive of these parts."""
    with ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@dataclass(frozen=True)
class Judged:
    """What became of one sheet: the verdict, and its rows by Excel's row number."""

    part: JudgedPart
    rows: dict[int, dict[str, Any]]
    broken: dict[int, list[tuple[str, str]]]

    @property
    def drift(self) -> set[tuple[str, str]]:
        """Columns and kinds."""
        return {(drift.column, drift.kind) for drift in self.part.drift}


def judge_workbook(
    path: Path, contract: Contract, limits: Limits | None = None
) -> dict[str, Judged]:
    """Open and judge a workbook as the parser does; sheets by label."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        opening = Opening(con, contract, "delivered.xlsx", path, scratch, 2026)
        return {
            part.label: _judged(opening, part)
            for part in judge_parts(opening, open_workbook(opening, limits))
        }


def _judged(opening: Opening, part: JudgedPart) -> Judged:
    table = opening.contract.table(part.table or "")
    if part.refusal is not None or table is None:
        return Judged(part, {}, {})
    stage = answered_relation(opening.scratch, part)
    result = opening.con.execute(f"select * from {stage} order by _row_number")
    names = [description[0] for description in result.description or ()]
    rows: dict[int, dict[str, Any]] = {}
    broken: dict[int, list[tuple[str, str]]] = {}
    for values in result.fetchall():
        given = dict(zip(names, values, strict=True))
        number = given["_row_number"]
        rows[number] = {
            column.name + suffix: given[f"{letter}{place}"]
            for place, column in enumerate(table.loaded_columns)
            for letter, suffix in (("v", ""), ("a", "_code"))
            if f"{letter}{place}" in given
        }
        rules = [rule[:2] for bit, rule in enumerate(part.rules) if given["_problems"] >> bit & 1]
        if rules:
            broken[number] = rules
    return Judged(part, rows, broken)
