"""The case system's tables of a clean authority, each column as SQL over the row's number i.

``draw(i, salt)`` is a number from 0 to 999 that follows from the row, the salt and the seed of the
world; what belongs together (a birth date and a code that depends on it) draws with one salt.

Belongs here: what the tables hold. Does not belong here: other sources (``quality_sources``), or
making them (``quality``).
"""

from dataclasses import dataclass

CHILDREN = 400
LAST_EVENTS = "2026-08-31"

ETHNICITY = (
    "case when draw(i, 1) < 6 then 'NOBT' else "
    "['WBRI', 'MWBC', 'AIND', 'BAFR', 'OOTH'][1 + draw(i, 2) % 5] end"
)
SEX = "case when draw(i, 3) < 500 then 'M' else 'F' end"
# One child in eight is under four, so that PN0 has somebody to be used for.
_YOUNG = "draw(i, 4) < 125"
BIRTH = f"case when {_YOUNG} then date '2024-01-02' else date '2011-06-01' end + draw(i, 5) % 200"
CODE = (
    f"case when {_YOUNG} then 'PN0' else "
    "['PN1', 'PN1', 'PN2', 'PN5', 'PN6', 'PN7'][1 + draw(i, 6) % 6] end"
)
DISABILITY = "case when draw(i, 7) < 250 then 'AUT' else 'NONE' end"


def _answers(column: str, where_no: str) -> dict[str, str]:
    """A yes-or-no column as delivered, and the code that ingestion writes beside it."""
    return {
        column: f"case when {where_no} then 'N' else 'Y' end",
        f"{column}_code": f"case when {where_no} then 'no' else 'yes' end",
    }


def same(column: str, code: str) -> dict[str, str]:
    """A column that is delivered as its code."""
    return {column: code, f"{column}_code": code}


@dataclass(frozen=True, slots=True)
class Part:
    """One raw table of the clean world: how many rows, and each column as SQL over i."""

    source: str
    rows: int
    columns: dict[str, str]


_CARE_START = "date '2025-03-01' + i::integer % 20"
_UNSEEN = "draw(i, 8) < 80"
_NOT_ALONE = "draw(i, 8) < 300"
RECENT = f"date '{LAST_EVENTS}' - i::integer % 500"

SSD = {
    "ssd_person": Part(
        "ssd",
        CHILDREN,
        {
            "pers_person_id": "'p' || i",
            "pers_sex": SEX,
            "pers_ethnicity": ETHNICITY,
            "pers_dob": BIRTH,
        },
    ),
    "ssd_linked_identifiers": Part(
        "ssd",
        20,
        {
            "link_table_id": "'l' || i",
            "link_person_id": "'p' || i",
            "link_identifier_type": "'Former person id'",
            "link_identifier_value": "'f' || i",
        },
    ),
    "ssd_disability": Part(
        "ssd",
        CHILDREN,
        {
            "disa_person_id": "'p' || i",
            "disa_table_id": "'t' || i",
            "disa_disability_code": DISABILITY,
        },
    ),
    "ssd_immigration_status": Part(
        "ssd",
        40,
        {
            "immi_person_id": "'p' || i",
            "immi_immigration_status_id": "'t' || i",
            "immi_immigration_status": "'UASC'",
        },
    ),
    "ssd_legal_status": Part(
        "ssd",
        CHILDREN,
        {
            "lega_legal_status_id": "'t' || i",
            "lega_person_id": "'p' || i",
            "lega_legal_status": "case when i % 3 = 0 then 'V2' else 'C2' end",
        },
    ),
    "ssd_cin_episodes": Part(
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
    "ssd_cp_plans": Part(
        "ssd",
        CHILDREN,
        {
            "cppl_cp_plan_id": "'t' || i",
            "cppl_person_id": "'p' || i",
            "cppl_cp_plan_start_date": "date '2025-02-01'",
            "cppl_cp_plan_end_date": "date '2025-12-01'",
        },
    ),
    "ssd_cla_episodes": Part(
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
    "ssd_cla_placement": Part(
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
    "ssd_cin_visits": Part(
        "ssd",
        900,
        {
            "cinv_cin_visit_id": "'t' || i",
            "cinv_cin_visit_date": RECENT,
            **_answers("cinv_cin_visit_seen", _UNSEEN),
            **_answers("cinv_cin_visit_seen_alone", _NOT_ALONE),
        },
    ),
    "ssd_cp_visits": Part(
        "ssd",
        900,
        {
            "cppv_cp_visit_id": "'t' || i",
            "cppv_cp_visit_date": RECENT,
            **_answers("cppv_cp_visit_seen", _UNSEEN),
            **_answers("cppv_cp_visit_seen_alone", _NOT_ALONE),
        },
    ),
    "ssd_cla_visits": Part(
        "ssd",
        900,
        {
            "clav_cla_visit_id": "'t' || i",
            "clav_person_id": f"'p' || (1 + i % {CHILDREN})",
            "clav_cla_visit_date": RECENT,
            **_answers("clav_cla_visit_seen", _UNSEEN),
            **_answers("clav_cla_visit_seen_alone", _NOT_ALONE),
        },
    ),
    "ssd_cp_reviews": Part(
        "ssd",
        200,
        {
            "cppr_cp_review_id": "'t' || i",
            **same("cppr_cp_review_participation", "'PN1'"),
            "cppr_cp_review_quorate": "'Y'",
        },
    ),
    "ssd_cla_reviews": Part(
        "ssd",
        CHILDREN,
        {
            "clar_cla_review_id": "'t' || i",
            "clar_cla_id": "'c' || i",
            "clar_cla_review_date": "date '2025-06-01'",
            "clar_cla_review_cancelled": "case when i % 20 = 1 then 'Y' else 'N' end",
            **same("clar_cla_review_participation", f"case when i % 20 <> 1 then {CODE} end"),
        },
    ),
    "ssd_missing": Part(
        "ssd",
        80,
        {
            "miss_table_id": "'t' || i",
            "miss_person_id": "'p' || i",
            **_answers("miss_missing_rhi_offered", "draw(i, 9) < 200"),
            **_answers("miss_missing_rhi_accepted", "draw(i, 9) < 600"),
        },
    ),
    "ssd_cin_assessments": Part(
        "ssd",
        300,
        {
            "cina_assessment_id": "'t' || i",
            "cina_person_id": "'p' || i",
            "cina_assessment_start_date": f"{RECENT} - 20",
            "cina_assessment_auth_date": RECENT,
            **_answers("cina_assessment_child_seen", "draw(i, 10) < 150"),
        },
    ),
}
