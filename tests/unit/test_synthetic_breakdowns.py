"""Prove the truth of every breakdown, and of influence, replies, surveys and requests.

As in test_synthetic_truth: nothing of the generator is used to reckon.
"""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.synthetic import generate
from tests.support.synthetic_clock import AS_OF, day, months_later
from tests.support.synthetic_extract import Extract, group
from tests.support.synthetic_people import People
from tests.support.synthetic_routine import named_kind

YEAR = date(2025, 4, 1)
DECISIONS = (
    "SA_",
    "S47_ENQ",
    "ICPC",
    "RCPC_",
    "CLA_REVIEW_",
    "PATHWAY_PLAN",
    "FH_CLOSE",
    "PRE_PROC",
    "EHC_",
)
DECISIONS += ("PLACEMENT_DECISION", "S20_START", "SHORT_BREAK")
Cells = dict[tuple[str, str, str], tuple[int, int]]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inbox")
    generate(out, authorities=1, children=700, years=2, seed=23, as_of=AS_OF)
    return out


@pytest.fixture(scope="module")
def extract(inbox: Path) -> Extract:
    return Extract(inbox / "330")


@pytest.fixture(scope="module")
def truth(inbox: Path) -> Cells:
    """Return the cells of the last complete financial year."""
    cells: list[list[Any]] = json.loads((inbox / "truth.json").read_text("utf-8"))["authorities"][
        "330"
    ]["cells"]
    return {
        (cell[0], cell[3], cell[4]): (cell[5], cell[6])
        for cell in cells
        if cell[1] == "year" and cell[2] == YEAR.isoformat()
    }


def in_year(on: date | None) -> bool:
    return on is not None and YEAR <= on < months_later(YEAR, 12)


def test_every_breakdown_of_voice_at_opportunities_follows_from_the_files(
    extract: Extract, truth: Cells
) -> None:
    people, upper, lower = People(extract), Counter[Any](), Counter[Any]()
    for row in extract.rows:
        if in_year(row["on"]) and row["outcome"] in ("voiced", "missed"):
            for breakdown, value in people.on(row["person"], row["on"]).items():
                lower["A1", breakdown, value] += 1
                upper["A1", breakdown, value] += row["outcome"] == "voiced"
    expected = {key: (upper[key], lower[key]) for key in lower}
    left_out = ("all", "stage", "opportunity_type", "voice_owner")
    told = {k: v for k, v in truth.items() if k[0] == "A1" and k[1] not in left_out}
    assert len({key[1] for key in expected}) == 14
    assert told == expected


def occasions(extract: Extract) -> dict[str, Any]:
    """Return the opportunity at which each linked expression was made."""
    by_id = {
        (row["table"], row["id"], group(row["owner"]), named_kind(row["table"], row["kind"])): row
        for row in extract.rows
        if row["id"]
    }
    tables = {row["kind"]: row["table"] for row in extract.rows}
    linked = {}
    for said in extract.expressions:
        owner, on = group(said["voice_owner"]), day(said["expressed_on"])
        assert on is not None
        if said["occasion_id"]:
            table = said["occasion_table"]
            shared = named_kind(table, said["opportunity_type"])
            linked[said["expression_id"]] = by_id[table, said["occasion_id"], owner, shared]
        elif said["opportunity_type"]:
            near = [
                row
                for row in extract.rows
                if row["held"]
                and row["table"] == tables[said["opportunity_type"]]
                and row["person"] == said["person_id"]
                and group(row["owner"]) == owner
                and abs((row["held"] - on).days) <= 7
            ]
            assert len(near) == 1
            linked[said["expression_id"]] = near[0]
    return linked


def test_influence_and_replies_follow_from_the_files(extract: Extract, truth: Cells) -> None:
    linked, upper, lower = occasions(extract), Counter[Any](), Counter[Any]()
    influenced = {
        row["subject_id"]
        for row in extract.read("voice_extension", "vx_influence")
        if row["subject_kind"] == "expression"
    }
    status = {
        row["subject_id"]: row["status"]
        for row in extract.read("voice_extension", "vx_reply")
        if row["subject_kind"] == "expression"
    }
    for said in extract.expressions:
        if not in_year(day(said["expressed_on"])):
            continue
        key, owner = said["expression_id"], said["voice_owner"]
        kind = linked[key]["kind"] if key in linked else "not_applicable"
        shown = [("all", "all"), ("voice_owner", owner), ("opportunity_type", kind)]
        for breakdown, value in shown:
            if kind.startswith(DECISIONS):
                lower["D1", breakdown, value] += 1
                upper["D1", breakdown, value] += key in influenced
            told = status.get(key, "")
            followed = key in influenced or told
            if followed and told not in ("declined_to_hear", "not_possible"):
                lower["D4", breakdown, value] += 1
                upper["D4", breakdown, value] += told in ("told", "told_and_understood")
    expected = {key: (upper[key], lower[key]) for key in lower}
    told_cells = {
        k: v
        for k, v in truth.items()
        if k[0] in ("D1", "D4") and k[1] in ("all", "voice_owner", "opportunity_type")
    }
    assert told_cells == expected


def test_surveys_follow_from_the_files(extract: Extract, truth: Cells) -> None:
    upper, lower = 0, 0
    for wave in extract.read("voice_extension", "vx_survey_wave"):
        if wave["invited"].isdigit() and in_year(day(wave["closed_on"] or wave["opened_on"])):
            lower += int(wave["invited"])
            upper += int(wave["responded"])
    assert truth["E1", "all", "all"] == (upper, lower)


def test_access_requests_follow_from_the_files(inbox: Path, extract: Extract) -> None:
    upper, lower, due_today = Counter[str](), Counter[str](), 0
    for row in extract.read("voice_extension", "vx_information_right"):
        asked = day(row["requested_on"])
        assert asked is not None
        due, done = day(row["extended_to"]) or months_later(asked, 1), day(row["completed_on"])
        if row["kind"] == "access" and row["outcome"] != "withdrawn":
            due_today += due == AS_OF
            if due < AS_OF:
                month = due.replace(day=1).isoformat()
                lower[month] += 1
                upper[month] += done is not None and done <= due
    cells = json.loads((inbox / "truth.json").read_text("utf-8"))["authorities"]["330"]["cells"]
    told = {
        cell[2]: (cell[5], cell[6])
        for cell in cells
        if (cell[0], cell[1], cell[3]) == ("F2", "month", "all")
    }
    assert due_today > 0
    assert told == {month: (upper[month], lower[month]) for month in lower}


def test_feedback_volume_follows_from_the_files(extract: Extract, truth: Cells) -> None:
    answered: dict[tuple[str, str], date] = {}
    for row in extract.read("voice_extension", "vx_survey_answer"):
        key, on = (row["wave_id"], row["respondent_id"]), day(row["answered_on"])
        assert on is not None
        answered[key] = min(on, answered.get(key, on))
    items = [*answered.values()]
    items += [
        on
        for row in extract.read("voice_extension", "vx_feedback")
        if (on := day(row["received_on"])) is not None
    ]
    items += [
        on
        for row in extract.expressions
        if row["capture_method"] == "app" and not row["opportunity_type"]
        if (on := day(row["expressed_on"])) is not None
    ]
    end = months_later(YEAR, 12) - timedelta(days=1)
    known = [
        person
        for person, parts in extract.open_spans().items()
        if any(first <= end < last for first, last in parts)
    ]
    count = sum(in_year(on) for on in items)
    assert truth["E2", "all", "all"] == (count, len(known))
