"""Decide what one answer means where the rules of its set are asked one after the other.

Belongs here: how the rules of a set decide together on one answer.
Does not belong here: what a rule is and where it comes from (answers_rules), what counts as a
doubt (answers_doubts), or sets whose answers may name several groups (answers_evidence).
"""

import re

from orchestration.ingestion.answers_doubts import is_code, sides
from orchestration.ingestion.answers_rules import (
    NOT_MAPPED,
    SOMEBODY_ELSE,
    Rule,
    listed,
    read_rules,
)

_CHANGED = re.compile(
    r"[()\u2192]|[-=]+>|\b(?:to|then|was|now|ex|previously|formerly|changed)\b", re.IGNORECASE
)
_SAYS_LITTLE = "other"
# What parts the name of a group from its details.
_DETAILS = re.compile(r"\s[-\u2013]\s?|[:(]")
_EITHER = re.compile(r"(?<=\w\w)\s*[/\\]\s*(?=\w\w)|\sor\s", re.IGNORECASE)
_JOINS = frozenset({"and", "or", "not", "to", "then", "now", "was", "code"})
_OR = re.compile(r"\sor\s", re.IGNORECASE)
_FEW = 2
_LONG = 12
_LOCAL_CODE = re.compile(r"\W*([A-Z0-9.]{2,8})\s*[-\u2013:)]\s*\w")
_SHORT_FORM = re.compile(r"[a-z]{3,5}")


class FirstRule:
    """Reads answers by the first rule that matches, if the answer says nothing beside it."""

    def __init__(self, rule_set: str) -> None:
        self._rules = read_rules(rule_set, repair=True)
        self._beside = {
            code: self._rules.words_beside(code)
            for code in {rule.code for rule in self._rules.rules}
        }
        self._own = {
            code: frozenset().union(*(rule.own for rule in self._rules.rules if rule.code == code))
            | {
                word
                for label, meant in self._rules.labels.items()
                if meant == code
                for word in label.split()
            }
            for code in self._beside
        }
        self._words = {
            word: rule.code
            for word in self._rules.wording.vocabulary
            if (rule := self._rules.first(word)) is not None
        }

    def code_of(self, answer: str) -> str:
        """The code that an answer means, or `not_mapped`."""
        text = self._rules.understood(answer)
        if text in self._rules.named:
            return self._rules.named[text]
        rule = self._rules.first(text)
        if rule is None:
            return self._completed(text)
        doubted = (
            not self._rules.stands(rule, text)
            or self._goes_on(rule, text, answer)
            or self._contradicted(answer, text, rule)
            or self._one_of_two(answer, rule.code)
        )
        return NOT_MAPPED if doubted else rule.code

    def _goes_on(self, rule: Rule, text: str, answer: str) -> bool:
        """Whether a word stands beside the wording of the rule that may change what it says.

        After the name of a group, details may follow in any words ("Lodgings - no formal support"),
        unless they speak of somebody else. A local code may go before ("WHB - White British").
        """
        found = rule.wording.search(text)
        if found is None or is_code(found):
            return False
        # What a rule leaves to chance ("mixed ...") is evidence of nothing.
        left = set(rule.unsaid(text).split()) - self._beside[rule.code]
        if self._headed(rule, answer):
            left &= listed(SOMEBODY_ELSE)
        elif begun := _LOCAL_CODE.match(answer):
            left -= set(self._rules.understood(begun.group(1)).split()) - listed(SOMEBODY_ELSE)
        unknown = [
            word
            for word in left
            if word.isalpha() and len(word) > 1 and not self._means(word, rule.code)
        ]
        # A long text nearly all of whose words are official is an official description.
        words = len(text.split())
        return bool(unknown) and not (words >= _LONG and len(unknown) * 4 <= words)

    def _one_of_two(self, answer: str, code: str) -> bool:
        """Whether a short answer is "this or that", and that is a word of another group."""
        told = _OR.split(answer)
        if len(told) == 1:
            return False
        parts = [self._rules.understood(part).split() for part in told]
        if any(len(part) > _FEW for part in parts):
            return False
        others = frozenset().union(*(own for each, own in self._own.items() if each != code))
        return any(others.intersection(part) - self._own[code] for part in parts)

    def _headed(self, rule: Rule, answer: str) -> bool:
        head, *details = _DETAILS.split(answer, maxsplit=1)
        understood = self._rules.understood(head)
        named = self._rules.labels.get(understood) == rule.code
        return bool(details) and (named or rule.wording.fullmatch(understood) is not None)

    def _means(self, word: str, code: str) -> bool:
        said = self._rules.first(word)
        return said is not None and said.code == code

    def _completed(self, text: str) -> str:
        if _SHORT_FORM.fullmatch(text) is None or text in self._rules.wording.vocabulary:
            return NOT_MAPPED
        codes = {code for word, code in self._words.items() if word.startswith(text)}
        return codes.pop() if len(codes) == 1 else NOT_MAPPED

    def _contradicted(self, answer: str, text: str, rule: Rule) -> bool:
        """Whether the answer names another group beside the one that the rule found."""
        found = rule.wording.search(text)
        parts = [self._rules.understood(part) for part in sides(answer)]
        if found is None:
            return False
        if is_code(found):
            if self._labelled_otherwise(found, rule.code) or self._other_code(text, rule.code):
                return True
            changed = [self._rules.understood(part) for part in _CHANGED.split(answer)]
            parts = parts or [part for part in changed if part]
            # "N1/N5" is two, as is "N1 (was N5)"; in "E15, where E5 and E6 do not apply" the first
            # is meant.
            named = [self._rules.first(part) for part in parts if self._is_code(part)]
            return len(named) == len(parts) and {one.code for one in named if one} > {rule.code}
        # A wording that reaches over both parts has weighed them already.
        if not any(found.group() in part for part in parts):
            return False
        parts = [part for part in parts if not self._is_code(part, begun=True)]
        return any(self._says_otherwise(part, rule.code) for part in parts if part != _SAYS_LITTLE)

    def _other_code(self, text: str, meant: str) -> bool:
        """Whether a short answer is all codes, and another group's is among them."""
        codes = [word for word in text.split() if word not in _JOINS]
        named = [self._rules.first(word) for word in codes if self._is_code(word)]
        return len(named) == len(codes) and {one.code for one in named if one} > {meant}

    def _says_otherwise(self, part: str, meant: str) -> bool:
        rule = self._rules.first(part)
        if rule is None or rule.code in (meant, NOT_MAPPED, _SAYS_LITTLE):
            return False
        return self._rules.stands(rule, part)

    def _is_code(self, part: str, *, begun: bool = False) -> bool:
        rule = self._rules.first(part)
        found = None if rule is None else rule.wording.search(part)
        return found is not None and is_code(found) and (begun or found.group() == part)

    def _labelled_otherwise(self, code: re.Match[str], meant: str) -> bool:
        rest = (code.string[: code.start()] + code.string[code.end() :]).strip()
        labels = [
            label
            for label in self._rules.labels
            if rest == label or (" " in label and rest.startswith(f"{label} "))
        ]
        return bool(labels) and self._rules.labels[max(labels, key=len)] != meant


class AgreedRules:
    """Reads answers by all rules that match, which must agree."""

    def __init__(self, rule_set: str) -> None:
        self._rules = read_rules(rule_set, repair=False)

    def code_of(self, answer: str) -> str:
        """The code that an answer means, or `not_mapped`."""
        text = self._rules.understood(answer)
        if text in self._rules.named:
            return self._rules.named[text]
        # "Seen / not seen" is neither.
        parts = {self._rules.agreed(self._rules.understood(part)) for part in _EITHER.split(answer)}
        return NOT_MAPPED if len(parts - {NOT_MAPPED}) > 1 else self._rules.agreed(text)
