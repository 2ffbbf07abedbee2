"""Sheets as people lay them out: titles, hidden sheets, cells far away, older shapes.

The workbooks are written by another program than the one that reads them, or by hand.
"""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.contracts import Table
from orchestration.ingestion.answers import answer_sets
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.workbook_gate import Limits
from tests.support.annex_workbooks import ANNEX_A, CONTACTS, KINDS, contact, only, saved, sheet_of
from tests.support.inbox import samples
from tests.support.workbooks import (
    judge_workbook,
    members,
    sheet_xml,
    text_cells,
    write_zip,
)

_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def test_titles_and_blank_rows_do_not_move_a_row_number(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        [],
        ["Contacts, Anytown"],
        ["Date of extract", date(2026, 4, 1)],
        [],
        CONTACTS,
        [],
        contact("C1"),
        [" ", "\u00a0"],
        contact("C2"),
    )
    rows = only(path).rows
    assert {number: row["child_unique_id"] for number, row in rows.items()} == {7: "C1", 9: "C2"}


def test_a_header_with_merged_groups_above_it_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    for row in (["The child", None, None, None, None, "The contact"], CONTACTS, contact()):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("F1:G1")
    book.save(tmp_path / "delivered")
    assert list(only(tmp_path / "delivered").rows) == [3]


def test_a_header_is_known_in_any_case_blanks_and_punctuation(tmp_path: Path) -> None:
    header = ["CHILD  UNIQUE\u00a0ID", "gender:", "Ethnicity ", "DATE OF\nBIRTH", "Age of child"]
    header += ["Date\u00a0of contact?", "Contact / Source"]
    judged = only(saved(tmp_path, header, contact()))
    assert judged.part.table == "contacts"
    assert {kind for _, kind in judged.drift} == {"alias"}
    assert judged.rows[2]["date_of_birth"] == date(2015, 1, 25)


def test_a_column_is_found_by_its_name_and_not_by_its_place(tmp_path: Path) -> None:
    there = only(saved(tmp_path, CONTACTS, contact())).rows
    back = only(saved(tmp_path, CONTACTS[::-1], contact()[::-1])).rows
    assert there == back


def test_formatted_cells_beside_and_below_a_table_are_no_part_of_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    for row in (CONTACTS, contact()):
        sheet.append(row)
    for address in ("Z1", "Z2", "A500", "Z500"):
        sheet[address].font = openpyxl.styles.Font(bold=True)
    sheet["J2"] = " "
    book.save(tmp_path / "delivered")
    judged = only(tmp_path / "delivered")
    assert judged.part.width == len(CONTACTS)
    assert list(judged.rows) == [2]


def test_a_hidden_sheet_is_named_and_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, state in (("Shown", "visible"), ("Hidden", "hidden"), ("Deep", "veryHidden")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (CONTACTS, contact()):
            sheet.append(row)
    book.save(tmp_path / "delivered")
    judged = judge_workbook(tmp_path / "delivered", ANNEX_A)
    # The sheet that a new workbook begins with is empty, so it is nothing.
    assert {
        label: each.part.refusal and each.part.refusal[0] for label, each in judged.items()
    } == {
        "Shown": None,
        "Hidden": "HIDDEN_SHEET",
        "Deep": "HIDDEN_SHEET",
    }


def test_a_sheet_that_is_no_list_does_not_stop_the_others(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet_of(book).append(["How to fill in", "this workbook"])
    book.create_chartsheet("Chart")
    sheet = book.create_sheet("Whatever it is called")
    for row in (CONTACTS, contact()):
        sheet.append(row)
    book.save(tmp_path / "delivered")
    judged = judge_workbook(tmp_path / "delivered", ANNEX_A)
    assert list(judged) == ["Sheet", "Whatever it is called"]
    assert judged["Sheet"].part.refusal is not None
    assert judged["Sheet"].part.refusal[0] == "UNKNOWN_TABLE"
    assert list(judged["Whatever it is called"].rows) == [2]


def test_a_lying_dimension_changes_nothing(tmp_path: Path) -> None:
    for claim in ("A1", "A1:XFD1048576"):
        path = write_zip(
            tmp_path / "delivered",
            members(
                sheet_xml(
                    text_cells({1: CONTACTS, 2: ["C1", "", "", "", "", "31/03/2026", "x"]}),
                    before=f'<dimension ref="{claim}"/>',
                )
            ),
        )
        assert list(only(path).rows) == [2]


def test_a_cell_far_away_refuses_its_sheet_and_no_other(tmp_path: Path) -> None:
    rows = text_cells({1: CONTACTS, 2: ["C1", "", "", "", "", "31/03/2026", "x"]})
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = write_zip(tmp_path / "delivered", members(sheet_xml(rows + stray), sheet_xml(rows)))
    judged = judge_workbook(path, ANNEX_A)
    assert judged["Sheet1"].part.refusal is not None
    assert judged["Sheet1"].part.refusal[0] == "CELL_FAR_AWAY"
    assert list(judged["Sheet2"].rows) == [2]


def test_a_far_cell_that_is_only_formatted_is_harmless(tmp_path: Path) -> None:
    rows = text_cells({1: CONTACTS, 2: ["C1", "", "", "", "", "31/03/2026", "x"]})
    stray = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    path = write_zip(tmp_path / "delivered", members(sheet_xml(rows + stray)))
    assert list(only(path).rows) == [2]


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1" t="q"><v>Zebedee</v></c></row>',
        '<row r="1"><c r="A1" t="n"><v>Zebedee</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A0"><v>1</v></c></row>',
        # A second cell at one address, in its row, in a second row of that number, in a row behind,
        # in a second block of cells.
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        f"{_ROW}{_ROW}",
        f'{_ROW}<row r="2"><c r="A1"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A2"><v>1</v></c></row>',
        f"{_ROW}</sheetData><sheetData>{_ROW.replace('A1', 'B1')}",
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_without_its_values(
    tmp_path: Path, cells: str
) -> None:
    path = write_zip(tmp_path / "delivered", members(sheet_xml(cells)))
    (judged,) = judge_workbook(path, ANNEX_A).values()
    assert judged.part.refusal is not None
    assert judged.part.refusal[0] == "UNREADABLE"
    assert "Zebedee" not in judged.part.refusal[1]


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "delivered")
    with pytest.raises(FileRefusedError, match="NO_ROWS"):
        judge_workbook(tmp_path / "delivered", ANNEX_A)


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "delivered", members(*[sheet_xml("")] * 3))
    with pytest.raises(FileRefusedError, match="TOO_MANY_SHEETS"):
        judge_workbook(path, ANNEX_A, Limits(sheets=2))


def test_a_list_of_an_older_shape_loads_what_it_has(tmp_path: Path) -> None:
    older = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age"]
    older += ["Does the Child have a Disability", "Allocated Team", "Allocated Worker"]
    older += ["Eligibility Category", "LA in Touch", "Type of Accommodation"]
    older += ["Suitability of Accommodation", "Activity Status"]
    row = ["C1", "a) Male", "WBRI", date(2005, 8, 7), 20, "b) No", "Team", "Worker"]
    row += ["b) Former relevant child", "a) Yes", "Y: Other accommodation", "a) Suitable", "F1"]
    judged = only(saved(tmp_path, older, row))
    assert judged.part.table == "care_leavers"
    assert judged.rows[2]["suitability_of_accommodation_code"] == "suitable"
    assert {column for column, kind in judged.drift if kind == "missing"} == {
        "uasc_or_formerly_uasc",
        "allocated_personal_advisor",
        "latest_pathway_plan_review_date",
        "latest_date_of_contact",
    }


@pytest.mark.parametrize("table", ANNEX_A.tables, ids=lambda table: table.name)
def test_every_list_is_known_by_its_headers_in_any_form(tmp_path: Path, table: Table) -> None:
    for form in range(3):
        header = [(column.name, *column.aliases)[: form + 1][-1] for column in table.columns]
        assert only(saved(tmp_path, header)).part.table == table.name


def test_the_contract_names_answer_sets_that_there_are() -> None:
    named = {column.answers for table in ANNEX_A.tables for column in table.columns}
    assert named - {None} <= answer_sets()


def test_no_header_of_a_list_could_mean_two_columns() -> None:
    for table in ANNEX_A.tables:
        forms = [{plain_name(n) for n in (c.name, *c.aliases)} for c in table.columns]
        assert sum(map(len, forms)) == len(set[str]().union(*forms)), table.name


# What a workbook may hold as text. Excel escapes carriage returns and control characters, and the
# library that writes it here takes what begins with an equals sign for a formula.
TEXTS = st.text(
    st.characters(exclude_categories=("C",), exclude_characters="_="), min_size=1, max_size=12
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(TEXTS.filter(str.strip), st.none() | TEXTS, st.none() | st.integers(-999, 999)),
        max_size=8,
    )
)
def test_any_grid_of_cells_comes_back_as_it_was_written(tmp_path: Path, grid: list[tuple]) -> None:
    header = ["row_id", "words", "whole", "day", "flag"]
    judged = only(saved(tmp_path, header, *[list(row) for row in grid]), KINDS)
    wanted = {
        number: (row[1] if row[1] and not row[1].isspace() else None, row[2])
        for number, row in enumerate(grid, start=2)
    }
    found = {number: (row["words"], row["whole"]) for number, row in judged.rows.items()}
    assert found == wanted


def test_the_public_sample_loads_list_by_list(tmp_path: Path) -> None:
    path = samples("liia-tools") / "Annex_A.xlsx"
    delivered = tmp_path / "delivered"
    delivered.write_bytes(path.read_bytes())
    judged = judge_workbook(delivered, ANNEX_A)
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    held = {
        sheet.title: sum(any(cell is not None for cell in row) for row in sheet.values) - 1
        for sheet in book
    }
    assert {label: len(each.rows) for label, each in judged.items()} == held
    assert [each.part.table for each in judged.values()] == [t.name for t in ANNEX_A.tables]
    assert not any(each.broken for each in judged.values())
    # Ten errors stand where a team or worker should.
    assert ("allocated_team (5)", "error_value") in judged["List 6"].drift
    missing = {column for column, kind in judged["List 9"].drift if kind == "missing"}
    assert len(missing) == 4
