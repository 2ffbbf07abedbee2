"""A small warehouse in which every quality check passes, for tests to break on purpose.

Belongs here: one authority's raw tables, ledger and marts, made by SQL with invented content.
Does not belong here: the faults (each test plants its own).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from orchestration.contracts.loader import load_contracts

AUTHORITY = "330"
MEASURED_AT = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
AS_OF = date(2026, 9, 30)
PREVIOUS_AS_OF = date(2026, 8, 31)
CHILDREN = 400

_TYPES = {"date": "date", "datetime": "timestamp", "integer": "bigint", "number": "double"}
_ETHNICITY = "['WBRI', 'MWBC', 'AIND', 'BAFR', 'OOTH'][1 + i % 5]"
# One child in eight is under four, so that PN0 has somebody to be used for.
_BIRTH = "case when i % 8 = 0 then date '2024-01-01' else date '2011-06-01' end + i::integer % 300"
_CODE = "case when i % 8 = 0 then 'PN0' else ['PN1', 'PN2', 'PN5', 'PN6'][1 + i % 4] end"

LEDGER = """
create schema ledger;
create table ledger.deliveries (
    delivery_id varchar, authority_code varchar, source varchar, as_of date,
    delivered_at timestamp, file_count bigint, state varchar, first_seen_at timestamp
);
create table ledger.delivery_tables (
    delivery_id varchar, authority_code varchar, source varchar, as_of date,
    delivered_at timestamp, extent varchar, raw_table varchar, rows_in bigint,
    rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint
);
"""

_BREAKDOWNS = """
    case when i % 2 = 0 then 'M' else 'F' end as sex, '8-11' as age_band,
    ['white', 'mixed', 'asian', 'black', 'other'][1 + i % 5] as ethnic_group,
    case when i % 4 = 0 then 'Y' else 'N' end as disability,
    case when i % 3 = 0 then 'Y' else 'N' end as communication_need,
    'N' as interpreter_needed, 'N' as uasc, 'foster' as placement_group,
    'care_order' as legal_group, 'N1' as category_of_need, 'N' as care_leaver,
    ['QX1', 'QX2', 'QX3'][1 + i % 3] as area
"""

MARTS = f"""
create schema marts;
create table marts.dim_children as
select 'child' || i as child_key, '{AUTHORITY}' as authority_code, 'p' || i as person_key
from range(1, {CHILDREN + 1}) as children (i);
create table marts.fct_voice_opportunities as
select
    'opportunity' || i as opportunity_key, '{AUTHORITY}' as authority_code,
    'p' || (1 + i % {CHILDREN}) as person_key,
    ['CLA_VISIT_YEAR1', 'ICPC', 'CLA_REVIEW_N'][1 + (i // 7) % 3] as opportunity_type_code,
    'looked_after' as stage, 'child' as voice_owner_code,
    case when (i // 7) % 3 = 0 then 'ssd_cla_visits' else 'other' end as occasion_table,
    'occasion' || i as occasion_id, cast(null as date) as due_date,
    date '{AS_OF}' - i::integer % 730 as held_date,
    date '{AS_OF}' - i::integer % 730 as opportunity_date,
    case when i % 7 < 5 then 'voiced' else 'missed' end as outcome,
    case when i % 7 >= 5 then ['not_asked', 'not_recorded', 'not_able'][1 + i % 3] end
        as missed_reason,
    case when (i // 7) % 3 > 0 then 'PN1' end as participation_code,
    true as is_own_voice, true as is_seen, i % 5 > 0 as is_seen_alone, 10 as age_years,
    {_BREAKDOWNS}
from range(1, 2921) as opportunities (i);
create table marts.fct_voice_expressions as
select
    'expression' || i as expression_key, '{AUTHORITY}' as authority_code,
    'p' || (1 + i % {CHILDREN}) as person_key, 'recorded' as evidence_kind,
    'child' as voice_owner_code, true as is_own_voice,
    date '{AS_OF}' - i::integer % 360 as expressed_on,
    date '{AS_OF}' - i::integer % 360 + i::integer % 4 as recorded_on,
    'ICPC' as claimed_opportunity_type_code, 'conversation' as capture_method_code,
    'verbatim' as directness_code, 'opportunity' || i as opportunity_key, true as has_text,
    'board' as quote_permission_scope_code,
    cast(null as date) as quote_permission_expires_on,
    cast(null as date) as quote_permission_withdrawn_on,
    {_BREAKDOWNS}
from range(1, 601) as expressions (i);
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """One raw table of the clean world: how many rows, and each column as SQL over i."""

    source: str
    rows: int
    columns: dict[str, str]


_CARE_START = "date '2025-03-01' + i::integer % 20"
_SEEN = "case when i % 12 = 0 then 'N' else 'Y' end"
_ALONE = "case when i % 12 = 0 or i % 5 = 0 then 'N' else 'Y' end"
_RECENT = f"date '{PREVIOUS_AS_OF}' - i::integer % 500"

SSD = {
    "ssd_person": _Part(
        "ssd",
        CHILDREN,
        {
            "pers_person_id": "'p' || i",
            "pers_sex": "case when i % 2 = 0 then 'M' else 'F' end",
            "pers_ethnicity": _ETHNICITY,
            "pers_dob": _BIRTH,
        },
    ),
    "ssd_disability": _Part(
        "ssd",
        CHILDREN,
        {
            "disa_person_id": "'p' || i",
            "disa_table_id": "'t' || i",
            "disa_disability_code": "case when i % 4 = 0 then 'AUT' else 'NONE' end",
        },
    ),
    "ssd_immigration_status": _Part(
        "ssd",
        40,
        {
            "immi_person_id": "'p' || i",
            "immi_immigration_status_id": "'t' || i",
            "immi_immigration_status": "'UASC'",
        },
    ),
    "ssd_legal_status": _Part(
        "ssd",
        CHILDREN,
        {
            "lega_legal_status_id": "'t' || i",
            "lega_person_id": "'p' || i",
            "lega_legal_status": "case when i % 3 = 0 then 'V2' else 'C2' end",
        },
    ),
    "ssd_cin_episodes": _Part(
        "ssd",
        CHILDREN,
        {
            "cine_referral_id": "'t' || i",
            "cine_person_id": "'p' || i",
            "cine_referral_date": "date '2025-01-01'",
            "cine_close_date": "case when i % 2 = 0 then date '2026-01-01' end",
            "cine_cin_primary_need_code": "'N' || (1 + i % 8)",
        },
    ),
    "ssd_cp_plans": _Part(
        "ssd",
        CHILDREN,
        {
            "cppl_cp_plan_id": "'t' || i",
            "cppl_person_id": "'p' || i",
            "cppl_cp_plan_start_date": "date '2025-02-01'",
            "cppl_cp_plan_end_date": "date '2025-12-01'",
        },
    ),
    "ssd_cla_episodes": _Part(
        "ssd",
        CHILDREN,
        {
            "clae_cla_episode_id": "'t' || i",
            "clae_person_id": "'p' || i",
            "clae_cla_id": "'c' || i",
            "clae_cla_episode_start_date": _CARE_START,
            "clae_cla_episode_ceased_date": "case when i % 2 = 0 then date '2026-06-01' end",
        },
    ),
    "ssd_cla_placement": _Part(
        "ssd",
        CHILDREN,
        {
            "clap_cla_placement_id": "'t' || i",
            "clap_person_id": "'p' || i",
            "clap_cla_id": "'c' || i",
            "clap_cla_placement_type": "case when i % 3 = 0 then 'K2' else 'U6' end",
            "clap_cla_placement_start_date": _CARE_START,
            "clap_cla_placement_end_date": "case when i % 2 = 0 then date '2026-06-01' end",
        },
    ),
    "ssd_cin_visits": _Part(
        "ssd",
        900,
        {
            "cinv_cin_visit_id": "'t' || i",
            "cinv_cin_visit_date": _RECENT,
            "cinv_cin_visit_seen": _SEEN,
            "cinv_cin_visit_seen_alone": _ALONE,
        },
    ),
    "ssd_cp_visits": _Part(
        "ssd",
        900,
        {
            "cppv_cp_visit_id": "'t' || i",
            "cppv_cp_visit_date": _RECENT,
            "cppv_cp_visit_seen": _SEEN,
            "cppv_cp_visit_seen_alone": _ALONE,
        },
    ),
    "ssd_cla_visits": _Part(
        "ssd",
        900,
        {
            "clav_cla_visit_id": "'t' || i",
            "clav_person_id": f"'p' || (1 + i % {CHILDREN})",
            "clav_cla_visit_date": _RECENT,
            "clav_cla_visit_seen": _SEEN,
            "clav_cla_visit_seen_alone": _ALONE,
        },
    ),
    "ssd_cp_reviews": _Part(
        "ssd",
        200,
        {
            "cppr_cp_review_id": "'t' || i",
            "cppr_cp_review_participation": "'PN1'",
            "cppr_cp_review_quorate": "'Y'",
        },
    ),
    "ssd_cla_reviews": _Part(
        "ssd",
        CHILDREN,
        {
            "clar_cla_review_id": "'t' || i",
            "clar_cla_id": "'c' || i",
            "clar_cla_review_date": "date '2025-06-01'",
            "clar_cla_review_cancelled": "case when i % 20 = 1 then 'Y' else 'N' end",
            "clar_cla_review_participation": f"case when i % 20 <> 1 then {_CODE} end",
        },
    ),
    "ssd_missing": _Part(
        "ssd",
        80,
        {
            "miss_table_id": "'t' || i",
            "miss_person_id": "'p' || i",
            "miss_missing_rhi_offered": "case when i % 5 = 0 then 'N' else 'Y' end",
            "miss_missing_rhi_accepted": "case when i % 5 < 3 then 'N' else 'Y' end",
        },
    ),
}

VOICE = {
    "vx_expression": _Part(
        "voice_extension",
        600,
        {
            "expression_id": "'e' || i",
            "person_id": f"'p' || (1 + i % {CHILDREN})",
            "voice_owner": "'child'",
            "opportunity_type": "'ICPC'",
            "expressed_on": _RECENT,
            "recorded_on": f"{_RECENT} + 2",
            "recorded_by": "'worker'",
            "capture_method": "'conversation'",
            "directness": "'verbatim'",
            "text": "repeat('Canary Penhaligon said that things are better now. ', 2) || i",
            "quote_permission_scope": "'board'",
            "quote_permission_on": _RECENT,
        },
    ),
    "vx_not_captured": _Part("voice_extension", 60, {"reason": "'declined'"}),
    "vx_influence": _Part("voice_extension", 60, {"outcome": "'changed'"}),
    "vx_reply": _Part(
        "voice_extension",
        100,
        {
            "reply_id": "'r' || i",
            "due_on": "date '2026-05-01'",
            "replied_on": "date '2026-04-20'",
            "status": "'told'",
        },
    ),
    "vx_communication_need": _Part(
        "voice_extension", 60, {"person_id": "'p' || i", "first_language": "'ara'"}
    ),
    "vx_return_interview": _Part(
        "voice_extension",
        60,
        {"missing_episode_id": "'t' || i", "offered": "'Y'", "accepted": "'Y'"},
    ),
    "vx_conference_participation": _Part(
        "voice_extension", 60, {"conference_id": "'t' || i", "participation": "'PN1'"}
    ),
    "vx_survey_wave": _Part(
        "voice_extension", 4, {"wave_id": "'w' || i", "invited": "100", "responded": "40"}
    ),
}

RETURN = {
    "header": _Part(
        "ssda903",
        CHILDREN,
        {"child": "'p' || i", "sex": "'M'", "dob": _BIRTH, "ethnic": _ETHNICITY},
    ),
    "episodes": _Part(
        "ssda903",
        CHILDREN,
        {
            "child": "'p' || i",
            "decom": "date '2024-06-01'",
            "dec": "date '2024-09-01'",
            "ls": "'C2'",
            "place": "'U6'",
        },
    ),
    "reviews": _Part(
        "ssda903",
        CHILDREN,
        {
            "child": "'p' || i",
            "dob": _BIRTH,
            "review": "case when date '{as_of}' < date '2026-01-01' then date '2025-03-01' "
            "else date '2025-06-01' end",
            "review_code": _CODE,
        },
    ),
}


def clean_warehouse(con: duckdb.DuckDBPyConnection) -> None:
    """Fill an empty database with one authority on which every registered check passes."""
    con.execute(LEDGER)
    con.execute("create schema raw")
    for contract in load_contracts().values():
        for table in contract.tables:
            columns = ", ".join(
                f'"{column.name}" {_TYPES.get(column.type, "varchar")}'
                for column in table.columns
                if column.load
            )
            con.execute(
                f"create table raw.{contract.raw_prefix}{table.name} ({columns}, "
                "_authority_code varchar, _delivery_id varchar, _as_of date, "
                "_file_sha256 varchar, _row_number bigint, _row_key varchar)"
            )
    for as_of in (PREVIOUS_AS_OF, AS_OF):
        deliver(con, "ssd", as_of, SSD)
        deliver(con, "voice_extension", as_of, VOICE)
    for year_end in (date(2025, 3, 31), date(2026, 3, 31)):
        deliver(con, "ssda903", year_end, RETURN)
    con.execute(MARTS)


def deliver(
    con: duckdb.DuckDBPyConnection, source: str, as_of: date, parts: dict[str, _Part]
) -> None:
    """Load one delivery of a source, as ingestion would."""
    delivery_id = f"{source}-{as_of}"
    con.execute(
        "insert into ledger.deliveries values (?, ?, ?, ?, ?, 1, 'loaded', ?)",
        [delivery_id, AUTHORITY, source, as_of, as_of, as_of],
    )
    for name, part in parts.items():
        raw_table = f"ssda903_{name}" if source == "ssda903" else name
        names = ", ".join(part.columns)
        values = ", ".join(part.columns.values()).replace("{as_of}", str(as_of))
        con.execute(
            f"insert into raw.{raw_table} ({names}, _authority_code, _delivery_id, _as_of, "
            f"_row_number, _row_key) select {values}, '{AUTHORITY}', '{delivery_id}', "
            f"date '{as_of}', i + 1, 'key' || i from range(1, {part.rows + 1}) as numbers (i)"
        )
        con.execute(
            "insert into ledger.delivery_tables values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            [
                delivery_id,
                AUTHORITY,
                source,
                as_of,
                as_of,
                "collection_year" if source == "ssda903" else "full",
                raw_table,
                part.rows,
                part.rows,
            ],
        )
