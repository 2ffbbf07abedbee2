"""Say which code a typed answer means: the one place where free spellings are understood.

Belongs here: the answer sets by name, and mapping many answers at once.
Does not belong here: how an answer is read (answers_reading, answers_evidence, answers_places and
what they use), which column holds which answers (contracts), or keeping the answer beside its code
(judging).

An answer that no rule understands is `not_mapped`. That is a state of its own: it is reported, and
it is never read as "no" or as a blank.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from orchestration.ingestion.answers_evidence import EvidenceRules
from orchestration.ingestion.answers_places import PlaceNames
from orchestration.ingestion.answers_reading import AgreedRules, FirstRule
from orchestration.ingestion.answers_rules import NOT_MAPPED, shipped_sets

# What a spreadsheet shows where its formula failed: an answer was lost, none was given.
_FAILED_FORMULA = re.compile(r"\s*#(n/a|ref!|value!|name\?|div/0!|null!|num!)\s*", re.IGNORECASE)


class UnknownAnswerSetError(ValueError):
    """A contract or mapping names an answer set that is not shipped."""


class _Reader(Protocol):
    def code_of(self, answer: str) -> str: ...


def answer_sets() -> frozenset[str]:
    """The names of all answer sets that a contract may give in `answers`."""
    return frozenset(shipped_sets())


def map_answers(answer_set: str, texts: Sequence[str]) -> list[str]:
    """The code of each text, in order; `not_mapped` where no rule understands it.

    Args:
        answer_set: name of the set, one of `answer_sets()`.
        texts: distinct answers as delivered, none of them blank.

    Raises:
        UnknownAnswerSetError: there is no such set.
    """
    found = shipped_sets().get(answer_set)
    if found is None:
        raise UnknownAnswerSetError(
            f"{answer_set} is no answer set; use one that seeds/reference/ref_answer_sets.csv"
            " lists, or add it there"
        )
    reader = _reader(found.reading, found.rule_set)
    return [
        NOT_MAPPED if _FAILED_FORMULA.fullmatch(text) else reader.code_of(text) for text in texts
    ]


@cache
def _reader(reading: str, rule_set: str) -> _Reader:
    # Sets that share their rules share the reader.
    if reading == "place":
        return PlaceNames()
    if reading == "evidence":
        return EvidenceRules(rule_set)
    if reading == "agreed":
        return AgreedRules(rule_set)
    return FirstRule(rule_set)
