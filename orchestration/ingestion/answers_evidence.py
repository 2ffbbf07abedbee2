"""Weigh what the words of an answer say, where an answer may name several groups at once.

Belongs here: telling the subject of an answer from its asides, and which wordings count.
Does not belong here: any wording of a code list (the seeds) or how a rule is written
(answers_rules).

Every wording that is found is evidence for its code. A longer wording covers the shorter ones
inside it ("school nurse" is no school), and then all evidence must agree: an answer that speaks
for two codes speaks for none. Rules of a later priority count only where no earlier one was found.
"""

import re
from itertools import groupby

from orchestration.ingestion.answers_doubts import sides
from orchestration.ingestion.answers_rules import (
    AWAY_FROM,
    CIRCUMSTANCES,
    EVENTS,
    FOUND_AT,
    NOT_MAPPED,
    Rule,
    listed,
    read_rules,
)

# "Other department excluding housing (e.g. youth offending) 5B": neither housing nor youth
# offending is the subject, and a code at the very end still is.
_EXCLUDED = re.compile(
    r"(?<=\w) (?:not|none|excluding|exclude|excl|except|exc|apart from|other than)\b"
    r".*?(?= \d[a-z]?$|$)"
)
_EXAMPLES = re.compile(
    r"(?<=\w) (?:eg|ie|for example|such as|including|include|incl|inc)\b.*?(?= \d[a-z]?$|$)"
)
# "Police / health" names two groups, "Police - health" names one and a detail of it.
_DETAIL = re.compile(r"[-\u2013:(\[]")
# Where one wording of an answer ends.
_ENDS = re.compile(r"[-\u2013:(/,;)\[\]\\.>&+]|\b(?:and|or)\b|\d", re.IGNORECASE)
# Whose or what sort of: "Nurse's daughter" is no nurse, "Doctor's surgery" is one group.
_OWNED = re.compile(
    r"(?<!child)(?<!children)(?<=\w)['\u2019]s?\s|\b(?:who|which|that)\b"
    r"|\bof\s(?=(?:mum|mother|dad|father|parent|sibling|brother|sister|carer)s?\b)",
    re.IGNORECASE,
)
_EXAMPLE_GIVEN = re.compile(r"\b(?:e\.?g|i\.?e|such as|inc|for example)\b", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_CAPITALS = re.compile(r"[A-Z]{2,5}")
_SHORT_FORM = re.compile(r"[a-z]{3,5}")


class EvidenceRules:
    """Reads answers by all wordings found in them."""

    def __init__(self, rule_set: str) -> None:
        self._rules = read_rules(rule_set, repair=True)
        self._known = self._rules.wording.vocabulary | self._rules.known
        self._pointing = listed(AWAY_FROM) | listed(FOUND_AT) | listed(CIRCUMSTANCES)
        self._tiers = [
            list(tier) for _, tier in groupby(self._rules.rules, key=lambda rule: rule.priority)
        ]
        # The last tier holds what says little ("other"), too little to stand for a short form.
        self._words = {
            word: codes.pop()
            for word in self._rules.wording.vocabulary
            if len(codes := _weighed(self._tiers[:-1], word)) == 1
        }

    def code_of(self, answer: str) -> str:
        """The code that an answer means, or `not_mapped`."""
        text = self._rules.understood(answer)
        if text in self._rules.named:
            return self._rules.named[text]
        if (
            self._names_two_groups(answer)
            or self._trails_off(answer)
            or self._points_away(text)
            or self._tells_events(text, answer)
            or self._differ(_OWNED.split(_EXAMPLE_GIVEN.split(answer, maxsplit=1)[0]))
        ):
            return NOT_MAPPED
        subject = _EXCLUDED.sub("", text)
        either = _EXAMPLES.sub("", subject).split(" or ")
        if self._differ(either):
            return NOT_MAPPED
        codes: set[str] = set()
        for told in (_EXAMPLES.sub("", subject), subject):
            codes = codes or self._stated(told)
        known = text in self._rules.wording.vocabulary
        if not codes and not known and _SHORT_FORM.fullmatch(text):
            codes = {code for word, code in self._words.items() if word.startswith(text)}
        # What may be unknown is unknown: "Unknown (name not given)".
        if len(codes) != 1 or (codes != {"unknown"} and self._leaves_open(text, answer)):
            return NOT_MAPPED
        return codes.pop()

    def _stated(self, text: str) -> set[str]:
        """The codes that the answer speaks for, `not_mapped` for one that it denies or doubts."""
        return {
            code
            if any(self._rules.stands(one, text) for one in self._rules.of(code, text))
            else NOT_MAPPED
            for code in _weighed(self._tiers, text)
        }

    def _leaves_open(self, text: str, answer: str) -> bool:
        """Whether what is left out is a doubt ("not confirmed") or says no group ("not at home").

        A detail may be in any words: "Other (not listed)".
        """
        if _EXCLUDED.search(text) is None:
            return False
        doubted = any(self._rules.doubts.hedged(one.group()) for one in _EXCLUDED.finditer(text))
        head = _EXCLUDED.search(self._rules.understood(_DETAIL.split(answer, maxsplit=1)[0]))
        return doubted or (head is not None and not self._speaks(head.group()))

    def _points_away(self, text: str) -> bool:
        """Whether what goes before the first wording makes it another's ("passed to police").

        A name may go before ("Kent Police"), and so may how somebody got in touch ("call from").
        """
        if self._pointing.isdisjoint(text.split()):
            return False
        spans = [span for rule in self._rules.rules for span in rule.spans(text)]
        if not spans:
            return False
        before = text[: min(spans)[0]].split()
        outside = _outside(text, spans)
        if listed(AWAY_FROM).intersection(before) or listed(CIRCUMSTANCES).intersection(outside):
            return True
        ties = [at for at, word in enumerate(before) if word in listed(FOUND_AT)]
        return bool(ties) and not self._rules.details.issuperset(before[: ties[0]])

    def _tells_events(self, text: str, answer: str) -> bool:
        """Whether the answer says what went on ("Police incident at home") before any detail."""
        if listed(EVENTS).isdisjoint(text.split()):
            return False
        text = self._rules.understood(_DETAIL.split(answer, maxsplit=1)[0])
        events = listed(EVENTS).intersection(text.split())
        if not events:
            return False
        named = {
            word
            for rule in self._rules.rules
            for first, end in rule.spans(text)
            for word in text[first:end].split()
            if word in rule.own
        }
        return not events <= named

    def _differ(self, parts: list[str]) -> bool:
        """Whether parts that own each other, or stand for each other, speak for several groups."""
        if len(parts) == 1:
            return False
        told = [_weighed(self._tiers[:-1], self._rules.understood(part)) for part in parts]
        return len(set().union(*told)) > 1

    def _trails_off(self, answer: str) -> bool:
        """Whether a wording ends in a word that is neither known nor the short name of a team.

        What goes before a group may be any name ("Kent Police"); what follows makes another thing
        of it ("Police dog", "School run").
        """
        for told in _ENDS.split(answer):
            words = self._rules.understood(told).split()
            if len(words) < 2 or words[-1] in self._known or len(words[-1]) == 1:
                continue
            text = " ".join(words)
            if _CAPITALS.fullmatch(told.split()[-1]) is None and (
                not self._speaks(words[-1])
                and self._speaks(" ".join(words[:-1]))
                and not self._is_named_to_the_end(text)
            ):
                return True
        return False

    def _is_named_to_the_end(self, text: str) -> bool:
        return any(
            end == len(text)
            for rule in self._rules.rules
            if not rule.open_ended
            for _, end in rule.spans(text)
        )

    def _speaks(self, text: str) -> bool:
        return any(rule.matches(text) for rule in self._rules.rules)

    def _names_two_groups(self, answer: str) -> bool:
        if _DETAIL.search(answer):
            return False
        parts = [self._rules.understood(part) for part in sides(answer)]
        named = self._rules.named
        codes = {named.get(part) or named.get(f"{part} service") for part in parts}
        return len(codes - {None} - {rule.code for rule in self._tiers[-1]}) > 1


def _weighed(tiers: list[list[Rule]], text: str) -> set[str]:
    """The codes that the answer speaks for; none if it has no wording of any rule."""
    for tier in tiers:
        found = [(*span, rule.code) for rule in tier for span in rule.spans(text)]
        codes = {one[2] for one in found if not any(_covers(other, one) for other in found)}
        if codes:
            return codes
    return set()


def _outside(text: str, spans: list[tuple[int, int]]) -> set[str]:
    """The words of a text that no span covers."""
    return {
        found.group()
        for found in _WORD.finditer(text)
        if not any(first <= found.start() and found.end() <= end for first, end in spans)
    }


def _covers(other: tuple[int, int, str], one: tuple[int, int, str]) -> bool:
    wider = other[0] <= one[0] and one[1] <= other[1]
    return wider and other[:2] != one[:2]
