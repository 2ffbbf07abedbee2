"""Workbooks as people make them: what becomes of every kind of cell, row and sheet.

The workbooks are written by another program than the one that reads them, or by hand.
"""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.support.annex_workbooks import (
    ANNEX_A,
    CONTACTS,
    KIND_NAMES,
    KINDS,
    PLANS,
    altered,
    contact,
    only,
    saved,
    sheet_of,
)
from tests.support.workbooks import (
    judge_workbook,
)


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
        # Kinds of text have an empty value where the text is empty.
        b'<c r="G2" t="str"><f>A1</f></c>',
        b"<c r='G2' t='str'><f>A1</f></c>",
        # The formula stands with another cell, or is hidden.
        b'<c r="G2"><f t="shared" si="0"/></c>',
        b'<c r="G2"><f><![CDATA[A1<B1]]></f></c>',
        b'<c r="G2"><!-- x --><f>A1</f></c>',
        b'<c r="G2"><f x="' + b"a" * 1000 + b'">A1</f></c>',
    ],
)
def test_a_formula_without_a_value_is_found_in_every_spelling(tmp_path: Path, cell: bytes) -> None:
    path = altered(
        saved(tmp_path, CONTACTS, contact()),
        lambda xml: re.sub(rb'<c r="G2".*?</c>', lambda _: cell, xml),
    )
    assert only(path).rows[2]["contact_source"] == "#NOT_CALCULATED!"


def test_a_sheet_of_nothing_but_formulas_without_values_is_refused(tmp_path: Path) -> None:
    (judged,) = judge_workbook(saved(tmp_path, ["=1", "=2"], ["=3", "=4"]), ANNEX_A).values()
    assert judged.part.refusal is not None
    assert judged.part.refusal[0] == "FORMULA_NOT_CALCULATED"


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
