"""Every registered check dies of a fault planted for it, and is silent on clean data."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import pytest

from expectations.codes import codes_from
from expectations.measure import measure
from expectations.registry import Check, load_registry
from expectations.results import Outcome
from expectations.rules import Verdict, judge_measures
from tests.support.quality import AS_OF, AUTHORITY, MEASURED_AT, clean_warehouse, deliver
from tests.support.quality_sources import VOICE
from tests.support.quality_tables import Part

CHECKS = {check.id: check for check in load_registry()}

_BEFORE = f"date '{AS_OF}' - interval 12 month"


def _codes(table: str, column: str) -> str:
    return f"update raw.{table} set {column} = 'attended and spoke' where _row_number % 5 = 0"


def _not_mapped(table: str, column: str) -> str:
    """Answers in words that no rule knows, as ingestion leaves them."""
    return (
        f"update raw.{table} set {column} = 'as the chair sees fit', "
        f"{column}_code = 'not_mapped' where _row_number % 5 = 0"
    )


def _days_old(source: str) -> str:
    return (
        f"update ledger.delivery_tables set as_of = as_of - 60 where source = '{source}'; "
        "update ledger.deliveries set as_of = as_of - 60"
    )


def _shrunk(table: str) -> str:
    return (
        "update ledger.delivery_tables set rows_in = rows_in * 2 / 5 "
        f"where raw_table = '{table}' and as_of = (select max(as_of) from ledger.delivery_tables "
        f"where raw_table = '{table}')"
    )


def _unheard(group: str, value: str) -> str:
    return (
        "update marts.fct_voice_opportunities set outcome = 'missed' "
        f"where {group} = '{value}' and hash(opportunity_key) % 3 > 0"
    )


def _unrecorded(column: str, group: str, value: str) -> str:
    return (
        f"update marts.fct_voice_opportunities set {column} = 'unknown' "
        f"where {group} = '{value}' and hash(person_key) % 3 = 0"
    )


FAULTS = {
    "903-001": "update raw.ssda903_header set ethnic = 'NOBT' where _row_number % 9 = 0",
    "903-002": _not_mapped("ssda903_reviews", "review_code"),
    "903-003": "update raw.ssda903_reviews set review_code_code = null where _row_number % 9 = 0",
    "903-004": "update raw.ssda903_reviews set review_code_code = 'PN0' where _row_number % 9 = 0",
    "903-005": "update raw.ssda903_reviews set review_code_code = 'PN7' "
    "where review_code_code = 'PN0'",
    "903-006": _codes("ssda903_episodes", "ls"),
    "903-007": _codes("ssda903_episodes", "place"),
    "903-008": "update raw.ssda903_episodes set dec = decom - 1 where _row_number % 9 = 0",
    "903-009": "update raw.ssda903_reviews set dob = review + 1 where _row_number % 9 = 0",
    "903-010": "update raw.ssda903_header set child = 'p1' where _row_number % 9 = 0",
    "903-011": _shrunk("ssda903_reviews"),
    "903-012": "update raw.ssda903_header set dob = dob + 1 where _row_number % 9 = 0",
    "903-013": "update raw.ssda903_reviews set review_code_code = 'PN7' where _row_number % 9 = 0",
    "MRT-001": _unheard("ethnic_group", "black"),
    "MRT-002": _unheard("disability", "Y"),
    "MRT-003": _unheard("communication_need", "Y"),
    "MRT-004": _unheard("area", "QX2"),
    "MRT-005": _unrecorded("ethnic_group", "area", "QX2"),
    "MRT-006": _unrecorded("disability", "ethnic_group", "asian"),
    "MRT-007": _unrecorded("disability", "area", "QX2"),
    "MRT-008": "update marts.fct_voice_opportunities set outcome = 'not_appropriate' "
    "where disability = 'Y' and hash(opportunity_key) % 3 = 0",
    "MRT-101": f"delete from marts.fct_voice_opportunities where opportunity_date > {_BEFORE} "
    "and hash(opportunity_key) % 2 = 0",
    "MRT-102": f"delete from marts.fct_voice_opportunities where opportunity_date > {_BEFORE} "
    "and opportunity_type_code = 'ICPC'",
    "MRT-103": "delete from marts.dim_children where person_key = 'p7'",
    "MRT-104": "delete from marts.fct_voice_opportunities where hash(opportunity_key) % 2 = 0",
    "MRT-105": "update marts.fct_voice_opportunities set age_band = null "
    "where hash(opportunity_key) % 9 = 0",
    "MRT-106": "update marts.fct_voice_opportunities set is_seen_alone = null "
    "where hash(opportunity_key) % 5 = 0",
    "MRT-107": "update marts.fct_voice_opportunities set participation_code = null "
    "where hash(opportunity_key) % 2 = 0",
    "MRT-108": "update marts.fct_voice_expressions set opportunity_key = null "
    "where hash(expression_key) % 5 = 0",
    "MRT-109": "update marts.fct_voice_opportunities set missed_reason = 'not_recorded' "
    "where outcome = 'missed'",
    "MRT-110": "update marts.fct_voice_expressions set recorded_on = expressed_on + 30 "
    "where hash(expression_key) % 2 = 0",
    "MRT-111": "update marts.fct_voice_opportunities set held_date = date '2026-10-01' "
    "where opportunity_key = 'opportunity7'",
    "MRT-112": "update marts.fct_voice_expressions "
    "set quote_permission_withdrawn_on = date '2026-01-01' where hash(expression_key) % 5 > 0",
    "SSD-001": "update raw.ssd_person set pers_ethnicity = null where _row_number % 9 = 0",
    "SSD-002": "update raw.ssd_person set pers_sex = 'U' where _row_number % 9 = 0",
    "SSD-003": "delete from raw.ssd_disability where _row_number % 9 = 0",
    "SSD-004": "update raw.ssd_person set pers_dob = null where _row_number % 9 = 0",
    "SSD-005": "update raw.vx_communication_need set first_language = ' ' where _row_number < 9",
    "SSD-006": _codes("ssd_person", "pers_ethnicity"),
    "SSD-007": _codes("ssd_person", "pers_sex"),
    "SSD-008": _codes("ssd_disability", "disa_disability_code"),
    "SSD-009": _codes("ssd_legal_status", "lega_legal_status"),
    "SSD-010": _codes("ssd_cla_placement", "clap_cla_placement_type"),
    "SSD-011": _codes("ssd_cin_episodes", "cine_cin_primary_need_code"),
    "SSD-012": "update raw.ssd_person set pers_person_id = 'p1' where _row_number % 9 = 0",
    "SSD-013": "update raw.ssd_person set pers_ethnicity = 'REFU' "
    f"where _row_number % 9 = 0 and _as_of = date '{AS_OF}'",
    "SSD-014": _shrunk("ssd_person"),
    "SSD-015": _days_old("ssd"),
    "SSD-016": "update raw.ssd_linked_identifiers set link_identifier_value = 'f1' "
    "where _row_number % 9 = 0",
    "SSD-101": "update raw.ssd_cin_visits set cinv_cin_visit_seen_code = 'no'",
    "SSD-102": "update raw.ssd_cp_visits set cppv_cp_visit_seen_code = null",
    "SSD-103": "update raw.ssd_cla_visits set clav_cla_visit_seen_code = 'not_mapped' "
    "where _row_number % 9 = 0",
    "SSD-104": _not_mapped("ssd_cp_visits", "cppv_cp_visit_seen_alone"),
    "SSD-105": _not_mapped("ssd_cla_reviews", "clar_cla_review_participation"),
    "SSD-106": "update raw.ssd_cla_reviews set clar_cla_review_participation_code = null "
    "where _row_number % 5 = 0",
    "SSD-107": "update raw.ssd_cla_reviews set clar_cla_review_participation_code = 'PN1' "
    "where clar_cla_review_cancelled = 'Y'",
    "SSD-108": "update raw.ssd_cla_reviews set clar_cla_review_participation_code = 'PN0' "
    "where _row_number % 9 = 0",
    "SSD-109": "update raw.ssd_missing set miss_missing_rhi_offered_code = 'no'",
    "SSD-110": "update raw.ssd_cla_episodes "
    "set clae_cla_episode_ceased_date = clae_cla_episode_start_date - 1",
    "SSD-111": "update raw.ssd_cp_plans set cppl_cp_plan_end_date = cppl_cp_plan_start_date - 1",
    "SSD-112": "update raw.ssd_person set pers_dob = date '2026-01-01' where _row_number % 9 = 0",
    "SSD-113": "update raw.ssd_cp_visits set cppv_cp_visit_date = _as_of + 1 "
    "where _row_number % 9 = 0",
    "SSD-114": "update raw.ssd_cp_reviews set cppr_cp_review_participation = 'PLACEHOLDER_DATA' "
    "where _row_number = 7",
    "SSD-115": "update raw.ssd_cla_visits set clav_cla_visit_seen_alone_code = 'yes'",
    "SSD-116": "update raw.ssd_cla_reviews set clar_cla_review_participation_code = 'PN1'",
    "SSD-117": _shrunk("ssd_cla_reviews"),
    "SSD-118": "update ledger.delivery_tables set rows_quarantined = 90 "
    "where raw_table = 'ssd_cla_visits'",
    "VEX-001": "update raw.vx_expression set directness = 'unknown' where _row_number % 9 = 0",
    "VEX-002": _codes("vx_expression", "voice_owner"),
    "VEX-003": _codes("vx_expression", "directness"),
    "VEX-004": _codes("vx_expression", "capture_method"),
    "VEX-005": _codes("vx_expression", "opportunity_type"),
    "VEX-006": _codes("vx_not_captured", "reason"),
    "VEX-007": _codes("vx_reply", "status"),
    "VEX-008": _codes("vx_influence", "outcome"),
    "VEX-009": _not_mapped("vx_conference_participation", "participation"),
    "VEX-010": "update raw.vx_expression set recorded_on = expressed_on - 1 "
    "where _row_number % 9 = 0",
    "VEX-011": "update raw.vx_expression set quote_permission_on = null where _row_number = 7",
    "VEX-012": "update raw.vx_expression set text = repeat('Seen at home, no worries. ', 4)",
    "VEX-013": "update raw.vx_reply set replied_on = null, status = 'not_told'",
    "VEX-014": "update raw.vx_return_interview set offered = 'N' where _row_number % 9 = 0",
    "VEX-015": "update raw.vx_survey_wave set responded = 101 where _row_number = 2",
    "VEX-016": _shrunk("vx_expression"),
    "VEX-017": _days_old("voice_extension"),
}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        clean_warehouse(con)
        yield con


@pytest.fixture
def con(warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The clean warehouse; what a test does to it is undone."""
    warehouse.begin()
    yield warehouse
    warehouse.rollback()


def verdicts_of(con: duckdb.DuckDBPyConnection, check: Check) -> list[Verdict]:
    rows = measure(con, [check], codes_from(), MEASURED_AT.date())
    return judge_measures(check.rule, check.min_n, rows)


def test_every_registered_check_has_a_fault_planted_for_it() -> None:
    assert set(FAULTS) == set(CHECKS)


@pytest.mark.parametrize("check_id", sorted(FAULTS))
def test_a_check_dies_of_the_fault_planted_for_it(
    con: duckdb.DuckDBPyConnection, check_id: str
) -> None:
    check = CHECKS[check_id]
    assert {verdict.outcome for verdict in verdicts_of(con, check)} == {Outcome.PASS}
    con.execute(FAULTS[check_id])
    verdicts = verdicts_of(con, check)
    assert Outcome.FAIL in {verdict.outcome for verdict in verdicts}
    assert {verdict.authority_code for verdict in verdicts} == {AUTHORITY}


def test_a_second_source_of_a_table_adds_to_it_and_is_no_surge(
    con: duckdb.DuckDBPyConnection,
) -> None:
    spoken = Part("mind_of_my_own", 900, VOICE["vx_expression"].columns)
    deliver(con, "mind_of_my_own", AS_OF + timedelta(days=1), {"vx_expression": spoken})
    checks = [CHECKS["VEX-002"], CHECKS["VEX-016"]]
    rows = measure(con, checks, codes_from(), MEASURED_AT.date())
    # Both sources' rows are looked at; only the one that came before is held against itself.
    assert {row.check_id: (row.n, row.k) for row in rows} == {
        "VEX-002": (1500, 1500),
        "VEX-016": (600, 600),
    }
