"""Prove that the census, Annex A and the exports tell of the same children as the dataset."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.contracts import load_contracts
from orchestration.ingestion.answers import map_answers
from orchestration.mappings import load_mappings, source_contracts
from orchestration.synthetic import generate
from tests.support.inbox import Bench, make_bench
from tests.support.synthetic_sources import Delivered, counted, is_open, rows_of

AS_OF = date(2027, 5, 31)
HALF_A_YEAR_BEFORE = date(2026, 11, 30)
SETTINGS = Path(__file__).parents[2] / "seeds" / "synthetic" / "annex_a.yaml"
# Programs beside the case system whose export has a bad row and a repeated one.
EXPORTS = (
    *("advocacy", "case_form_answers", "complaints_and_compliments", "mind_of_my_own"),
    *("return_interviews", "ssd_voice_questions", "survey_long", "survey_wide"),
)
NEW_SOURCES = ("cin_census", "annex_a", *EXPORTS)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """An authority of all sources, generated and loaded."""
    folder = tmp_path_factory.mktemp("sources")
    with pytest.MonkeyPatch.context() as patch:
        made = make_bench(folder, patch)
        generate(made.inbox, 1, 900, 7, 8, AS_OF, events_to=folder / "events")
        made.ingest()
    return made


@pytest.fixture(scope="module")
def delivered(bench: Bench) -> Delivered:
    return Delivered(bench.inbox / "330")


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(SETTINGS.read_text("utf-8"))
    return read


def year_of(year: int) -> tuple[date, date]:
    return date(year - 1, 4, 1), date(year, 3, 31)


def open_referrals(delivered: Delivered, year: int) -> list[dict[str, str]]:
    return [
        row
        for row in delivered.case("ssd_cin_episodes")
        if is_open(row, "cine_referral_date", "cine_close_date", *year_of(year))
    ]


def test_every_source_is_delivered(bench: Bench) -> None:
    delivered = {path.name for path in (bench.inbox / "330").iterdir()}
    assert delivered == {*load_contracts(), *EXPORTS, "practice_examples"}
    assert delivered == set(source_contracts())


def test_every_delivery_loads_and_adds_up_to_the_rows_that_truth_json_tells(bench: Bench) -> None:
    truth = json.loads((bench.inbox / "truth.json").read_text("utf-8"))["authorities"]["330"]
    found = counted(bench)["330"]
    for kind in ("rows", "quarantined", "duplicates"):
        assert found[kind] == {name: count for name, count in truth[kind].items() if count}
    assert bench.rows("select distinct state from ledger.files") == [("loaded",)]
    quarantined = {name.split("/")[0] for name in found["quarantined"]}
    assert quarantined > set(NEW_SOURCES)
    assert {name.split("/")[0] for name in found["duplicates"]} >= set(EXPORTS)


def test_the_new_sources_have_the_shape_of_their_contracts(bench: Bench) -> None:
    names = ", ".join(f"'{source}'" for source in NEW_SOURCES)
    assert not bench.rows(
        "select column_name, kind from ledger.drift join ledger.deliveries using (delivery_id) "
        f"where source in ({names}) and column_name is not null and kind <> 'alias'"
    )
    assert not bench.rows("select * from ledger.not_mapped where starts_with(raw_table, 'annex_a')")


@pytest.mark.parametrize("year", range(2021, 2028))
def test_the_children_of_a_census_are_those_with_an_open_referral(
    delivered: Delivered, year: int
) -> None:
    wanted = Counter(
        (row["cine_person_id"], row["cine_referral_date"])
        for row in open_referrals(delivered, year)
    )
    census = delivered.census(year)
    assert len(wanted) > 50
    children = [row[0] for row in census["children"] if row[0]]
    assert sorted(map(str, children)) == sorted({child for child, _ in wanted})
    assert Counter((row[0], row[2]) for row in census["details"] if row[0]) == wanted
    # The one flaw is a child without an id.
    assert [row[0] for row in census["children"]].count(None) == 1


@pytest.mark.parametrize("year", [2021, 2024, 2027])
def test_a_census_knows_nothing_of_what_came_after_it(delivered: Delivered, year: int) -> None:
    last = year_of(year)[1].isoformat()
    closed = {
        (row["cine_person_id"], row["cine_referral_date"]): row["cine_close_date"]
        for row in open_referrals(delivered, year)
    }
    for row in delivered.census(year)["details"]:
        if row[0]:
            known = closed[str(row[0]), str(row[2])]
            assert row[5] == (known if known and known <= last else None)
    born = {row["pers_person_id"]: row["pers_dob"] for row in delivered.case("ssd_person")}
    for row in delivered.census(year)["children"]:
        if row[0] and born[row[0]]:
            assert (row[4], row[5])[born[row[0]] > last] == born[row[0]]


@pytest.mark.parametrize("year", [2021, 2026])
def test_what_happened_to_a_child_has_the_same_days_in_the_census(
    delivered: Delivered, year: int
) -> None:
    first, last = year_of(year)
    referrals = {row["cine_referral_id"] for row in open_referrals(delivered, year)}
    census = delivered.census(year)
    for element, table, prefix, start, end in (
        ("assessments", "ssd_cin_assessments", "cina", "assessment_start", "assessment_auth"),
        ("child_protection_plans", "ssd_cp_plans", "cppl", "cp_plan_start", "cp_plan_end"),
    ):
        spans = (f"{prefix}_{start}_date", f"{prefix}_{end}_date")
        wanted = Counter(
            (row[f"{prefix}_person_id"], row[spans[0]])
            for row in delivered.case(table)
            if row[f"{prefix}_referral_id"] in referrals and is_open(row, *spans, first, last)
        )
        found = Counter((row[0], row[4]) for row in census[element] if row[4] != f"{year}-02-31")
        assert found == wanted
        assert wanted
    reviews = [row[-1] for row in census["child_protection_reviews"]]
    assert reviews
    assert all(first.isoformat() <= str(day) <= last.isoformat() for day in reviews)


def test_each_census_has_the_shape_of_its_year(delivered: Delivered) -> None:
    for year in range(2021, 2028):
        text = (delivered.folder / f"cin_census/{year}-03-31/cin_{year}.xml").read_text("utf-8")
        assert ("<Sex>" in text, "<GenderCurrent>" in text) == (year >= 2025, year < 2025)
        assert ("<CINPlanDates>" in text) == (year >= 2022)
        assert ("<AssessmentFactors>24A<" in text) == (year >= 2022)
        assert ("<ReferralSource>5D<" in text) == (year >= 2023)
        assert ("<PreProceedingsandFGDM>" in text) == (year >= 2027)


def test_list_7_holds_the_plans_that_are_open_or_ended_in_the_last_six_months(
    delivered: Delivered,
) -> None:
    spans = ("cppl_cp_plan_start_date", "cppl_cp_plan_end_date")
    first = HALF_A_YEAR_BEFORE + timedelta(days=1)
    wanted = Counter(
        (row["cppl_person_id"], row[spans[0]], row[spans[1]] or None)
        for row in delivered.case("ssd_cp_plans")
        if is_open(row, *spans, first, AS_OF)
    )
    found = Counter(
        (
            row["Child Unique ID"],
            row["Child Protection Plan Start Date"],
            row["Child Protection Plan End Date"],
        )
        for row in delivered.sheet(7)
        if row["Child Protection Plan Start Date"] != "31/02/2026"
    )
    assert len(wanted) > 20
    assert found == wanted


def test_the_last_visit_of_list_7_is_the_last_of_the_plan(delivered: Delivered) -> None:
    last: dict[str, dict[str, str]] = {}
    starts = {
        row["cppl_cp_plan_id"]: (row["cppl_person_id"], row["cppl_cp_plan_start_date"])
        for row in delivered.case("ssd_cp_plans")
    }
    for row in sorted(delivered.case("ssd_cp_visits"), key=lambda row: row["cppv_cp_visit_date"]):
        if row["cppv_cp_plan_id"]:
            last[row["cppv_cp_plan_id"]] = row
    visits = {starts[plan]: row for plan, row in last.items()}
    answers = set()
    for row in delivered.sheet(7):
        visit = visits.get((row["Child Unique ID"], row["Child Protection Plan Start Date"]))
        if visit:
            assert row["Date of the Last Statutory Visit"] == visit["cppv_cp_visit_date"][:10]
            answer = row["Was the Child Seen Alone?"]
            answers.add(answer)
            (code,) = map_answers("seen_alone", [answer]) if answer else (None,)
            if code == "yes":
                assert visit["cppv_cp_visit_seen_alone"] == "Y"
    assert {"Child seen", "Yes - seen alone"} <= answers


def test_lists_of_children_are_those_of_the_case_system(delivered: Delivered) -> None:
    first = (HALF_A_YEAR_BEFORE + timedelta(days=1)).isoformat()
    referrals = delivered.case("ssd_cin_episodes")
    assert Counter(row["Date of referral"] for row in delivered.sheet(3)[:-1]) == Counter(
        row["cine_referral_date"] for row in referrals if row["cine_referral_date"] >= first
    )
    assert {row["CIN Start Date"] for row in delivered.sheet(6)} == {
        row["cine_referral_date"]
        for row in referrals
        if is_open(row, "cine_referral_date", "cine_close_date", date.fromisoformat(first), AS_OF)
    }
    leavers = {row["clea_person_id"] for row in delivered.case("ssd_care_leavers")}
    assert {row["Child Unique ID"] for row in delivered.sheet(9)} == leavers
    cared_for = {row["clae_person_id"] for row in delivered.case("ssd_cla_episodes")}
    listed = {row["Child Unique ID"] for row in delivered.sheet(8)} - {None}
    assert listed
    assert listed < cared_for


def test_no_two_loadable_rows_of_a_list_share_a_key(bench: Bench) -> None:
    for table in load_contracts()["annex_a"].tables:
        assert not bench.rows(
            f"select 1 from raw.annex_a_{table.name} group by _row_key having count(*) > 1"
        )


def test_every_spelling_is_understood_and_says_what_the_others_of_its_code_say(
    settings: dict[str, Any],
) -> None:
    answer_set = {
        "flag": "yes_no",
        "sex": "gender",
        "source": "referral_source",
        "need": "primary_need_code",
        "closure_reason": "reason_for_closure",
        "first_category": "category_of_abuse",
        "last_category": "category_of_abuse",
        "permanence": "permanence_plan",
        "end_reason": "reason_ceased_to_be_looked_after",
        "provider": "placement_provider",
        "location": "placement_location",
        "in_touch": "la_in_touch",
        "suitable": "suitability_of_accommodation",
    }
    expected = {"YY": {"yes"}, "YN": {"no", "seen_with_others"}, "Y": {"seen"}, "NN": {"not_seen"}}
    for column, codes in settings["spellings"].items():
        for code, ways in codes.items():
            found = set(map_answers(answer_set.get(column, column), ways))
            assert "not_mapped" not in found
            if column == "seen_alone":
                assert found == expected[code]
            else:
                assert len(found) == 1, (column, code)


def test_what_an_export_holds_is_in_no_other_file(bench: Bench, delivered: Delivered) -> None:
    folder = delivered.folder
    voice = folder / f"voice_extension/{AS_OF}"
    linked = {row["subject_id"] for row in rows_of(voice / "vx_influence.csv")}
    linked |= {row["subject_id"] for row in rows_of(voice / "vx_reply.csv")}
    for source, name, table, key in (
        ("mind_of_my_own", "Statement ID", "vx_expression", "expression_id"),
        ("complaints_and_compliments", "Reference", "vx_feedback", "feedback_id"),
        ("practice_examples", "Example ID", "vx_practice_example", "example_id"),
        ("advocacy", "Referral ID", "vx_expression", "expression_id"),
        ("return_interviews", "Missing episode ID", "vx_return_interview", "missing_episode_id"),
        ("survey_long", "Wave", "vx_survey_wave", "wave_id"),
        ("survey_wide", "Wave", "vx_survey_wave", "wave_id"),
        ("survey_wide", "Response ID", "vx_survey_answer", "respondent_id"),
    ):
        (path,) = (folder / source).glob("*/*.csv")
        moved = {row[name] for row in rows_of(path)} - {"BAD-1"}
        assert moved
        assert not moved & {row[key] for row in rows_of(voice / f"{table}.csv")}
        assert not moved & linked
    events = bench.inbox.parent / "events/330/expressions.parquet"
    with duckdb.connect() as con:
        told = con.execute("select count(*) from read_parquet(?)", [str(events)]).fetchall()
    assert bench.rows("select count(*) from raw.vx_expression") == told


def test_exports_hold_voices_and_silences_of_every_kind(bench: Bench) -> None:
    """The rows of each export reach each table that its mapping fills."""
    found = bench.rows(
        "select source, part, sum(rows_loaded) from ledger.files as files "
        "join ledger.deliveries using (delivery_id) group by source, part"
    )
    loaded = {(source, part) for source, part, rows in found if rows and source in EXPORTS}
    mappings = load_mappings()
    filled = {(each, table.table) for each in EXPORTS for table in mappings[each].tables}
    # Nobody replied in the app to what no decision followed from.
    assert loaded == filled - {("mind_of_my_own", "vx_reply")}
    assert not bench.rows(
        "select raw_table from ledger.not_mapped where starts_with(raw_table, 'vx_')"
    )
