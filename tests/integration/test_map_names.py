"""``heard map`` finds columns by other councils' names, and says what it only guesses."""

from pathlib import Path

import pytest

from orchestration.ingestion.gate import FileRefusedError
from orchestration.mappings.inspect import inspect_file
from tests.support.inbox import parse_here
from tests.support.mapped import YEAR
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
