"""Decide what one answer means where the rules of its set are asked one after the other.

Belongs here: how the rules of a set decide together on one answer.
Does not belong here: what a rule is and where it comes from (answers_rules), what counts as a
doubt (answers_doubts), or sets whose answers may name several groups (answers_evidence).
"""

import re

from orchestration.ingestion.answers_doubts import is_code, sides
from orchestration.ingestion.answers_rules import NOT_MAPPED, Rule, read_rules

_SAYS_LITTLE = "other"
_SHORT_FORM = re.compile(r"[a-z]{3,5}")


class FirstRule:
    """Reads answers by the first rule that matches.

    Args:
        rule_set: name of the rules.
        strict: an answer with a word that neither rules nor labels know is not mapped.
    """

    def __init__(self, rule_set: str, *, strict: bool = False) -> None:
        self._rules = read_rules(rule_set, repair=True)
        self._known = self._rules.words() if strict else None
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
            or self._goes_on(rule, text)
            or self._contradicted(answer, text, rule)
        )
        return NOT_MAPPED if doubted else rule.code

    def _goes_on(self, rule: Rule, text: str) -> bool:
        """Whether a strict set has a word beside the wording of the rule that nothing knows."""
        found = rule.wording.search(text)
        if self._known is None or found is None or is_code(found):
            return False
        left = rule.wording.sub(" ", text).split()
        return any(word.isalpha() and len(word) > 1 for word in left if word not in self._known)

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
            if self._labelled_otherwise(found, rule.code):
                return True
            # "N1/N5" is two; in "E15, where E5 and E6 do not apply" the first is meant.
            if not all(self._is_code(part) for part in parts):
                return False
        # A wording that reaches over both parts has weighed them already.
        elif not any(found.group() in part for part in parts):
            return False
        else:
            parts = [part for part in parts if not self._is_code(part, begun=True)]
        return any(self._says_otherwise(part, rule.code) for part in parts if part != _SAYS_LITTLE)

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
        return self._rules.named.get(text) or self._rules.agreed(text)
