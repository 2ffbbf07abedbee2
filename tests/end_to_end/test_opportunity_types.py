"""Each of the 57 kinds of opportunity says where a source shows it, and the claim holds."""

import csv

import duckdb

from orchestration.contracts import load_contracts
from tests.support.command import REPOSITORY, Site

REFERENCE = REPOSITORY / "seeds" / "reference"
UNIT_TESTS = REPOSITORY / "dbt_project" / "models" / "intermediate" / "opportunities"
PLACES = {
    *("opportunities", "with_another_type", "feedback", "information_rights", "expressions"),
    *("survey_waves", "participation_sessions", "none"),
}


def _types() -> list[dict[str, str]]:
    path = REFERENCE / "ref_voice_opportunity_types.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_kind_says_where_it_is_shown_from_which_tables_and_how_or_why_not() -> None:
    raw = {
        contract.raw_table(table)
        for contract in load_contracts().values()
        for table in contract.tables
    }
    types = _types()
    assert len(types) == 57
    for kind in types:
        code = kind["opportunity_code"]
        assert kind["shown_in"] in PLACES, code
        assert kind["shown_note"], code
        tables = {table for table in kind["source_tables"].split("|") if table}
        assert tables <= raw, code
        assert bool(tables) == (kind["shown_in"] != "none"), code
        assert (kind["is_built"] == "true") == (kind["shown_in"] == "opportunities"), code


def test_every_kind_that_is_built_names_its_voices_and_is_a_level_of_the_breakdown() -> None:
    built = {kind["opportunity_code"] for kind in _types() if kind["is_built"] == "true"}
    with (REFERENCE / "ref_opportunity_voices.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["opportunity_code"] for row in csv.DictReader(lines)} == built
    with (REFERENCE / "ref_breakdown_levels.csv").open(encoding="utf-8", newline="") as lines:
        levels = {
            row["breakdown_value"]
            for row in csv.DictReader(lines)
            if row["breakdown"] == "opportunity_type"
        }
    assert levels == built | {"not_applicable"}


def test_every_kind_that_claims_a_source_has_opportunities_or_a_unit_test(site: Site) -> None:
    built = {kind["opportunity_code"] for kind in _types() if kind["is_built"] == "true"}
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        rows = con.execute(
            "select distinct opportunity_type_code from marts.fct_voice_opportunities"
        ).fetchall()
    found = {row[0] for row in rows}
    assert found <= built
    # The invented authorities hold no education, health and care plans, and the census first asks
    # for what happens before proceedings in 2026-27.
    text = "\n".join(path.read_text() for path in UNIT_TESTS.glob("*.yml"))
    for code in built - found:
        assert f"opportunity_code: {code}," in text, code
    assert len(found) >= 26
