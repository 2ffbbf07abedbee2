"""What people typed is understood by a few rules, and what nobody can know stays not mapped."""

import re

import pytest

from orchestration.ingestion.answers import UnknownAnswerSetError, answer_sets, map_answers
from orchestration.ingestion.answers_rules import NOT_MAPPED, seed, shipped_sets
from orchestration.ingestion.answers_words import plain

SEEN_ALONE = {
    "yes": [
        *("Yes", "y", "TRUE", "1", "a) Yes", "1 - Yes", "Yes-See care notes", "Child seen alone"),
        *("Seen  ALONE", "Yes - seen alone", "Seen alone at school", "Spoken to in private"),
    ],
    "no": [
        *("No", "N", "0", "Not seen alone", "Child not seen alone", "Was not spoken to alone"),
        *("Yes - not alone", "Never seen alone", "Seen alone - no", "Child seen alone: N"),
    ],
    "seen": ["Child seen", "Seen", "Yes, child seen", "Yes - seen", "Seen at home"],
    "seen_with_others": ["yes, seen with mother", "Seen with sibling", "Child seen, carer present"],
    "not_seen": ["Child not seen", "Not seen", "No - child not seen"],
    "refused": ["Child refused", "No - child declined"],
    "not_appropriate": ["Not appropriate"],
    "not_applicable": ["N/A", "Unborn", "N/A Visit Did Not Take Place", "No Visit - new in month"],
    "unknown": ["Not recorded", "c) Unknown", "Not Known", "Seen, alone not recorded"],
    NOT_MAPPED: [
        *("Seen along", "Seen alone and with mother", "Sibling seen alone", "Mother seen alone"),
        *("Partly seen alone", "Not always seen alone", "No one seen alone"),
        *("Yes/No", "#N/A", "?", "Parent refused"),
        *("Seen - no access to bedroom", "Refused access", "Visit declined"),
        "Refused by placement",
    ],
}
PARTICIPATION = {
    "PN0": ["PN0", "Child aged under 4 at the time of the review", "Under four"],
    "PN1": [
        *("PN1", "PN 1", "pn1 - attended", "PN-1", "PN1 - Attended and spoke", "PN1/PN1"),
        "Child physically attends and speaks for him or herself",
        "Child physically attends and speaks for him/herself",
        *("Attended, spoke for self", "Young person attended and spoke for themselves."),
        "PN1 - child attend and speaks for themselves",
    ],
    "PN2": [
        "Child physically attends and an advocate (or the IRO) speaks on his or her behalf",
        "child attends and an advocate speaks for them",
        "Attended, advocate spoke",
    ],
    "PN3": [
        "Child attends and conveys his or her view symbolically (non-verbally)",
        "Attended, non-verbal",
        "PN3 - child attends and conveys their views non-verbally",
    ],
    "PN4": [
        (
            "Child physically attends but does not speak, does not convey a view symbolically "
            "and does not ask an advocate to speak"
        ),
        "PN4 - child attends; does not speak for themselves/convey their views",
        "Attended, no contribution",
    ],
    "PN5": [
        (
            "Child does not attend physically but briefs an advocate (or the IRO) to speak for "
            "him or her"
        ),
        "child does not attend but asks an advocate to speak for them",
        "Absent, briefed an advocate",
    ],
    "PN6": [
        (
            "Child does not attend but conveys his or her feelings to the review by a facilitative "
            "medium (text, writing, phone, audio/video, viewpoint tool)"
        ),
        "PN6 - child does not attend but conveys their feelings to the conference",
        "Did not attend, sent a letter",
    ],
    "PN7": [
        "Child does not attend nor are his or her views conveyed to the review",
        "PN7 - child does not attend nor convey their view to the conference",
        "Absent, views not conveyed",
    ],
    NOT_MAPPED: [
        *("PN8", "XX", "PN10", "PN1 PN3", "PN1, PN2", "Attended", "Did not attend", "Yes"),
        "PN1 - did not attend, views not conveyed",
        *("PN5 - attended with advocate", "PN2 - no advocate", "PN7 - views via Mind of My Own"),
        *("Did not attend - invited by letter", "Did not attend, waiting for advocate"),
        *("Too young to attend aged 9", "Attended - mother used sign language"),
        "PN7 - attended and spoke for self",
        "PN8 - attended and spoke for self",
        "Attended and spoke to IRO",
        "Spoke to IRO before the review",
    ],
}
# From memory of the public lists, not from the rules.
OTHERS = [
    ("gender", "a) Male", "male"),
    ("gender", "2", "female"),
    ("gender", "Not stated/recorded (or unborn)", "not_stated"),
    ("ethnicity", "WBRI - White\u00a0British", "white"),
    ("ethnicity", "Mixed: White & Black Carribean", "mixed"),
    ("ethnicity", "Any Other Asian Background", "asian"),
    ("ethnicity", "Chinese", "other"),
    ("primary_need_code", "N1 - Abuse or neglect", "N1"),
    ("primary_need_code", "Family disfunction", "N5"),
    ("category_of_need", "Cases other than Children in Need", "N9"),
    ("referral_source", "1C: Individual - Self", "individual"),
    ("contact_source", "School Nurse", "health_services"),
    ("contact_source", "Primary Scool", NOT_MAPPED),
    ("contact_source", "NEI", "individual"),
    # A longer wording covers the shorter ones in it.
    ("contact_source", "Family nurse", "health_services"),
    ("contact_source", "Sure Start Children's Centre", "la_services"),
    # The group's own name comes first, and details follow.
    ("contact_source", "Police - Court / Probation", "police"),
    ("contact_source", "Education: primary school", "schools"),
    # What is excluded, or given as an example, is not the subject.
    ("referral_source", "Hospital staff (not social work staff)", "health_services"),
    ("referral_source", "Other (including children's centres, charities)", "other"),
    ("referral_source", "LA services - other department, excluding housing", "la_services"),
    ("referral_source", "Acquaintance (including neighbours and child minders) 1B", "individual"),
    # Two groups are none, and so are a number and words that disagree.
    ("referral_source", "GP or school", NOT_MAPPED),
    ("referral_source", "School nurse and school", NOT_MAPPED),
    ("referral_source", "Police / Health", NOT_MAPPED),
    ("referral_source", "Police - Health", "police"),
    ("referral_source", "10 - Mother", NOT_MAPPED),
    ("referral_source", "6 - Police", "police"),
    # A word that says little counts only where no other speaks.
    ("referral_source", "Other professional", "other"),
    ("referral_source", "Other relative", "individual"),
    ("referral_source", "OTHE", NOT_MAPPED),
    ("placement_type", "Relative's home (U1)", "foster"),
    ("reason_ceased_to_be_looked_after", "Ended; E5 and E6 do not apply at all", NOT_MAPPED),
    ("initial_category_of_abuse", "Neglect; Emotional abuse", "MUL"),
    ("latest_category_of_abuse", "NYNN", "PHY"),
    ("legal_status", "V2 - Single period of accomodation under section 20", "section_20"),
    ("legal_status", "V4 - Agreed series of short-term breaks", NOT_MAPPED),
    ("la_of_placement", "London Borough of Brent", "304"),
    ("la_of_placement", "E08000025", "330"),
    ("la_of_placement", "Bristol, City of", "801"),
    ("la_of_placement", "SIR YNYS MON - ISLE OF ANGLESEY", "WAL"),
    ("la_of_placement", "Kingston", NOT_MAPPED),
    ("return_interview_offered", "Offered and declined", "yes"),
    ("return_interview_offered", "Not offered", "no"),
    ("return_interview_offered", "Not offered within 72 hours", NOT_MAPPED),
    ("return_interview_accepted", "LA declined", NOT_MAPPED),
    ("yes_no", "No visit recorded", NOT_MAPPED),
    ("yes_no", "No - see case note", "no"),
    ("return_interview_accepted", "Offered and declined", "no"),
    ("yes_no", "Not recorded", "unknown"),
    ("yes_no", "#REF!", NOT_MAPPED),
    ("yes_no", "N/A", NOT_MAPPED),
    ("disability", "N/A", NOT_MAPPED),
    ("return_interview_accepted", "N/A", "not_applicable"),
    ("child_seen", "Not seen alone", NOT_MAPPED),
]


@pytest.mark.parametrize("code", SEEN_ALONE)
def test_seen_is_never_taken_for_seen_alone_and_not_recorded_never_for_no(code: str) -> None:
    texts = SEEN_ALONE[code]
    assert dict(zip(texts, map_answers("seen_alone", texts), strict=True)) == dict.fromkeys(
        texts, code
    )


@pytest.mark.parametrize("code", PARTICIPATION)
def test_participation_is_understood_from_codes_and_words_and_never_guessed(code: str) -> None:
    texts = PARTICIPATION[code]
    found = map_answers("review_participation", texts)
    assert dict(zip(texts, found, strict=True)) == dict.fromkeys(texts, code)


@pytest.mark.parametrize(("answer_set", "text", "code"), OTHERS)
def test_an_answer_is_understood(answer_set: str, text: str, code: str) -> None:
    assert map_answers(answer_set, [text]) == [code]


@pytest.mark.parametrize("text", ["N/A", "NA", "Y/N", "Yes / No", "-", "?", "TBC", "See notes"])
def test_a_text_that_answers_nothing_is_never_yes_no_or_a_group(text: str) -> None:
    said = {map_answers(name, [text])[0] for name in answer_sets()}
    assert said <= {NOT_MAPPED, "not_applicable"}


def test_codes_come_in_the_order_of_the_texts() -> None:
    assert map_answers("yes_no", ["No", "?", "Yes"]) == ["no", NOT_MAPPED, "yes"]
    assert map_answers("yes_no", []) == []


def test_a_set_that_is_not_shipped_is_refused_by_name() -> None:
    with pytest.raises(UnknownAnswerSetError, match="no_such_set"):
        map_answers("no_such_set", ["Yes"])


def test_every_set_understands_its_own_codes_and_labels() -> None:
    rows = seed("ref_answer_codes")
    assert {row["rule_set"] for row in rows} | {"la_of_placement"} == {
        found.rule_set for found in shipped_sets().values()
    }
    for found in shipped_sets().values():
        own = [row for row in rows if row["rule_set"] == found.rule_set]
        codes = [row["code"] for row in own]
        assert map_answers(found.name, codes) == codes, found.name
        assert map_answers(found.name, [row["label"] for row in own]) == codes, found.name


def test_every_place_understands_its_own_name_and_code() -> None:
    for row in seed("ref_answer_places"):
        told = [row["authority_code"], *row["other_codes"].split(), row["name"]]
        # A district may bear the name of an authority; then the authority is meant.
        told = told[:-1] if row["kind"] == "part" else told
        assert set(map_answers("la_of_placement", told)) == {row["authority_code"]}, row["name"]


def test_every_rule_can_match_and_leads_to_a_code_of_its_set() -> None:
    codes = {(row["rule_set"], row["code"]) for row in seed("ref_answer_codes")}
    for row in seed("ref_answer_rules"):
        assert row["code"] == NOT_MAPPED or (row["rule_set"], row["code"]) in codes, row
        if row["rule_set"] == "*":
            # Words that hold for every set, met before or after synonyms are put for them.
            continue
        # A word that is not in plain form never meets an answer, so its rule would be dead.
        words = re.findall(
            r"(?<![\\a-z])[a-z]{4,}(?![a-z\\*?])", f"{row['pattern']} {row['unless']}"
        )
        assert [word for word in words if plain(word) != word] == [], row
    for row in seed("ref_answer_synonyms"):
        assert plain(row["phrase"]) == row["phrase"], row


def test_contracts_may_name_the_sets_that_the_seed_lists() -> None:
    assert {row["answer_set"] for row in seed("ref_answer_sets")} == answer_sets()
    assert answer_sets() >= {"seen_alone", "child_seen", "review_participation", "yes_no"}
