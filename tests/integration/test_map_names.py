"""``heard map`` finds columns by other councils' names, and says what it only guesses."""

import re
from pathlib import Path

import pytest

from orchestration.ingestion.gate import FileRefusedError
from orchestration.mappings.check import try_mapping
from orchestration.mappings.inspect import UnfitFileError, inspect_file
from tests.support.inbox import parse_here
from tests.support.mapped import YEAR, shipped
from tests.support.proposing import file_of, proposed, tried


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parser finds is the same here; test_map_containment has it in its own process."""
    parse_here(monkeypatch)


def test_answers_without_a_child_are_a_survey_and_each_column_is_taken_by_its_own_name(
    tmp_path: Path,
) -> None:
    """`Response` is a name for an answer, and here the number of one who answered."""
    rows = "".join(
        f"R{n},{role},1{n % 9}/08/2026,{question},{answer}\n"
        for n, role in enumerate(("Parent", "Young person", "Foster carer") * 4)
        for question, answer in (("Do you know what we write?", "Yes"), ("Is it true?", "No"))
    )
    header = "Response ID,Respondent role,Date completed,Question,Answer\n"
    path = file_of(tmp_path, header + rows)
    made, written = proposed(path)
    assert made.example == "survey_long"
    assert "respondent_id: {from: Response ID}" in written
    assert "value_text: {from: Answer}" in written
    assert "not used" not in written
    loaded = {part.table: part.loaded for part in tried(tmp_path, written, path).parts}
    assert loaded["vx_survey_answer"] == 24


def test_a_young_person_in_a_header_is_the_child_of_the_example(tmp_path: Path) -> None:
    rows = "".join(
        f"E{n},Y{n % 7},{n % 28 + 1:02}/07/2026 22:10,Yes,Yes,{n % 28 + 1:02}/07/2026,A mate's\n"
        for n in range(25)
    )
    header = (
        "Episode ID,LCS ID,Returned,RHI offered?,RHI accepted?,Date of RHI,"
        "What the young person said\n"
    )
    path = file_of(tmp_path, header + rows, "rhi.csv")
    made, written = proposed(path)
    assert made.example == "return_interviews"
    assert "person_id: {from: LCS ID}" in written
    assert "held_at: {from: Date of RHI}" in written
    loaded = {part.table: part.loaded for part in tried(tmp_path, written, path).parts}
    assert loaded == {"vx_return_interview": 25, "vx_expression": 25}


def test_capitals_inside_and_words_of_a_system_are_no_other_name(tmp_path: Path) -> None:
    header = "FormInstance,SUBJECT_ID,FORM_TYPE,QuestionLabel,RESPONSE_VALUE,CompletedDate\n"
    rows = "".join(
        f"F{n},P{n % 6},Visit,{question},{answer},{n % 28 + 1:02}-May-2026\n"
        for n in range(20)
        for question, answer in (("Seen alone?", "Yes"), ("Child's wishes and feelings", "A dog"))
    )
    path = file_of(tmp_path, header + rows, "extract.csv")
    made, written = proposed(path)
    assert made.example == "case_form_answers"
    assert "  # doubt: taken for Question from its name alone\n  QuestionLabel: []" in written
    loaded = {part.table: part.loaded for part in tried(tmp_path, written, path).parts}
    assert loaded == {"vx_form_answer": 40, "vx_expression": 20, "vx_not_captured": 0}


def test_a_text_that_is_not_there_is_a_doubt(tmp_path: Path) -> None:
    rows = "".join(f"S{n},C{n % 5},{n % 28 + 1:02}/05/2026\n" for n in range(25))
    path = file_of(tmp_path, f"StatementID,UserRef,DateSent\n{rows}", "app export.csv")
    made, _ = proposed(path)
    assert "vx_expression has no text: there is no column like Statement" in made.doubts


def test_a_file_without_commas_is_told_so(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Reference;Child ID;Received\nK1;C1;01/08/2026\n")
    with pytest.raises(FileRefusedError, match="commas between the cells"):
        inspect_file(path, YEAR)


def test_a_star_that_marks_what_must_be_answered_is_no_pattern(tmp_path: Path) -> None:
    header = "Response ID,Completed on,Q1 *,Q2 *,Q3 *,Q10 your full name,Q11 Your mobile\n"
    rows = "".join(
        f"r{n},2026-05-{n:02},Good,Bad,Good,Invented Name{n},07700 9000{n:02}\n"
        for n in range(10, 28)
    )
    path = file_of(tmp_path, header + rows, "survey.csv")
    _, text = proposed(path)
    trial = tried(tmp_path, text, path)
    loaded = {part.table: part.loaded for part in trial.parts}
    assert loaded["vx_survey_answer"] == 3 * 18
    assert {"Q10 your full name", "Q11 Your mobile"} <= set(trial.unused)


def test_a_column_that_stands_in_brings_its_dates_and_its_ids(tmp_path: Path) -> None:
    header = "Ref No.,YP Ref,Taken,Statement type,What I want to say\n"
    rows = "".join(f"S{n},C{n % 5},{n}/05/2026,Review,I want to stay\n" for n in range(13, 29))
    path = file_of(tmp_path, header + rows, "mind of my own.csv")
    _, text = proposed(path)
    assert "expression_id: {from: Ref No.}" in text
    trial = tried(tmp_path, text, path)
    assert [(part.rows, part.loaded) for part in trial.parts if part.table == "vx_expression"] == [
        (16, 16)
    ]


@pytest.mark.parametrize("cell", ["P16009", "xan@example.org", "03/04/2026", "2026-04-03"])
def test_a_first_row_of_data_is_no_header_and_is_not_shown(tmp_path: Path, cell: str) -> None:
    row = f"{cell},Xanthe Fizzlebottom,Complaint,Late again\n"
    with pytest.raises(UnfitFileError) as caught:
        inspect_file(file_of(tmp_path, row * 12), YEAR)
    assert "Fizzlebottom" not in str(caught.value)
    assert cell not in str(caught.value)


def test_values_like_names_are_counted_and_the_others_shown(tmp_path: Path) -> None:
    kinds = ("Grumble", "STAFFWORTH, Brenda", "O\u2019Brien, Keith", "Moan", "Grouse")
    header = "Reference,Type,Child ID,Made by,Received,Details\n"
    rows = "".join(f'F{n},"{kinds[n % 5]}",K{n},Parent,2026-05-01,Late\n' for n in range(60))
    _, text = proposed(file_of(tmp_path, header + rows))
    assert "no code yet for 'Grumble'" in text
    assert "2 of its values have no code; they are not shown" in text
    assert not {"STAFFWORTH", "Brien", "Brenda", "Keith"} & set(re.findall(r"\w+", text))


def test_a_dash_is_no_view_and_a_face_is(tmp_path: Path) -> None:
    answers = ("-", "\u2013", "...", "Not seen today", "Unable to ascertain", ":-)", "I like it")
    rows = "".join(
        f"F{n},C{n},Record of visit,3,My view,{answer},2026-02-01,W1\n"
        for n, answer in enumerate(answers)
    )
    header = "Form ID,Child ID,Form,Version,Question,Answer,Completed on,Recorded by\n"
    path = file_of(tmp_path, header + rows, "form answers.csv")
    trial = try_mapping(shipped("case_form_answers"), path, YEAR)
    loaded = {part.table: part.loaded for part in trial.parts}
    assert (loaded["vx_expression"], loaded["vx_not_captured"]) == (2, 2)
