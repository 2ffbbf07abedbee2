"""Load the rules and word lists of this package.

Belongs here: reading the files once and giving them a shape. Does not belong here: using them.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from orchestration.redaction.tokens import fold

_ANY = "*"
_NHS_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True, slots=True)
class Contexts:
    """Beside which words a word that is also a name is a plain word."""

    next: frozenset[str]
    before: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the rules know of words; all in lower case."""

    titles: frozenset[str]
    surname_titles: frozenset[str]
    name_cues: frozenset[tuple[str, ...]]
    particles: frozenset[str]
    leading_particles: frozenset[str]
    households: frozenset[str]
    grammar: frozenset[str]
    kept: frozenset[str]
    kin: frozenset[str]
    schools: frozenset[str]
    acronyms: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    of_doing: frozenset[str]
    name_words: Mapping[str, Contexts]
    never_after_an: frozenset[str]
    street_words: frozenset[str]
    before_a_verb: frozenset[str]
    verbs: frozenset[str]
    place_words: frozenset[str]
    vocabulary: frozenset[str]


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """One kind of identifier: what it looks like and what stands in its place."""

    rule_id: str
    token: str
    pattern: re.Pattern[str]
    group: int
    holds: Callable[[str], bool]


@cache
def lexicon() -> Lexicon:
    """Return the word lists."""
    words = _yaml("words.yaml")
    sets = words["sets"]
    named = {
        word: sets[entry] if isinstance(entry, str) else entry
        for word, entry in words["name_words"].items()
    }
    return Lexicon(
        titles=frozenset(words["titles"]),
        surname_titles=frozenset(words["surname_titles"]),
        name_cues=frozenset(tuple(cue.split()) for cue in words["name_cues"]),
        particles=frozenset(words["particles"]),
        leading_particles=frozenset(words["leading_particles"]),
        households=frozenset(words["households"]),
        grammar=frozenset(words["grammar"]),
        kept=frozenset(word for group in words["kept"].values() for word in group),
        kin=frozenset(words["kept"]["kin"]),
        schools=frozenset(words["kept"]["school"]) & frozenset(words["place_words"]),
        acronyms=frozenset(words["acronyms"]),
        phrases=frozenset(tuple(phrase.split()) for phrase in words["phrases"]),
        of_doing=frozenset(words["of_doing"]),
        name_words={
            word: Contexts(frozenset(entry["next"]), frozenset(entry["before"]))
            for word, entry in named.items()
        },
        never_after_an=frozenset(words["never_after_an"]),
        street_words=frozenset(words["street_words"]),
        before_a_verb=frozenset(words["before_a_verb"]),
        verbs=frozenset(words["verbs"]),
        place_words=frozenset(words["place_words"]),
        vocabulary=_vocabulary(),
    )


@cache
def identifier_rules() -> tuple[IdentifierRule, ...]:
    """Return the rules that find identifiers, in their order."""
    return tuple(
        IdentifierRule(
            rule_id=rule["id"],
            token=rule["token"],
            pattern=re.compile(rule["pattern"], 0 if rule.get("exact") else re.IGNORECASE),
            group=rule.get("group", 0),
            holds=_CHECKS[rule.get("check", "")],
        )
        for rule in _yaml("identifiers.yaml")["rules"]
    )


@cache
def short_forms() -> Mapping[str, frozenset[str]]:
    """Return for each name every other form of it, both ways: Kate and Katie of Katherine."""
    found: dict[str, set[str]] = {}
    text = _read("nicknames.csv")
    for row in csv.DictReader(text.splitlines()):
        name, others = fold(row["name"]), {fold(other) for other in row["also"].split()}
        found.setdefault(name, set()).update(others)
        for other in others:
            found.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in found.items()}


def matches(words: frozenset[str], word: str) -> bool:
    """Whether a word is one of a context's; `#` stands for a number and `*` for anything."""
    return word in words or _ANY in words or ("#" in words and word[:1].isdigit())


def is_nhs_number(text: str) -> bool:
    """Whether ten digits are an NHS number by its check digit (modulus 11)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if len(digits) != len(_NHS_WEIGHTS) + 1:
        return False
    total = sum(weight * digit for weight, digit in zip(_NHS_WEIGHTS, digits, strict=False))
    return (11 - total % 11) % 11 == digits[-1]


_CHECKS: Mapping[str, Callable[[str], bool]] = {"": lambda _: True, "nhs": is_nhs_number}


def _vocabulary() -> frozenset[str]:
    lines = _read("vocabulary.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _yaml(name: str) -> Any:
    return yaml.safe_load(_read(name))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
