"""What the reader of mapped sources does with odd files: it refuses, names or keeps."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.gate import FileRefusedError
from orchestration.mappings import Mapping
from tests.support.mapped import FORM, LONG, WIDE, map_file, map_text, shipped


def test_dates_of_a_typed_file_arrive_whatever_format_the_mapping_names(tmp_path: Path) -> None:
    path = tmp_path / "complaints.parquet"
    duckdb.sql(
        "select 7 as Reference, 'Complaint' as Type, 'Parent' as \"Made by\", "
        "date '2026-02-01' as Received, true as Advocate"
    ).write_parquet(str(path))
    found = map_file(shipped("complaints_and_compliments"), path)
    (row,) = found.rows["vx_feedback"]
    assert (row["feedback_id"], row["received_on"]) == (
        "complaints_and_compliments:7",
        date(2026, 2, 1),
    )


def test_a_row_of_the_wrong_width_is_named_once_though_several_tables_read_it(
    tmp_path: Path,
) -> None:
    found = map_text(tmp_path, shipped("case_form_answers"), FORM + "F9,C9\n")
    assert sorted(number for rows in found.malformed.values() for number in rows) == [5]
    assert len(found.rows["vx_form_answer"]) == 3


def test_a_row_delivered_twice_is_a_duplicate(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("survey_long"), LONG + LONG.splitlines()[1] + "\n")
    assert found.repeats == {"vx_survey_answer": 1}


def test_a_wide_row_delivered_twice_is_a_duplicate_in_every_answer(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("survey_wide"), WIDE + WIDE.splitlines()[2] + "\n")
    assert found.repeats == {"vx_survey_answer": 2}


def test_one_answer_that_comes_again_does_not_take_the_rest_of_its_row_with_it(
    tmp_path: Path,
) -> None:
    again = WIDE.splitlines()[2].replace("Fewer moves", "More visits")
    found = map_text(tmp_path, shipped("survey_wide"), WIDE + again + "\n")
    # The row came once, so every answer of it is kept.
    assert found.repeats == {}
    assert "More visits" in found.column("vx_survey_answer", "value_text")


def test_an_id_made_by_hash_gets_a_key_and_depends_on_its_columns(tmp_path: Path) -> None:
    mapping = shipped("case_form_answers")
    one = map_text(tmp_path, mapping, FORM)
    other = map_text(tmp_path, mapping, FORM.replace("I like my room", "I like my school"))
    ids, others = (each.column("vx_form_answer", "answer_id") for each in (one, other))
    assert len(set(ids)) == 3
    assert [a == b for a, b in zip(ids, others, strict=True)] == [True, False, True]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "UNKNOWN_TABLE"),
        ("Type,type\nx,y\n", "DUPLICATE_COLUMN"),
    ],
)
def test_a_file_that_its_mapping_does_not_know_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(FileRefusedError) as caught:
        map_text(tmp_path, shipped("complaints_and_compliments"), text)
    assert caught.value.reason == reason


def test_a_file_with_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="UNKNOWN_FILE"):
        map_text(tmp_path, shipped("advocacy"), "Referral ID\n1\n", "holidays.csv")


def test_a_table_without_its_key_is_refused_and_the_others_load(tmp_path: Path) -> None:
    text = "\n".join(line.partition(",")[2] for line in FORM.splitlines()) + "\n"
    found = map_text(tmp_path, shipped("case_form_answers"), text)
    assert found.refused == {
        "vx_form_answer": "MISSING_KEY_COLUMN",
        "vx_expression": "MISSING_KEY_COLUMN",
    }
    assert len(found.rows["vx_not_captured"]) == 1


def test_a_table_that_is_filled_in_two_ways_has_two_parts_with_names_of_their_own(
    tmp_path: Path,
) -> None:
    content = shipped("complaints_and_compliments").model_dump(by_alias=True)
    (target,) = content["tables"]
    content["tables"] = [
        target | {"rows": [{"column": "Type", "is": kind}]} for kind in ("Complaint", "Compliment")
    ]
    text = "Reference,Type,Made by,Received\n1,Complaint,Mother,01/02/2026\n"
    found = map_text(
        tmp_path,
        Mapping.model_validate(content),
        text + "2,Compliment,Mother,01/02/2026\n3,Letter,Mother,01/02/2026\n",
    )
    assert found.malformed == {
        "vx_feedback 1": (),
        "vx_feedback 2": (),
        "rows no table takes": (4,),
    }
    assert len(found.rows["vx_feedback"]) == 2
    assert [kind for _, kind in found.drift] == ["missing"] * 14


def test_a_workbook_is_mapped_by_sheet_and_dates_are_dates(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Register", 0)
    sheet.append(["Complaints of the year", None])
    sheet.append(["Reference", "Type", "Made by", "Received"])
    sheet.append([7, "Complaint", "Mother", datetime(2026, 2, 1)])  # noqa: DTZ001 - Excel has none
    notes = book.create_sheet("Notes")
    notes.append(["This", "is", "a note"])
    notes.append(["and", "so", "on"])
    path = tmp_path / "complaints.xlsx"
    book.save(path)
    found = map_file(shipped("complaints_and_compliments"), path)
    (row,) = found.rows["vx_feedback"]
    assert (row["received_on"], row["_row_number"]) == (date(2026, 2, 1), 3)
    assert row["feedback_id"] == "complaints_and_compliments:7"
    assert found.refused["Notes"] == "UNKNOWN_TABLE"


def test_a_column_that_nothing_uses_is_reported(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("case_form_answers"), FORM.replace("Version", "Shoe size"))
    assert ("Shoe size", "unknown") in found.drift
    assert ("instrument_version", "missing") in found.drift
