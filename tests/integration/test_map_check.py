"""``heard map --check``: what would load, but not as its sender would think."""

from pathlib import Path

import openpyxl
import pytest

from orchestration.mappings.check import Doubtful, try_mapping
from orchestration.mappings.inspect import inspect_file
from tests.support.inbox import parse_here
from tests.support.mapped import YEAR, shipped
from tests.support.proposing import file_of, proposed, tried


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    parse_here(monkeypatch)


def _survey(folder: Path, *questions: str, rows: list[tuple[str, ...]]) -> Path:
    head = ",".join(("Survey", "Wave", "Wave opened", "Audience", "Response ID", "Completed on"))
    lines = [
        f"Care,W1,01/02/2026,Children,{number},03/02/2026,{','.join(answers)}"
        for number, answers in enumerate(rows)
    ]
    return file_of(folder, "\n".join((f"{head},{','.join(questions)}", *lines, "")), "survey.csv")


def test_an_answer_that_is_no_number_is_told_where_others_are(tmp_path: Path) -> None:
    rows = [("Agree", "My dog"), ("Kind of", "Nothing"), ("Sort of", ""), ("Kind of", "A walk")]
    path = _survey(tmp_path, "Q1 Do you feel safe?", "Q2 What helps?", rows=rows)
    (odd,) = try_mapping(shipped("survey_wide"), path, YEAR).unmapped
    assert (odd.column, odd.values, odd.rows) == ("value_number", 2, 3)


def test_a_survey_without_one_number_is_told(tmp_path: Path) -> None:
    path = _survey(tmp_path, "Q1 Do you feel safe?", rows=[("Kinda",), ("Meh",)])
    (odd,) = try_mapping(shipped("survey_wide"), path, YEAR).unmapped
    assert (odd.column, odd.values, odd.rows) == ("value_number", 2, 2)


def test_a_question_for_words_needs_no_number(tmp_path: Path) -> None:
    rows = [("Agree", "My dog"), ("Often", "Nothing"), ("3", "")]
    path = _survey(tmp_path, "Q1 Do you feel safe?", "Q2 What helps?", rows=rows)
    assert try_mapping(shipped("survey_wide"), path, YEAR).is_clean


def test_a_question_in_any_letters_gets_a_code_of_plain_ones(tmp_path: Path) -> None:
    questions = ("Ŵyt ti'n hapus?", "Czujesz się bezpiecznie?", "😀?", "🙁?")
    path = _survey(tmp_path, *questions, rows=[("Agree", "Often", "3", "4")])
    trial = try_mapping(shipped("survey_wide"), path, YEAR)
    assert trial.is_clean
    assert sum(part.loaded for part in trial.parts if part.table == "vx_survey_answer") == 4


def test_rows_of_one_key_that_differ_are_told(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Reference,Type,Made by,Received\n"
        "1,Complaint,Mother,01/02/2026\n1,Compliment,Mother,01/02/2026\n"
        "1,Complaint,Mother,01/02/2026\n2,Complaint,Mother,01/02/2026\n",
    )
    trial = try_mapping(shipped("complaints_and_compliments"), path, YEAR)
    assert trial.same_key == (Doubtful("vx_feedback", ("feedback_id",), 2),)
    assert not trial.is_clean


def test_a_blank_that_should_be_filled_is_told(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Reference,Type,Made by,Received\n1,Complaint,Mother,01/02/2026\nTotal,,,\n",
    )
    trial = try_mapping(shipped("complaints_and_compliments"), path, YEAR)
    assert {each.columns: each.rows for each in trial.blank} == {
        ("kind",): 1,
        ("made_by",): 1,
        ("received_on",): 1,
    }
    assert not trial.is_clean


@pytest.mark.parametrize("header", ["RecipientLastName", "recipientFirstName", "ChildSurname"])
def test_a_name_in_one_word_is_a_name(tmp_path: Path, header: str) -> None:
    rows = "".join(f"{n},{('Ann', 'Bo')[n % 2]}\n" for n in range(20))
    facts = inspect_file(file_of(tmp_path, f"ResponseID,{header}\n{rows}"), YEAR)
    assert [each.kind for each in facts.columns] == ["id", "personal"]


def test_every_sheet_with_the_same_columns_is_mapped_and_others_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    for month in ("Apr", "May", "Jun"):
        sheet = book.create_sheet(month)
        sheet.append(["Reference", "Type", "Made by", "Received"])
        for number in range(5):
            sheet.append([f"{month}{number}", "Complaint", "Mother", "13/04/2026"])
    notes = book.create_sheet("Notes")
    notes.append(["Author", "Remark"])
    notes.append(["A", "B"])
    book.save(tmp_path / "complaints.xlsx")
    made, text = proposed(tmp_path / "complaints.xlsx")
    assert "sheets with other columns, which nobody looked at: 1" in made.doubts
    trial = tried(tmp_path, text, tmp_path / "complaints.xlsx")
    assert sum(part.loaded for part in trial.parts) == 15
    assert [reason for _, reason, _ in trial.refusals] == ["UNKNOWN_SHEET"]


def test_a_value_that_a_map_would_make_nothing_of_is_told(tmp_path: Path) -> None:
    rows = "".join(
        f"M{n},C{n},13/04/2026,Yes,{('Yes', 'y', 'TRUE', 'Maybe later')[n % 4]}\n" for n in range(8)
    )
    path = file_of(
        tmp_path, f"Missing episode ID,Child ID,Returned,Offered,Accepted\n{rows}", "rhi.csv"
    )
    trial = try_mapping(shipped("return_interviews"), path, YEAR)
    assert [(each.column, each.values, each.rows) for each in trial.unmapped] == [
        ("accepted", 1, 2)
    ]
    made, _ = proposed(path)
    assert any(doubt.startswith("Accepted: ") for doubt in made.doubts)


def test_what_stands_in_place_of_views_is_no_view(tmp_path: Path) -> None:
    said = ("Child refused to answer", "No views expressed", "I want to go home", "n/k")
    rows = "".join(f"R{n},C{n},13/04/2026,Accepted,{text}\n" for n, text in enumerate(said))
    path = file_of(
        tmp_path, f"Referral ID,Child ID,Offered on,Outcome,Views\n{rows}", "advocacy.csv"
    )
    trial = try_mapping(shipped("advocacy"), path, YEAR)
    loaded = {(part.table, part.part): part.loaded for part in trial.parts}
    assert loaded["vx_expression", "vx_expression"] == 1
    assert sum(rows for (table, _), rows in loaded.items() if table == "vx_not_captured") == 3


@pytest.mark.parametrize(
    ("question", "table"),
    [
        ("What are the child's views?", "vx_expression"),
        ("Social worker's analysis of the child's views", None),
        ("Parent's response to the child's wishes and feelings", None),
        ("Were the child's views obtained?", None),
    ],
)
def test_only_a_question_for_the_childs_own_view_is_one(
    tmp_path: Path, question: str, table: str | None
) -> None:
    head = "Form ID,Child ID,Form,Question,Answer,Completed on"
    path = file_of(
        tmp_path, f"{head}\n1,C1,Visit,{question},I like my school,13/04/2026\n", "form answers.csv"
    )
    trial = try_mapping(shipped("case_form_answers"), path, YEAR)
    loaded = {part.table for part in trial.parts if part.loaded}
    assert loaded - {"vx_form_answer"} == ({table} if table else set())


def test_the_scale_of_a_survey_is_asked_about(tmp_path: Path) -> None:
    questions = ("Q1 How lonely are you?", "Q2 Are you safe?", "Q3 Are you heard?")
    path = _survey(tmp_path, *questions, rows=[("Always", "Often", "Never")] * 3)
    made, text = proposed(path)
    assert "is this, and the scale, true of every question?" in made.doubts
    assert "extent: incremental" in text


@pytest.mark.parametrize(
    "value", ["Jayden T", "J Okonkwo", "Ms B", "Mrs O. Adeyemi", "Nan (Sheila)"]
)
def test_a_value_like_a_name_is_not_shown(tmp_path: Path, value: str) -> None:
    rows = "".join(
        f"{n},{(value, 'Complaint', 'Grumble', 'Thank you')[n % 4]},13/04/2026\n" for n in range(40)
    )
    made, text = proposed(file_of(tmp_path, f"Reference,Type,Received\n{rows}"))
    assert value not in text
    assert any("'Grumble'" in doubt for doubt in made.doubts)
