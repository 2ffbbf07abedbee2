"""The other sources of a clean authority: the voice extension, the return and the census.

Belongs here: what their tables hold, in the words of ``quality_tables``. Does not belong here:
making them (``quality``).
"""

from tests.support.quality_tables import (
    BIRTH,
    CHILDREN,
    CODE,
    DISABILITY,
    ETHNICITY,
    RECENT,
    SEX,
    Part,
    same,
)

VOICE = {
    "vx_expression": Part(
        "voice_extension",
        600,
        {
            "expression_id": "'e' || i",
            "person_id": f"'p' || (1 + i % {CHILDREN})",
            "voice_owner": "'child'",
            "theme_codes": "case when draw(i, 21) < 150 then 'other' else "
            "['school', 'health', 'money', 'feelings'][1 + draw(i, 21) % 4] end",
            "opportunity_type": "'ICPC'",
            "expressed_on": RECENT,
            "recorded_on": f"{RECENT} + 2",
            "recorded_by": "'worker'",
            "capture_method": "'conversation'",
            "directness": "['verbatim', 'observed', 'reported'][1 + draw(i, 22) % 3]",
            "text": "repeat('Canary Penhaligon said that things are better now. ', 2) || i",
            "quote_permission_scope": "'board'",
            "quote_permission_on": RECENT,
        },
    ),
    "vx_not_captured": Part(
        "voice_extension",
        100,
        {"reason": "['declined', 'not_able', 'not_asked', 'not_recorded'][1 + draw(i, 23) % 4]"},
    ),
    "vx_influence": Part(
        "voice_extension",
        60,
        {
            "influence_id": "'i' || i",
            "outcome": "['changed', 'considered_not_changed'][1 + draw(i, 24) % 2]",
            "decided_on": "date '2026-05-01'",
            "action_done_on": "date '2026-05-01' + draw(i, 25) % 40",
        },
    ),
    "vx_reply": Part(
        "voice_extension",
        100,
        {
            "reply_id": "'r' || i",
            "subject_kind": "'expression'",
            "subject_id": "'e' || i",
            "due_on": "date '2026-05-01'",
            "replied_on": "date '2026-04-20'",
            "status": "'told'",
        },
    ),
    "vx_communication_need": Part(
        "voice_extension",
        60,
        {
            "person_id": "'p' || i",
            "first_language": "'ara'",
            "interpreter_needed": "case when draw(i, 26) < 300 then 'Y' else 'N' end",
        },
    ),
    "vx_return_interview": Part(
        "voice_extension",
        60,
        {
            "missing_episode_id": "'t' || i",
            "offered": "'Y'",
            "accepted": "'Y'",
            "returned_at": "timestamp '2026-05-01 10:00:00'",
            "held_at": "timestamp '2026-05-01 10:00:00' + to_hours(1 + draw(i, 27) % 100)",
        },
    ),
    "vx_conference_participation": Part(
        "voice_extension",
        60,
        {
            "conference_id": "'t' || i",
            "advocate_present": "case when draw(i, 28) < 300 then 'Y' else 'N' end",
            **same("participation", "'PN1'"),
        },
    ),
    "vx_survey_wave": Part(
        "voice_extension", 4, {"wave_id": "'w' || i", "invited": "100", "responded": "40"}
    ),
    "vx_survey_answer": Part(
        "voice_extension",
        200,
        {
            "wave_id": "'w' || (1 + i % 4)",
            "respondent_id": "'s' || i",
            "scale_min": "0",
            "scale_max": "10",
            "value_number": "draw(i, 29) % 11",
        },
    ),
    "vx_feedback": Part(
        "voice_extension",
        60,
        {
            "feedback_id": "'b' || i",
            "made_by": "['child', 'parent_carer'][1 + draw(i, 30) % 2]",
            "received_on": RECENT,
            "responded_on": f"{RECENT} + draw(i, 31) % 30",
        },
    ),
    "vx_information_right": Part(
        "voice_extension",
        80,
        {
            "request_id": "'q' || i",
            "kind": "case when i % 2 = 0 then 'privacy_notice' else 'access' end",
            "requested_on": RECENT,
            "completed_on": f"{RECENT} + draw(i, 32) % 30",
            "understood": "case when i % 2 = 0 and draw(i, 33) < 950 then 'Y' end",
        },
    ),
    "vx_participation_session": Part(
        "voice_extension",
        30,
        {
            "session_id": "'n' || i",
            "people": "1 + draw(i, 34) % 12",
            "changes_agreed": "draw(i, 35) % 4",
            "changes_done": "draw(i, 35) % 4 // 2",
        },
    ),
}

RETURN = {
    "header": Part(
        "ssda903",
        CHILDREN,
        {"child": "'p' || i", "sex": SEX, "dob": BIRTH, "ethnic": ETHNICITY},
    ),
    "episodes": Part(
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
    "reviews": Part(
        "ssda903",
        CHILDREN,
        {
            "child": "'p' || i",
            "dob": BIRTH,
            "review": "case when date '{as_of}' < date '2026-01-01' then date '2025-03-01' "
            "else date '2025-06-01' end",
            **same("review_code", CODE),
        },
    ),
}

# A second source: the same children, under the same pseudonyms.
CENSUS = {
    "children": Part(
        "cin_census",
        CHILDREN,
        {"la_child_id": "'p' || i", "sex": SEX, "birth_date": BIRTH, "ethnicity": ETHNICITY},
    ),
    "disabilities": Part(
        "cin_census", CHILDREN, {"la_child_id": "'p' || i", "disability": DISABILITY}
    ),
    "pre_proceedings": Part(
        "cin_census",
        40,
        {
            "la_child_id": "'p' || i",
            "pre_proceedings_number": "1",
            "family_meeting_offered": "case when draw(i, 41) < 800 then 'true' else 'false' end",
            "family_meeting_held": "case when draw(i, 41) < 500 then 'true' else 'false' end",
        },
    ),
}

# The lists of an inspection: a second telling of the case system, assessment by assessment.
WORKBOOK = {
    "assessments": Part(
        "annex_a",
        200,
        {
            "child_unique_id": "'p' || i",
            "continuous_assessment_start_date": f"{RECENT} - 20",
            **same(
                "child_seen_during_continuous_assessment",
                "case when draw(i, 10) < 150 then 'no' else 'yes' end",
            ),
        },
    ),
    "child_protection_plans": Part(
        "annex_a",
        100,
        {
            "child_unique_id": "'p' || i",
            "date_of_the_last_statutory_visit": "date '2026-08-01'",
            **same(
                "was_the_child_seen_alone",
                "['yes', 'yes', 'no', 'seen', 'seen_with_others'][1 + draw(i, 45) % 5]",
            ),
        },
    ),
    "children_in_need": Part(
        "annex_a",
        200,
        {
            "child_unique_id": "'p' || i",
            **same("primary_need_code", "['N1', 'N2', 'N3', 'N5'][1 + draw(i, 46) % 4]"),
        },
    ),
}
