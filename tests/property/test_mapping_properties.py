"""What must hold of every mapped file, not just of the worked examples."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.mappings import Mapping
from tests.support.mapped import map_text, shipped

CALM = settings(max_examples=15, deadline=None, derandomize=True)

answers = st.sampled_from(["", " ", "Always", "never", "4", "It depends, really", "\u263a"])
respondents = st.lists(st.lists(answers, min_size=4, max_size=4), max_size=6)


def as_csv(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue()


@CALM
@given(given_answers=respondents)
def test_a_wide_survey_has_as_many_answers_as_respondents_answered_questions(
    given_answers: list[list[str]],
) -> None:
    header = ["Survey", "Wave", "Wave opened", "Response ID", "Completed on"]
    header += ["Q1 Safe?", "Q2 Heard?", "Q3 Family?", "Q4 Other?"]
    rows = [
        ["S", "W", "01/03/2026", f"r{place}", "02/03/2026", *each]
        for place, each in enumerate(given_answers)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = map_text(Path(folder), shipped("survey_wide"), as_csv(header, rows))
    expected = sorted(
        (f"r{place}", f"q{number}_", answer)
        for place, each in enumerate(given_answers)
        for number, answer in enumerate(each, start=1)
        if answer.strip()
    )
    made = sorted(
        (row["respondent_id"], row["question_code"][:3], row["value_text"])
        for row in found.rows["vx_survey_answer"]
    )
    assert made == expected
    assert found.broken == []


kinds = st.sampled_from(["Complaint", "compliment", "Total", "", "Letter"])


@CALM
@given(found_kinds=st.lists(kinds, max_size=8))
def test_every_delivered_row_is_taken_left_out_or_named(found_kinds: list[str]) -> None:
    content = shipped("complaints_and_compliments").model_dump(by_alias=True)
    content["leave_out"] = [{"column": "Type", "is": "Total"}]
    content["tables"][0]["rows"] = [{"column": "Type", "is": ["Complaint", "Compliment"]}]
    header = ["Reference", "Type", "Made by", "Received"]
    rows = [[f"{place}", kind, "Parent", "02/03/2026"] for place, kind in enumerate(found_kinds)]
    with tempfile.TemporaryDirectory() as folder:
        found = map_text(Path(folder), Mapping.model_validate(content), as_csv(header, rows))
    taken = {row["_row_number"] for row in found.rows["vx_feedback"]}
    named = set(found.malformed.get("rows no table takes", ()))
    numbered = {place + 2: kind for place, kind in enumerate(found_kinds)}
    assert taken == {at for at, kind in numbered.items() if kind in ("Complaint", "compliment")}
    assert named == {at for at, kind in numbered.items() if kind in ("", "Letter")}
    left = found_kinds.count("Total")
    assert ((f"Type ({left} rows)", "left_out") in found.drift) == bool(left)
