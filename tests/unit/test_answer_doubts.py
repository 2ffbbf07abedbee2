"""What an answer says against itself leaves it open, and nothing else does."""

import pytest

from orchestration.ingestion.answers import map_answers
from orchestration.ingestion.answers_rules import NOT_MAPPED

# A denial, a doubt, a change, somebody else or a second answer: none of these is the answer.
OPEN = [
    ("reason_for_closure", "Not adopted"),
    ("reason_for_closure", "Awaiting adoption"),
    ("reason_for_closure", "SGO not granted"),
    ("reason_ceased_to_be_looked_after", "Adoption breakdown"),
    ("reason_ceased_to_be_looked_after", "Mother died"),
    ("legal_status", "ICO applied for"),
    ("legal_status", "Care order discharged"),
    ("legal_status", "C1/E1"),
    ("placement_type", "R5 - Independent living"),
    ("permanence_plan", "Adoption ruled out"),
    ("permanence_plan", "Adoption or SGO"),
    ("category_of_need", "No abuse"),
    ("category_of_need", "N1/N5"),
    ("category_of_abuse", "Not physical"),
    ("category_of_abuse", "Neglect?"),
    ("ethnicity", "Possibly Asian"),
    ("ethnicity", "Black or Asian"),
    ("ethnicity", "Mother is Indian"),
    ("ethnicity", "English as second language"),
    ("disability", "Suspected autism"),
    ("disability", "Learning to drive"),
    ("uasc", "Accompanied"),
    # What nobody here can read may turn the rest around.
    *(
        ("seen_alone", f"Seen alone {mark}")
        for mark in ("\u274c", "\u2717", "\u2610", "\U0001f44e", ": -", "!?")
    ),
    *(
        ("seen_alone", f"{mark} seen alone")
        for mark in ("\u2260", "[ ]", "()", "\u043d\u0435", "\u4e0d")
    ),
    ("yes_no", "\u2610 Yes"),
    ("child_seen", "\u2610 Seen"),
    ("legal_status", "Full care order \u274c"),
    ("category_of_abuse", "\u2610 Neglect \u2610 Physical"),
    ("review_participation", "PN1 \u274c"),
    # Somebody else, or nobody, spoke for the child.
    ("review_participation", "Child attended and spoke; mother did not speak"),
    ("review_participation", "Attended - mum did not speak"),
    ("review_participation", "Child attended, social worker did not speak"),
    ("review_participation", "Did not attend, did not want views conveyed"),
    ("review_participation", "Did not attend and sent no letter"),
    ("review_participation", "Did not attend, teacher sent letter"),
    ("yes_no", "Yes (in part)"),
    ("yes_no", "Yes until March"),
    ("yes_no", "No, but planned"),
    ("yes_no", "No longer"),
    ("suitability_of_accommodation", "Suitable for now"),
    ("case_status", "Previously CP"),
    ("referral_source", "Police?"),
    ("referral_source", "Not police"),
    ("referral_source", "Policy team"),
    ("review_participation", "PN1?"),
    ("review_participation", "Not PN1"),
    ("seen_alone", "Seen alone?"),
    ("seen_alone", "Seen alone at home with nan"),
    ("seen_alone", "To be seen alone next visit"),
    ("seen_alone", "Could not be seen alone"),
    ("seen_alone", "Not seen alone - too young"),
    ("la_of_placement", "Leicester County"),
    ("la_of_placement", "Not Brent"),
]
# A denial or a doubt that belongs to the wording, or stands too far from it to change it.
CLOSED = [
    ("category_of_need", "N9 - Not CIN", "N9"),
    (
        "reason_for_closure",
        "Closed after assessment, no further action",
        "not_in_need_after_assessment",
    ),
    (
        "reason_ceased_to_be_looked_after",
        "Returned home to parents (not under a residence order)",
        "returned_home",
    ),
    ("category_of_abuse", "Multiple/not recommended", "MUL"),
    ("la_in_touch", "No - not in touch", "not_in_touch"),
    ("disability", "Does not have a disability", "no"),
    ("uasc", "No - not UASC", "no"),
    ("no_further_action", "Yes - NFA", "yes"),
    ("no_further_action", "Not NFA", "no"),
    ("referral_source", "Non-resident relative", "individual"),
    ("referral_source", "Children?s hospital", "health_services"),
    ("seen_alone", "No - child refused to be seen alone", "refused"),
    ("seen_alone", "Yes - see case notes", "yes"),
    ("seen_alone", "Seen at home with mum", "seen_with_others"),
    ("return_interview_accepted", "Not offered", "not_applicable"),
    ("yes_no", "n/k", "unknown"),
    ("yes_no", "Yes - confirmed", "yes"),
    ("la_of_placement", "Herts", "919"),
    ("la_of_placement", "Brent (304)", "304"),
]


@pytest.mark.parametrize(("answer_set", "text"), OPEN)
def test_a_denial_a_doubt_or_a_second_answer_leaves_it_open(answer_set: str, text: str) -> None:
    assert map_answers(answer_set, [text]) == [NOT_MAPPED]


@pytest.mark.parametrize(("answer_set", "text", "code"), CLOSED)
def test_a_denial_that_is_part_of_the_answer_changes_nothing(
    answer_set: str, text: str, code: str
) -> None:
    assert map_answers(answer_set, [text]) == [code]
