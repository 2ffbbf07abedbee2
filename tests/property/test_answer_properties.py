"""What must hold of understanding answers for all spellings, not just for those we have seen."""

import re
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.answers import map_answers
from orchestration.ingestion.answers_rules import NOT_MAPPED, AnswerSet, seed, shipped_sets

CALM = settings(max_examples=300, deadline=None, derandomize=True)

SETS = {found.rule_set: found for found in shipped_sets().values()}
LABELS = [(SETS[row["rule_set"]], row["label"], row["code"]) for row in seed("ref_answer_codes")]
CODES = {name: {code for found, _, code in LABELS if found.rule_set == name} for name in SETS} | {
    "la_of_placement": {row["authority_code"] for row in seed("ref_answer_places")}
}
PLACES = [
    (SETS["la_of_placement"], row["name"], row["authority_code"])
    for row in seed("ref_answer_places")
    if row["kind"] == "authority"
]
LONG_WORD = re.compile(r"[A-Za-z]{8,}")

labels = st.sampled_from(LABELS + PLACES)
gaps = st.sampled_from([" ", "  ", " \t", "\u00a0", " - ", ", ", ": ", " \u2013 ", ";"])
numbering = st.sampled_from(["", " ", "a) ", "c) ", "12) ", "1. ", "3.  "])
ends = st.sampled_from(["", " ", ".", " .", " -", "*", "\u00a0"])


def _cased(data: st.DataObject, text: str) -> str:
    flags = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(
        letter.upper() if up else letter.lower() for letter, up in zip(text, flags, strict=True)
    )


@CALM
@given(labels, numbering, gaps, ends, st.data())
def test_case_numbering_gaps_and_punctuation_change_nothing(
    label: tuple[AnswerSet, str, str], number: str, gap: str, end: str, data: st.DataObject
) -> None:
    found, text, code = label
    typed = number + gap.join(_cased(data, text).split(" ")) + end
    assert map_answers(found.name, [typed]) == [code]


@CALM
@given(st.sampled_from([label for label in LABELS if LONG_WORD.search(label[1])]), st.data())
def test_two_letters_swapped_in_a_long_word_never_give_another_code(
    label: tuple[AnswerSet, str, str], data: st.DataObject
) -> None:
    found, text, code = label
    word = data.draw(st.sampled_from(list(LONG_WORD.finditer(text))))
    at = word.start() + data.draw(st.integers(1, len(word.group()) - 2))
    typed = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    assert map_answers(found.name, [typed])[0] in (code, NOT_MAPPED)


AROUND = st.lists(
    st.sampled_from(
        [
            *("yes", "no", "child", "was", "not", "never", "mother", "carer", "present", "with"),
            *("by", "social", "worker", "at", "home", "and", "refused", "unknown", "sibling"),
        ]
    ),
    max_size=3,
)


@CALM
@given(AROUND, st.sampled_from(["seen alone", "seen", "alone", "yes"]), AROUND)
def test_only_words_that_say_alone_and_nothing_against_it_are_seen_alone(
    before: list[str], core: str, after: list[str]
) -> None:
    words = f"{' '.join(before)} {core} {' '.join(after)}".split()
    if map_answers("seen_alone", [" ".join(words)]) == ["yes"] and words != ["yes"]:
        assert "alone" in words
        assert not {"not", "no", "never", "mother", "sibling", "present", "refused"} & set(words)


YES = [label for label in LABELS if label[2] == "yes"] + [
    (shipped_sets()[name], text, "yes")
    for name, text in [
        *(("yes_no", "Y"), ("yes_no", "Yes - confirmed"), ("disability", "Autism")),
        *(("disability", "Yes - hearing"), ("uasc", "UASC"), ("no_further_action", "NFA")),
        *(("child_seen", "Child seen"), ("child_seen", "Seen at school")),
        *(("seen_alone", "Child seen alone"), ("seen_alone", "Seen alone at school")),
        *(("return_interview_offered", "Offered"), ("return_interview_accepted", "Accepted")),
    ]
]
denials = st.sampled_from(["not", "Not", "NOT", "never", "wasn't", "isn't", "cannot", "not yet"])


@CALM
@given(st.sampled_from(YES), denials, st.sampled_from([" ", " - ", ", ", ": "]))
def test_a_denial_before_a_yes_is_never_yes(
    label: tuple[AnswerSet, str, str], denial: str, gap: str
) -> None:
    found, text, code = label
    assert map_answers(found.name, [text]) == [code]
    assert map_answers(found.name, [denial + gap + text]) != [code]


@CALM
@given(
    st.sampled_from([label for label in LABELS if label[0].reading not in ("agreed", "place")]),
    st.sampled_from(["Not {}", "Never {}", "{}?", "{} (?)", "Possibly {}", "Awaiting {}"]),
)
def test_a_denied_or_doubted_label_never_keeps_its_code(
    label: tuple[AnswerSet, str, str], around: str
) -> None:
    found, text, code = label
    said = map_answers(found.name, [around.format(text)])[0]
    # To doubt that nothing is known changes nothing.
    assert said != code or code in ("unknown", "not_stated", "not_recorded", "not_known", "N0")


people = st.sampled_from(
    ["mother", "mum", "nan", "dad", "carer", "foster carer", "sibling", "brother", "teacher", "SW"]
)


@CALM
@given(
    AROUND,
    st.sampled_from(["seen alone", "Yes", "Child seen alone", "Seen alone at home", "alone"]),
    st.sampled_from(["with", "with his", "with her", "with the"]),
    people,
    AROUND,
)
def test_with_somebody_is_never_seen_alone(
    before: list[str], core: str, joined: str, person: str, after: list[str]
) -> None:
    typed = " ".join([*before, core, joined, person, *after])
    assert map_answers("seen_alone", [typed]) != ["yes"]


@CALM
@given(
    st.permutations(range(8)), st.sampled_from([" ", "/", ", ", " and ", ";"]), st.integers(2, 4)
)
def test_two_participation_codes_are_none(codes: list[int], between: str, count: int) -> None:
    typed = between.join(f"PN{code}" for code in codes[:count])
    assert map_answers("review_participation", [typed]) == [NOT_MAPPED]


SOURCES = [label for label in LABELS if label[0].rule_set == "source" and label[2] != "other"]


@CALM
@given(
    st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.sampled_from([" / ", " or ", " and "])
)
def test_two_groups_named_beside_each_other_are_none(
    one: tuple[AnswerSet, str, str], other: tuple[AnswerSet, str, str], between: str
) -> None:
    expected = one[2] if one[2] == other[2] else NOT_MAPPED
    assert map_answers("referral_source", [one[1] + between + other[1]]) == [expected]


PARTICIPATION = [label for label in LABELS if label[0].rule_set == "review_participation"]


@CALM
@given(st.sampled_from(PARTICIPATION), st.sampled_from(PARTICIPATION), st.booleans())
def test_a_participation_code_beside_words_stands_only_if_they_agree(
    coded: tuple[AnswerSet, str, str], worded: tuple[AnswerSet, str, str], code_first: bool
) -> None:
    code, words = coded[2], worded[1]
    typed = f"{code} - {words}" if code_first else f"{words} ({code})"
    expected = code if code == worded[2] else NOT_MAPPED
    assert map_answers("review_participation", [typed]) == [expected]


@CALM
@given(st.sampled_from(sorted(shipped_sets())), st.text(min_size=1, max_size=40))
def test_any_text_at_all_gives_a_code_of_the_set_or_not_mapped(name: str, text: str) -> None:
    assert map_answers(name, [text])[0] in CODES[shipped_sets()[name].rule_set] | {NOT_MAPPED}


@CALM
@given(st.text(alphabet=string.ascii_letters + " -/&().,'", min_size=1, max_size=30))
def test_understanding_is_the_same_every_time(text: str) -> None:
    for name in ("referral_source", "ethnicity", "seen_alone", "la_of_placement"):
        assert map_answers(name, [text]) == map_answers(name, [text, text])[1:]
