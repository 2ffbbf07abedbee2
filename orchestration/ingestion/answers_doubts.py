"""Notice what an answer says against itself: a denial, a doubt, or a second answer beside it.

Belongs here: whether a denial or a doubt bears on what a rule found, and the parts of an answer.
Does not belong here: the words of denial and doubt (`ref_answer_rules`, rule set `*`), or what an
answer means (answers_rules, answers_evidence).

"Not adopted", "ICO applied for" and "Autism?" hold the words of a rule and do not mean its code.
What a rule says itself is no doubt: "Not in touch" is an answer of its own.
"""

import re
from dataclasses import dataclass

# A remark further behind is a detail: "Returned home (part of the plan, not under an order)".
_WORDS_BETWEEN = 1
_CODE = re.compile(r"[a-z]{0,3} ?\d\w*")
_WORD = re.compile(r"[a-z]+")
# What stands in brackets, or is given as an exception or an example, is no answer of its own.
_ASIDE = re.compile(
    r"(?<=\w)[\s,]*(?:\([^)]*\)?|\b(?:except|excl|unless|e\.?g|i\.?e|such as|inc|for example).*)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"[/\\;,&+]|\s(?:and|or)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Doubts:
    """The words that deny an answer and the words that leave it open."""

    denials: re.Pattern[str]
    # These leave the whole answer open, those only what they stand beside.
    questions: re.Pattern[str]
    hedges: re.Pattern[str]

    def hedged(self, text: str) -> bool:
        """Whether a text that is no answer of its own holds a doubt."""
        return any(told.search(text) is not None for told in (self.questions, self.hedges))

    def deny(self, found: re.Match[str], own: frozenset[str]) -> bool:
        """Whether a denial stands before or in what a rule found, and the rule does not say it."""
        return any(
            word.start() < found.end()
            # What stands far from an official code is its wording: "... not under an order (E4A)".
            and not (is_code(found) and _between(word, found))
            for word in self.denials.finditer(found.string)
            if not _said(word, found, own)
        )

    def hedge(self, found: re.Match[str], own: frozenset[str]) -> bool:
        """Whether a doubt bears on what a rule found, and the rule does not say it."""
        if any(not _said(word, found, own) for word in self.questions.finditer(found.string)):
            return True
        return any(
            len(_between(word, found)) <= _WORDS_BETWEEN
            or (word.start() < found.start() and not is_code(found))
            for word in self.hedges.finditer(found.string)
            if not _said(word, found, own)
        )


def is_code(found: re.Match[str]) -> bool:
    """Whether a rule found an official code and no words."""
    return _CODE.fullmatch(found.group()) is not None


def sides(answer: str) -> list[str]:
    """The parts of an answer that stand beside each other ("Police / health"), if it has some."""
    parts = [part for part in _BESIDE.split(_ASIDE.sub(" ", answer)) if part.strip()]
    return parts if len(parts) > 1 else []


def _between(word: re.Match[str], found: re.Match[str]) -> list[str]:
    text = found.string
    return (text[word.end() : found.start()] or text[found.end() : word.start()]).split()


def _said(word: re.Match[str], found: re.Match[str], own: frozenset[str]) -> bool:
    inside = found.start() <= word.start() and word.end() <= found.end()
    return inside and own.issuperset(_WORD.findall(word.group()))
