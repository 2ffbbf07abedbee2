"""``heard map``: proposes a mapping, says its doubts, and never shows who is in a file."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.mappings.check import Trial, try_mapping
from orchestration.mappings.inspect import UnfitFileError, inspect_file
from orchestration.mappings.loader import read_mapping
from tests.support.command import heard
from tests.support.inbox import parse_here
from tests.support.mapped import YEAR, shipped
from tests.support.proposing import file_of, proposed, tried

FIXTURES = Path(__file__).parents[1] / "fixtures" / "mapped"
EXAMPLES = sorted(path.name for path in FIXTURES.iterdir())

# Rows that each worked example makes of its synthetic file, counted by hand or by other means.
ROWS = {
    "advocacy": {"vx_expression": 10, "vx_not_captured": 10},
    "case_form_answers": {"vx_form_answer": 40, "vx_expression": 17, "vx_not_captured": 3},
    "complaints_and_compliments": {"vx_feedback": 30},
    "mind_of_my_own": {"vx_expression": 24, "vx_reply": 17},
    "practice_examples": {"vx_practice_example": 4},
    "return_interviews": {"vx_return_interview": 20, "vx_expression": 5},
    "ssd_voice_questions": {"vx_form_answer": 61},
    "survey_long": {"vx_survey_wave": 1, "vx_survey_answer": 30},
    "survey_wide": {"vx_survey_wave": 1, "vx_survey_answer": 68},
}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parser finds is the same here; test_map_containment has it in its own process."""
    parse_here(monkeypatch)


def example_file(source: str) -> Path:
    (path,) = (FIXTURES / source).iterdir()
    return path


def loaded(trial: Trial) -> dict[str | None, int]:
    rows: Counter[str | None] = Counter()
    for part in trial.parts:
        rows[part.table] += part.loaded
    return dict(rows)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["map", *(str(each) for each in arguments)])


@pytest.mark.parametrize("source", EXAMPLES)
def test_a_worked_example_loads_every_row_of_its_file(source: str) -> None:
    trial = try_mapping(shipped(source), example_file(source), YEAR)
    assert trial.is_clean
    assert loaded(trial) == ROWS[source]


@pytest.mark.parametrize("source", EXAMPLES)
def test_a_file_like_an_example_gets_a_mapping_that_works_as_proposed(
    tmp_path: Path, source: str
) -> None:
    made, text = proposed(example_file(source))
    assert made.example == source
    trial = tried(tmp_path, text, example_file(source))
    assert loaded(trial) == ROWS[source]
    assert trial.is_clean or source == "practice_examples"


def test_columns_with_other_names_are_found_and_a_guess_is_called_one(tmp_path: Path) -> None:
    text = "".join(
        f"{n},{n % 7 + 100}K,Complaint,Mother,{n % 28 + 1:02}/02/2026,Upheld,Late again it was\n"
        for n in range(30)
    )
    header = "Feedback reference,Mosaic ID,Feedback type,Made by whom,Received date,Outcome,Notes\n"
    path = file_of(tmp_path, header + text)
    made, written = proposed(path, "our_complaints")
    assert "Received date: []" in written
    assert "  # doubt: taken for Made by from its name alone\n  Made by whom: []" in written
    assert tried(tmp_path, written, path).is_clean
    assert made.source == "our_complaints"


CANARIES = (
    *("Zebedee Quill", "Quill", "Marmaduke", "zebedee@example.org", "07700 900123", "9434765919"),
    *("my dad shouts at night", "Thimble", "RareKind", "X77Y", "17/03/2011", "AB1 2CD"),
)


def private_file(folder: Path) -> Path:
    rows = "".join(
        f"{n},X77Y,Zebedee Quill,17/03/2011,AB1 2CD,zebedee@example.org,07700 900123,9434765919,"
        f"{'RareKind' if n == 3 else 'Complaint'},Marmaduke,{n % 28 + 1:02}/02/2026,Thimble,"
        "my dad shouts at night\n"
        for n in range(40)
    )
    return file_of(
        folder,
        "Reference,Child ID,Child name,Date of birth,Postcode,Email,Phone,NHS number,Type,Made by,"
        f"Received,Handler,Details\n{rows}",
    )


def test_nothing_that_could_be_personal_is_shown(tmp_path: Path) -> None:
    path = private_file(tmp_path)
    out = tmp_path / "mapping.yaml"
    answers = [run(path), run(path, "--json"), run(path, "--out", out)]
    answers += [run(path, "--check", out), run(path, "--check", out, "--json")]
    told = out.read_text() + "".join(answer.output for answer in answers)
    assert [canary for canary in CANARIES if canary in told] == []
    assert "Child name: it seems to say who somebody is" in told


def test_a_frequent_value_without_a_code_is_a_doubt(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},{'Complaint' if n % 2 else 'Grumble'},Mother,{n % 28 + 1:02}/02/2026\n"
        for n in range(30)
    )
    path = file_of(tmp_path, f"Reference,Type,Made by,Received\n{rows}")
    made, text = proposed(path)
    assert "Type: no code yet for 'Grumble'" in made.doubts
    trial = tried(tmp_path, text, path)
    assert [(each.column, each.rows, each.values) for each in trial.unmapped] == [("kind", 15, 1)]
    assert not trial.is_clean


@pytest.mark.parametrize(
    ("days", "formats", "doubt"),
    [
        (("13/02/2026", "01/02/2026"), ["%d/%m/%Y"], ""),
        (("02/13/2026", "02/01/2026"), ["%m/%d/%Y"], ""),
        (("13/02/2026 9:15 PM", "01/02/2026 09:15 AM"), ["%d/%m/%Y %I:%M %p"], ""),
        (("02/13/2026 9:15:00pm", "02/01/2026 9:15:00am"), ["%m/%d/%Y %I:%M:%S%p"], ""),
        (("2026-02-13", "2026-02-01"), [], ""),
        (("13.02.26", "01.02.26"), ["%d.%m.%y"], ""),
        (("13 Feb 2026", "1 Feb 2026"), ["%d %b %Y"], ""),
        (("01/02/2026", "03/04/2026"), ["%d/%m/%Y"], "no date tells whether the day"),
        (("13/02/2026", "02/13/2026"), ["%d/%m/%Y"], "some dates have the day first and others"),
        (("13/02/2026 09:30", "14/02/2026 10:15"), ["%d/%m/%Y %H:%M"], ""),
    ],
)
def test_the_format_of_dates_is_read_off_or_doubted(
    tmp_path: Path, days: tuple[str, str], formats: list[str], doubt: str
) -> None:
    rows = "".join(f"{n},Complaint,Mother,{days[n % 2]},Nobody rang\n" for n in range(10))
    path = file_of(tmp_path, f"Reference,Type,Made by,Received,Details\n{rows}")
    made, _ = proposed(path)
    found: Any = made.parts["date_formats"].value if "date_formats" in made.parts else []
    assert found == formats
    assert any(doubt in each for each in made.doubts) if doubt else made.doubts == []


def test_a_file_like_nothing_known_says_so(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 3},x{n}\n" for n in range(12))
    made, text = proposed(file_of(tmp_path, f"Alpha,Beta,Gamma\n{rows}", "export.csv"))
    assert any("little here is like a known kind of file" in doubt for doubt in made.doubts)
    assert text.startswith("# Proposed by heard map")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Reference,Type\n", "has no rows"),
        ("1,2026-01-01,7\n2,2026-01-02,8\n", "does not look like column names"),
    ],
)
def test_a_file_that_nothing_can_be_told_of_is_refused(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(UnfitFileError, match=complaint):
        inspect_file(file_of(tmp_path, text), YEAR)


def test_a_file_with_brackets_in_its_name_is_read_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "complaints [1] (copy)*.csv"
    path.write_bytes(example_file("complaints_and_compliments").read_bytes())
    trial = try_mapping(shipped("complaints_and_compliments"), path, YEAR)
    assert trial.is_clean
    assert inspect_file(path, YEAR).rows == 30


def test_a_check_counts_what_would_go_where(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Reference,Type,Made by,Received,Shoe size\n"
        "1,Complaint,Mother,01/02/2026,4\n"
        "1,Complaint,Mother,01/02/2026,4\n"
        "2,Complaint,Mother,31/02/2026,4\n"
        "3,Complaint,Dragon,01/02/2026,4\n"
        "4,Complaint\n",
    )
    trial = try_mapping(shipped("complaints_and_compliments"), path, YEAR)
    (part,) = trial.parts
    assert (part.rows, part.loaded, part.quarantined, part.duplicate) == (5, 2, 2, 1)
    assert sorted((rule, count) for _, _, rule, _, count in trial.quarantine) == [
        ("NOT_A_DATE", 1),
        ("WRONG_CELL_COUNT", 1),
    ]
    assert [(each.column, each.values) for each in trial.unmapped] == [("made_by", 1)]
    assert trial.unused == ("Shoe size",)


def test_the_command_writes_a_mapping_once_and_checks_it(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    path = example_file("complaints_and_compliments")
    written = heard("map", str(path), "--out", str(out), "--source", "mine", "--json")
    assert written.returncode == 0, written.stderr
    answer = json.loads(written.stdout)
    assert (answer["source"], answer["example"]) == ("mine", "complaints_and_compliments")
    assert read_mapping(out).source == "mine"
    again = heard("map", str(path), "--out", str(out))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    checked = heard("map", str(path), "--check", str(out))
    assert checked.returncode == 0, checked.stdout
    assert "Every row would load." in checked.stdout


def test_a_check_that_finds_something_ends_with_exit_code_1(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Reference,Type,Made by,Received\n1,Complaint,Mother,soon\n")
    mapping = Path(shipped.__code__.co_filename).parents[2] / (
        "orchestration/mappings/complaints_and_compliments.yaml"
    )
    checked = run(path, "--check", mapping, "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.output)["quarantine"] == [
        ["vx_feedback", "received_on", "NOT_A_DATE", "a date as DD/MM/YYYY", 1]
    ]
