"""Workbooks as people make them: what becomes of every kind of cell, row and sheet.

The workbooks are written by another program than the one that reads them, or by hand.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.contracts import Column, Contract, Table, load_contracts
from orchestration.ingestion.answers import answer_sets
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.workbook_gate import Limits
from tests.support.inbox import samples
from tests.support.workbooks import (
    SHEET,
    Judged,
    judge_workbook,
    members,
    sheet_xml,
    text_cells,
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


def test_a_list_loads_with_types_answers_and_the_row_numbers_of_excel(tmp_path: Path) -> None:
    judged = only(
        saved(tmp_path, CONTACTS, contact("C1"), contact(1234567, source="a) Individual"))
    )
    assert judged.part.table == "contacts"
    assert judged.drift == set()
    assert not judged.broken
    assert judged.rows == {
        2: {
            "child_unique_id": "C1",
            "gender": "Female",
            "gender_code": "female",
            "ethnicity": "WBRI",
            "ethnicity_code": "white",
            "date_of_birth": date(2015, 1, 25),
            "age_of_child_years": 11.18,
            "date_of_contact": date(2026, 3, 31),
            "contact_source": "Police",
            "contact_source_code": "police",
        },
        3: judged.rows[2]
        | {
            "child_unique_id": "1234567",
            "contact_source": "a) Individual",
            "contact_source_code": "individual",
        },
    }


@pytest.mark.parametrize(
    "delivered",
    [
        date(2026, 3, 31),
        datetime.fromisoformat("2026-03-31T09:30"),
        "31/03/2026",
        "2026-03-31",
        "31-Mar-2026",
        "31 March 2026",
        " 31/03/2026\u00a0",
        "31/03/2026 09:30",
    ],
)
def test_a_date_is_the_same_however_it_is_written(tmp_path: Path, delivered: object) -> None:
    judged = only(saved(tmp_path, CONTACTS, contact(on=delivered)))
    assert judged.rows[2]["date_of_contact"] == date(2026, 3, 31)
    assert not judged.broken


@pytest.mark.parametrize("delivered", ["03/31/2026", "soon", 46112, time(9, 30), True])
def test_what_is_no_date_is_quarantined_and_not_guessed(tmp_path: Path, delivered: object) -> None:
    judged = only(saved(tmp_path, CONTACTS, contact(on=delivered)))
    assert judged.broken == {2: [("date_of_contact", "NOT_A_DATE")]}


def test_dates_of_a_workbook_that_counts_from_1904_are_right(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (CONTACTS, contact()):
        sheet_of(book).append(row)
    book.save(tmp_path / "delivered")
    assert only(tmp_path / "delivered").rows[2]["date_of_contact"] == date(2026, 3, 31)


def test_a_formula_counts_as_the_value_that_excel_kept(tmp_path: Path) -> None:
    path = saved(tmp_path, CONTACTS, contact(on="=DATE(2026,3,31)"))
    path = altered(path, lambda xml: re.sub(rb"</f><v ?/?>(</v>)?", b"</f><v>46112</v>", xml))
    path = altered(path, lambda xml: xml.replace(b'<c r="F2"', b'<c s="1" r="F2"'))
    assert only(path).rows[2]["date_of_contact"] == date(2026, 3, 31)


def test_every_kind_of_cell_becomes_what_excel_shows(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2026-03-31T23:59:58")
    path = saved(
        tmp_path,
        KIND_NAMES,
        ["R1", moment, moment, True, True, 7.0, 0.1, "true"],
        ["R2", None, date(2026, 3, 31), False, False, -3, 1e-7, "2026-03-31 00:00:00"],
        ["R3", None, None, "N", date(2026, 3, 31), "5", "2.5", " kept \n as it is "],
        [4.0, None, None, None, time(9, 30), 0, 3, "007"],
        [5.5, None, None, None, timedelta(hours=5), None, None, None],
    )
    rows = only(path, KINDS).rows
    shown = {number: tuple(row.values()) for number, row in rows.items()}
    assert shown == {
        2: ("R1", date(2026, 3, 31), moment, "Y", "TRUE", 7, 0.1, "true"),
        3: (
            "R2",
            None,
            datetime.fromisoformat("2026-03-31"),
            "N",
            "FALSE",
            -3,
            1e-7,
            "2026-03-31 00:00:00",
        ),
        4: ("R3", None, None, "N", "31/03/2026", 5, 2.5, " kept \n as it is "),
        5: ("4", None, None, None, "09:30:00", 0, 3.0, "007"),
        6: ("5.5", None, None, None, "05:00:00", None, None, None),
    }


def test_a_number_with_more_digits_than_excel_keeps_is_no_id(tmp_path: Path) -> None:
    rows = [contact(child) for child in (123456789012345, 1234567890123456, "1234567890123456")]
    judged = only(saved(tmp_path, CONTACTS, *rows))
    # As a text nothing of it was lost; 15 digits as a number are all there.
    assert [row["child_unique_id"] for row in judged.rows.values()] == [
        "123456789012345",
        "1.23456789012346E+15",
        "1234567890123456",
    ]
    assert judged.broken == {3: [("child_unique_id", "BAD_ID")]}
    assert judged.drift == {("child_unique_id (1)", "rounded_number")}


def test_an_error_is_reported_and_never_read_as_a_blank(tmp_path: Path) -> None:
    plan = ["C1", "Female", "#N/A", date(2015, 1, 25), 11, "No", date(2025, 1, 2)]
    plan += ["Neglect", "Neglect", "#REF!", "#N/A", None]
    judged = only(saved(tmp_path, PLANS, plan))
    row = judged.rows[2]
    assert (row["was_the_child_seen_alone"], row["was_the_child_seen_alone_code"]) == (
        "#N/A",
        "not_mapped",
    )
    assert row["ethnicity_code"] == "not_mapped"
    assert judged.broken == {2: [("date_of_the_last_statutory_visit", "NOT_A_DATE")]}
    assert row["date_of_latest_review_conference"] is None
    assert {drift for drift in judged.drift if drift[1] == "error_value"} == {
        ("ethnicity (1)", "error_value"),
        ("date_of_the_last_statutory_visit (1)", "error_value"),
        ("was_the_child_seen_alone (1)", "error_value"),
    }


def test_a_formula_that_was_never_calculated_is_no_blank(tmp_path: Path) -> None:
    # Programs that write workbooks leave formulas without values; only Excel works them out.
    plan = ["C1", "Female", "WBRI", "=DATE(2015,1,25)", 11, "No", date(2025, 1, 2)]
    plan += ["Neglect", "Neglect", None, '=IF(A2="C1","Yes","No")', None]
    judged = only(saved(tmp_path, PLANS, plan))
    row = judged.rows[2]
    assert row["was_the_child_seen_alone"] == "#NOT_CALCULATED!"
    assert row["was_the_child_seen_alone_code"] == "not_mapped"
    assert judged.broken == {2: [("date_of_birth", "NOT_A_DATE")]}
    assert row["date_of_the_last_statutory_visit"] is None
    assert ("was_the_child_seen_alone (1)", "formula_not_calculated") in judged.drift


def test_a_formula_whose_answer_is_nothing_is_a_blank(tmp_path: Path) -> None:
    path = saved(tmp_path, CONTACTS, contact(source='=""'), contact(source="=1"))
    # Excel writes an empty text as a formula of kind str with an empty value.
    path = altered(path, lambda xml: xml.replace(b'<c r="G2"', b'<c r="G2" t="str"'))
    judged = only(path)
    assert judged.rows[2]["contact_source"] is None
    assert judged.rows[2]["contact_source_code"] is None
    assert judged.rows[3]["contact_source"] == "#NOT_CALCULATED!"


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="G2"><f>A1</f></c>',
        b'<c r="G2"><f>A1</f><v/></c>',
        b'<c r="G2"><f>A1</f><v></v></c>',
        b'<c r="G2" s="1">\n<f t="shared" ref="G2:G9" si="0">A1</f>\n<v /></c>',
        b'<c r="G2" t="n"><f>A1</f><v/></c>',
    ],
)
def test_a_formula_without_a_value_is_found_in_every_spelling(tmp_path: Path, cell: bytes) -> None:
    path = altered(
        saved(tmp_path, CONTACTS, contact()),
        lambda xml: re.sub(rb'<c r="G2".*?</c>', lambda _: cell, xml),
    )
    assert only(path).rows[2]["contact_source"] == "#NOT_CALCULATED!"


def test_uncalculated_formulas_at_the_left_do_not_shift_the_others(tmp_path: Path) -> None:
    # No cell of the first column has a value, so the sheet seems to begin at the second.
    path = saved(tmp_path, [None, *CONTACTS, None], ["=1", *contact(source="=2"), "=3"])
    judged = only(path)
    assert judged.rows[2]["child_unique_id"] == "C1"
    assert judged.rows[2]["contact_source"] == "#NOT_CALCULATED!"


def test_a_sheet_with_an_error_that_only_newer_excel_has_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, CONTACTS, contact(source="#N/A"))
    path = altered(path, lambda xml: xml.replace(b"#N/A", b"#SPILL!"))
    (judged,) = judge_workbook(path, ANNEX_A).values()
    assert judged.part.refusal is not None
    assert judged.part.refusal[0] == "ERROR_VALUE"


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


# What a workbook may hold as text. Excel escapes carriage returns and control characters.
TEXTS = st.text(
    st.characters(exclude_categories=("C",), exclude_characters="_"), min_size=1, max_size=12
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
