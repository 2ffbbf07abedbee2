"""Mappings: strict about mistakes, safe with ids, and the worked examples fit their tables."""

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts import load_contracts
from orchestration.ingestion import mapped_sql
from orchestration.ingestion.mapped_sql import slug
from orchestration.mappings import (
    Mapping,
    MappingError,
    contract_of,
    load_mappings,
    mapping_digest,
    read_mapping,
)
from orchestration.mappings.loader import source_contracts
from orchestration.mappings.models import matches, normal
from tests.support.mapped import shipped

ROOT = Path(__file__).parents[2]
VOICE = load_contracts()["voice_extension"]
PEOPLE = """\
source: local_feedback
title: Local feedback
description: One row per comment.
headers:
  Ref: [Reference]
  Child: []
  Day: [Date]
  Type: []
tables:
  - table: vx_feedback
    columns:
      feedback_id: {from: Ref}
      person_id: {from: Child}
      kind: {from: Type, values: {Yes: comment, No: compliment}}
      made_by: {value: child}
      received_on: {from: Day}
"""


def written(folder: Path, text: str, name: str = "local_feedback.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_answers_yes_and_no_are_texts_and_not_truth_values(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, PEOPLE))
    assert mapping.tables[0].columns["kind"].values == {"Yes": "comment", "No": "compliment"}


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("title:", "titel:", "titel: is no key"),
        ("{from: Ref}", "{from: Raf}", r"tables 1 \(vx_feedback\): Raf not among headers"),
        ("{value: child}", "{value: child, from: Day}", "give one of from:, value:"),
        ("{from: Ref}", "{from: Ref, value}", "value"),
        ("{from: Ref}", "{sql: drop table}", "sql: is no key"),
        ("Ref: [Reference]", "Ref: [TYPE]", "stands under two columns"),
        ("{Yes: comment,", "{no: comment,", "gives one value twice"),
        ("headers:", "date_formats: [%d/%m/%Y, %m/%d/%Y]\nheaders:", "not YAML at line 4"),
        ("headers:", "date_formats: ['%d/%m/%Y', '%m/%d/%Y']\nheaders:", "is two days"),
        ("title:", "source: twice\ntitle:", "source is given twice in the block at line 1"),
        ("columns:", "per: answer\n    columns:", "per: answer needs unpivot:"),
        ("tables:", "unpivot: {columns: Q*}\ntables:", "no table says per: answer"),
        ("    columns:", "    rows: [{column: Type}]\n    columns:", "a condition needs is:"),
        ("source: local_feedback", "source: Local Feedback", "source: String should match"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    assert before in PEOPLE
    with pytest.raises(MappingError, match=complaint):
        read_mapping(written(tmp_path, PEOPLE.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("vx_feedback", "vx_feedbacks", "there is no table vx_feedbacks; choose of vx_expression"),
        ("made_by:", "maid_by:", "no column maid_by"),
        ("      received_on: {from: Day}\n", "", "say from: or value: for received_on"),
        ("{from: Ref}", "{from: Child}", "Child identifies a person"),
        ("{from: Ref}", "{template: '{Child}-{Day}'}", "Child identifies a person"),
        ("person_id: {from: Child}", "person_id: {hash: [Child]}", "needs from:"),
        ("No: compliment", "No: complement", "complement is no code; choose of complaint"),
        ("{from: Day}", "{from: Day, separator: ;}", "holds one value"),
        ("source: local_feedback", "source: voice_extension", "choose another name"),
    ],
)
def test_a_mapping_that_does_not_fit_its_table_is_refused(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    assert before in PEOPLE
    mapping = read_mapping(written(tmp_path, PEOPLE.replace(before, after, 1)))
    with pytest.raises(MappingError, match=complaint):
        contract_of(mapping, VOICE)


def test_an_id_of_a_child_may_go_into_a_hash_and_that_gets_a_key(tmp_path: Path) -> None:
    text = PEOPLE.replace("feedback_id: {from: Ref}", "feedback_id: {hash: [Child, Day]}")
    table = contract_of(read_mapping(written(tmp_path, text)), VOICE).table("vx_feedback")
    assert table is not None
    (column,) = [column for column in table.columns if column.name == "feedback_id"]
    assert column.pseudonym == "respondent"


@pytest.mark.parametrize("mapping", load_mappings().values(), ids=load_mappings().keys())
def test_a_mapped_table_loads_the_columns_of_the_voice_extension(mapping: Mapping) -> None:
    for table in contract_of(mapping, VOICE).tables:
        own = VOICE.table(table.name)
        assert own is not None
        assert [(c.name, c.type) for c in table.loaded_columns] == [
            (c.name, c.type) for c in own.loaded_columns
        ]


def seed_codes(seed: str) -> set[str]:
    with (ROOT / "seeds" / "reference" / f"{seed}.csv").open(encoding="utf-8") as stream:
        return {row[0] for row in list(csv.reader(stream))[1:]}


@pytest.mark.parametrize("mapping", load_mappings().values(), ids=load_mappings().keys())
def test_every_code_of_a_worked_example_is_in_its_code_list(mapping: Mapping) -> None:
    wrong: list[tuple[str, str]] = []
    for target in mapping.tables:
        table = VOICE.table(target.table)
        assert table is not None
        for column in table.columns:
            cell = target.columns.get(column.name)
            if cell is None or not (column.codes or column.values):
                continue
            given = {*cell.values.values(), cell.value, cell.blank, cell.otherwise}
            given -= {None, "as_delivered", "blank"}
            known = seed_codes(column.codes) if column.codes else set(column.values)
            wrong += [(column.name, str(code)) for code in given - known]
    assert wrong == []


def test_the_worked_examples_are_the_sources_of_the_issue() -> None:
    assert set(load_mappings()) == {
        *("advocacy", "case_form_answers", "complaints_and_compliments", "mind_of_my_own"),
        *("practice_examples", "return_interviews", "ssd_voice_questions"),
        *("survey_long", "survey_wide"),
    }


def test_the_five_questions_of_the_ssd_are_worded_as_in_its_contract() -> None:
    ssd = load_contracts()["ssd"].table("ssd_voice_of_child")
    unpivot = shipped("ssd_voice_questions").unpivot
    assert ssd is not None
    assert unpivot is not None
    assert {header: asked.text for header, asked in unpivot.questions.items()} == {
        column.name: column.description for column in ssd.columns if column.type == "flag"
    }


def test_a_mapping_of_the_installation_replaces_the_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    written(folder, PEOPLE.replace("local_feedback", "advocacy"), "mine.yaml")
    assert load_mappings(tmp_path)["advocacy"].title == "Local feedback"
    assert load_mappings()["advocacy"].title == "Advocacy"
    written(folder, PEOPLE.replace("local_feedback", "advocacy"), "again.yaml")
    with pytest.raises(MappingError, match="advocacy has a mapping already"):
        load_mappings(tmp_path)


def test_a_mapping_cannot_take_the_name_of_a_source_with_its_own_format(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    written(tmp_path / "mappings", PEOPLE.replace("local_feedback", "ssd"))
    with pytest.raises(MappingError, match="ssd: this source has its own format"):
        source_contracts(tmp_path)


def test_the_digest_of_a_mapping_changes_when_it_says_something_else(tmp_path: Path) -> None:
    one = read_mapping(written(tmp_path, PEOPLE))
    same = read_mapping(written(tmp_path, "# A remark.\n" + PEOPLE))
    other = read_mapping(written(tmp_path, PEOPLE.replace("Yes: comment", "Yes: complaint")))
    assert mapping_digest(one) == mapping_digest(same) != mapping_digest(other)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("Q*", "q1. Do you feel safe?", True),
        ("*?", "Do you feel safe?", True),
        ("*?", "Feeling safe", False),
        ("*child's view*", "The Child\u2019s  view on contact", True),
        ("complaints*.csv", "Complaints 2026.CSV", True),
        ("complaints*.csv", "holidays.csv", False),
        ("*", "", True),
    ],
)
def test_a_pattern_matches_whatever_the_case_and_blanks(
    pattern: str, text: str, expected: bool
) -> None:
    assert matches(pattern, text) is expected


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def answered(con: duckdb.DuckDBPyConnection, expression: str, text: str) -> Any:
    row = con.execute(f"select {expression} from (select ? as cell)", [text]).fetchone()
    assert row is not None
    return row[0]


@settings(deadline=None)
@given(text=st.text(alphabet="aBÉß1 .,-_'\u2019?\u00a0\n\U0001f600", max_size=90))
def test_sql_and_python_make_the_same_code_of_a_wording(
    con: duckdb.DuckDBPyConnection, text: str
) -> None:
    in_sql = answered(con, mapped_sql._slug("cell"), text)
    assert (in_sql or "") == slug(text)


@given(
    text=st.text(alphabet="abc xyz", min_size=1, max_size=12),
    mark=st.sampled_from([" ", "-", " - ", "...", "\u00a0", "/"]),
)
def test_case_blanks_and_punctuation_do_not_matter_to_a_value_map(text: str, mark: str) -> None:
    noisy = f"{mark}{text.upper().replace(' ', mark)}{mark}"
    assert normal(noisy) == re.sub(" +", " ", text).strip() or not text.strip()
