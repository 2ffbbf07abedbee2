"""Spellings that authorities really used: most are understood, and none wrongly.

The rules have seen this list, so it shows that they hold and not that they carry over: see
tests/unit/test_invented_answers.py for that.
"""

import csv
import re
from collections import Counter, defaultdict
from functools import cache

from orchestration.ingestion.answers import map_answers
from orchestration.ingestion.answers_rules import NOT_MAPPED, seed, shipped_sets
from orchestration.ingestion.answers_words import plain
from tests.support.inbox import samples

# The list's own columns, and the answer set that a contract names for each.
SET_OF = {
    "Activity Status": "activity_status",
    "Case Status": "case_status",
    "Child Seen During Continuous Assessment": "child_seen",
    "Child's Category of Need": "category_of_need",
    "Child's Legal Status": "legal_status",
    "Contact Source": "contact_source",
    "Did the child accept a Return Interview after their last missing episode (Y/N)?": (
        "return_interview_accepted"
    ),
    "Disability": "disability",
    "Does the Child have a Disability": "disability",
    "Eligibility Category": "eligibility_category",
    "Ethnicity": "ethnicity",
    "Gender": "gender",
    "Initial Category of Abuse": "initial_category_of_abuse",
    "LA in Touch": "la_in_touch",
    "LA of Placement": "la_of_placement",
    "Latest Category of Abuse": "latest_category_of_abuse",
    "Placement Location": "placement_location",
    "Placement Provider": "placement_provider",
    "Placement Type": "placement_type",
    "Primary Need Code": "primary_need_code",
    "Reason Ceased to be Looked After": "reason_ceased_to_be_looked_after",
    "Reason Why Child No Longer Placed for Adoption": (
        "reason_why_child_no_longer_placed_for_adoption"
    ),
    "Reason for Closure": "reason_for_closure",
    "Reason for leaving adoption process": "reason_for_leaving_adoption_process",
    "Referral NFA?": "no_further_action",
    "Referral Source": "referral_source",
    "Suitability of Accommodation": "suitability_of_accommodation",
    "Type of Accommodation": "type_of_accommodation",
    "Was the Child Seen Alone?": "seen_alone",
    "Was the child offered a Return Interview after their last missing episode (Y/N)?": (
        "return_interview_offered"
    ),
    "What is the permanence plan for this child?": "permanence_plan",
}
NEED = "N1 N2 N3 N4 N5 N6 N7 N8 N9 N0"
ABUSE = "NEG PHY SAB EMO MUL"
SOURCE = (
    "individual schools education_services health_services housing la_services police "
    "other_legal_agency other anonymous unknown"
)
# Codes in the order of the list's own letters: a), b), c) ...
CODES_OF = {
    "case_status": "looked_after child_protection_plan child_in_need_plan open_assessment closed",
    "category_of_need": NEED,
    "primary_need_code": NEED,
    "contact_source": SOURCE,
    "referral_source": SOURCE,
    "eligibility_category": "relevant former_relevant qualifying eligible other",
    "ethnicity": "white mixed asian black other not_stated",
    "gender": "male female not_stated neither",
    "initial_category_of_abuse": ABUSE,
    "latest_category_of_abuse": ABUSE,
    "la_in_touch": "in_touch not_in_touch not_recorded exclude",
    "legal_status": (
        "interim_care_order full_care_order freed_for_adoption placement_order section_20 "
        "detained_for_protection youth_justice"
    ),
    "permanence_plan": (
        "return_to_family adoption sgo_or_cao supported_living long_term_residential "
        "long_term_fostering other"
    ),
    "placement_location": "in out",
    "placement_provider": "own_la private other",
    "placement_type": (
        "foster adoption with_parents independent_living residential_employment "
        "residential_accommodation secure_childrens_home childrens_home residential_care_home "
        "health_setting family_centre young_offender_institution residential_school other temporary"
    ),
    "reason_ceased_to_be_looked_after": (
        "adopted died care_taken_by_other_la returned_home left_to_live_without_responsibility "
        "child_arrangements_order special_guardianship_order independent_living "
        "transferred_to_adult_services sentenced_to_custody remand_ended age_assessed_as_adult "
        "moved_abroad other"
    ),
    "reason_for_closure": (
        "adopted died child_arrangements_order special_guardianship_order transferred_to_other_la "
        "transferred_to_adult_services other not_in_need_after_assessment not_stated"
    ),
    "reason_for_leaving_adoption_process": "withdrew on_hold refused",
    "reason_why_child_no_longer_placed_for_adoption": (
        "needs_changed no_placement_order no_adopters_found other"
    ),
    "suitability_of_accommodation": "suitable not_suitable not_in_touch exclude",
    "type_of_accommodation": (
        "with_family community_home semi_independent supported_lodgings gone_abroad deported "
        "ordinary_lodgings not_known homeless foyer independent_living emergency "
        "bed_and_breakfast custody former_foster_carer other"
    ),
}
# The list asks only whether the child was seen alone; our codes also say why not.
LESS_FINE = {
    ("seen_alone", "not_seen"): "no",
    ("seen_alone", "not_applicable"): "unknown",
    # An unborn child.
    ("child_seen", "not_applicable"): "no",
}
# Where the list gives another group than the department's own codes (the guides to the CIN census
# and to the SSDA903 return name what belongs to each): the code that settles it.
SETTLED_BY = {
    "(CS) Anonymous": "9",
    "(CS) Education - ESBAS": "2B",
    # "Other legal agency, including courts, probation, immigration, CAFCASS or prison".
    "71) Legal Agency - Court: Cafcass": "7",
    "CAFCASS": "7",
    "CAFCASS referral": "7",
    "Other Legal Agency - eg CAFCASS": "7",
    # "LA services: social care, for example adults social care services".
    "HCC Adult Services Dept (not OoH)": "5A",
    "LA Services - HSC": "5A",
    # "Other internal, for example youth offending".
    "Youth Offending Service (YOS)": "5B",
    "Other Internal Services": "5B",
    # "External, for example from another local authority's social care".
    "OLA Social Services": "5C",
    "Internal (Early Help)": "5D",
    "IFSS Family Support": "5D",
    # "Individual: acquaintance (including neighbours and child minders)", "other".
    "1B Individual - Acquaintance (including neighbours and child minders)": "1B",
    "Friend/Neighbour": "1B",
    "Member of the Public": "1D",
    "Public (Other Individual)": "1D",
    "Nursing-School Nurse": "3C",
    "Ambulance Service": "3F",
    "On remand or committed for trial or sentence": "J1",
    "A4 Placed for adoption w. consent not w. current foster carer": "A4",
    # Foster carer through an agency, of lists before 2015.
    "F3 - Placement with other carer (through agency - within boundary)": "F3",
    "E7 - Transferred to residential care funded by adult social care services": "E7",
    "RC6:Transferred to adult social services": "RC6",
    # Two kinds of abuse are "multiple".
    "Neglect, Physical and Emotional": "MUL",
    # Torbay and Devon are two authorities.
    "Torbay (B)": "880",
}
GROUP_OF_CODE = dict.fromkeys(("5A", "5B", "5C", "5D"), "la_services") | {
    "1B": "individual",
    "1D": "individual",
    "2B": "education_services",
    "3C": "health_services",
    "3F": "health_services",
    "7": "other_legal_agency",
    "9": "anonymous",
    "J1": "youth_justice",
    "A4": "adoption",
    "F3": "foster",
    "E7": "transferred_to_adult_services",
    "RC6": "transferred_to_adult_services",
    "MUL": "MUL",
    "880": "880",
}
TRUE_FALSE = {"True": "yes", "False": "no", "Unknown": "unknown"}
# Names of places are compared with each other; these few say that the code is the right one.
KNOWN_PLACES = {
    *(("Essex County Council", "881"), ("E08000035", "383"), ("Hastings", "845"), ("203", "203")),
    *(("Glasgow Local Authority", "SCO"), ("Cardiff", "WAL"), ("Watford District (B)", "919")),
}


def _set_of(column: str) -> str:
    if column.startswith("Unaccompanied Asylum"):
        return "uasc"
    return SET_OF.get(column, "yes_no")


def _group(answer_set: str, canonical: str) -> str:
    """The code of the group that the list gives."""
    if canonical == "zzCodeError":
        return NOT_MAPPED
    if answer_set == "la_of_placement":
        code = map_answers(answer_set, [canonical])[0]
        assert code != NOT_MAPPED, canonical
        return code
    if canonical in TRUE_FALSE:
        return TRUE_FALSE[canonical]
    if answer_set == "ethnicity" and canonical == "c) Unknown":
        return "not_stated"
    if answer_set == "legal_status" and canonical[:3] in ("J1:", "J2:"):
        return "youth_justice"
    if answer_set == "activity_status":
        return canonical[:2]
    return CODES_OF[answer_set].split()[ord(canonical[0]) - ord("a")]


@cache
def _spellings() -> list[tuple[str, str, str]]:
    """Answer set, spelling and the code of its group."""
    path = samples("annex_a_value_variants") / "variants.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            (
                answer_set := _set_of(row["column"]),
                row["as_seen_in_extracts"],
                _group(answer_set, row["canonical_value"]),
            )
            for row in csv.DictReader(stream)
        ]


@cache
def _outcome(answer_set: str, text: str, group: str) -> str:
    code = map_answers(answer_set, [text])[0]
    if LESS_FINE.get((answer_set, code), code) == group:
        return "right"
    return code if code == NOT_MAPPED else "wrong"


def test_97_in_100_real_spellings_are_understood() -> None:
    spellings = _spellings()
    found = Counter(_outcome(*spelling) for spelling in spellings)
    assert len(spellings) > 5_000
    assert found["right"] >= 0.97 * len(spellings), found


def test_no_real_spelling_is_taken_for_another_group() -> None:
    """Whatever is not right by the list is right by the department, or is not mapped."""
    spellings = _spellings()
    given: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for answer_set, text, group in spellings:
        given[shipped_sets()[answer_set].rule_set, plain(text)].add(group)
    for answer_set, text, group in spellings:
        if _outcome(answer_set, text, group) != "wrong":
            continue
        (ours,) = map_answers(answer_set, [text])
        if text in SETTLED_BY:
            assert ours == GROUP_OF_CODE[SETTLED_BY[text]], text
        else:
            # The list puts CEOP and councillors into two groups each: one of them is right.
            groups = given[shipped_sets()[answer_set].rule_set, plain(text)]
            assert len(groups) > 1 and ours in groups, text


def test_no_real_spelling_is_wrongly_seen_alone() -> None:
    texts = [text for answer_set, text, _ in _spellings() if answer_set == "seen_alone"]
    taken = {text for text in texts if map_answers("seen_alone", [text]) == ["yes"]}
    said = {
        text
        for text in texts
        if plain(text) in ("yes", "y", "true", "1", "child seen alone", "seen alone")
    }
    assert texts
    assert taken == said


def test_places_are_the_right_ones() -> None:
    told = [place for place, _ in KNOWN_PLACES]
    assert set(zip(told, map_answers("la_of_placement", told), strict=True)) == KNOWN_PLACES


def test_the_rules_are_no_copy_of_the_list() -> None:
    spellings = _spellings()
    texts = {plain(text) for answer_set, text, _ in spellings if answer_set != "la_of_placement"}
    rules = seed("ref_answer_rules")
    assert len(rules) < len(spellings) / 15
    listed = {shipped_sets()[answer_set].rule_set for answer_set, *_ in spellings}
    # Words of denial, of doubt and of descriptions are plain English, and no spelling of any list.
    wordings = {
        wording.strip("^$ ()")
        for row in rules
        for wording in re.split(r"\|", row["pattern"])
        if row["rule_set"] in listed and row["priority"] != "1000"
    } - {plain(row["label"]) for row in seed("ref_answer_codes")}
    assert len(wordings & texts) < 0.1 * len(texts)
    # One word is a word; several in a row, found whole in the list, could be a copied line.
    copied = {text for text in texts if " " in text and text in wordings}
    assert len(copied) < 0.03 * len(texts)
