"""Read the rules that say which answer means which code.

Belongs here: the seeds `ref_answer_*.csv`, and whether one rule holds for one answer.
Does not belong here: any rule itself (the seeds), how the rules of a set decide together
(answers_reading, answers_evidence), plain wording (answers_words) or place names (answers_places).

A set is read in one of four ways:

- `first`: rules in order of priority, the first that matches decides. Misspelt words are repaired,
  and a short form (`NEI`) stands for the words that begin with it if all of them mean one code.
  A word beside the wording that has no use for that code leaves the answer open.
- `agreed`: every rule that matches must give the same code, nothing is repaired or completed, and
  a word that no rule of the set knows leaves the answer open. For answers about a child's voice,
  where a contradiction must not become an answer.
- `evidence`: every wording found speaks for its code, and all must agree (answers_evidence).
- `place`: the answer names an authority.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestration.ingestion.answers_doubts import Doubts
from orchestration.ingestion.answers_words import Wording, plain

NOT_MAPPED = "not_mapped"

_SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
_EVERYWHERE = "*"
# Codes that say that nothing is known.
_NOTHING_KNOWN = frozenset({"unknown", "not_known", "not_stated", "not_recorded", "N0"})
# Priorities of the rows that hold for every set.
_DENIES, _ASKS, _HEDGES, _HARMLESS = "1", "2", "3", "4"
# Words for people of whom an answer may speak in place of the child; words after which it speaks
# of whom it went to or is about; words that tie what goes before to what follows ("missing from
# school"); words for what happened, and for what somebody did, which say nothing about who told.
SOMEBODY_ELSE, AWAY_FROM, FOUND_AT, CIRCUMSTANCES, EVENTS = "5", "6", "7", "8", "9"
# The row of a set that lists what its official descriptions say beside the wordings.
_DETAILS = "1000"
_SHORTEST_STEM = 3
_ESCAPED = re.compile(r"\\[a-z]")
_LITERAL = re.compile(r"[a-z]+")


class MissingAnswerSeedError(FileNotFoundError):
    """A seed that holds the answer rules is not where it belongs."""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """One answer set as a contract names it, and the rules that it shares with others."""

    name: str
    rule_set: str
    reading: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A wording, what must not stand beside it, and the code that it means."""

    priority: int
    wording: re.Pattern[str]
    unless: re.Pattern[str] | None
    code: str
    # The words that the rule is written with, and those of wordings that need not be all there is.
    own: frozenset[str]
    beside: frozenset[str]

    @property
    def open_ended(self) -> bool:
        """Whether the wording takes in words that it does not name."""
        return ".*" in self.wording.pattern

    def matches(self, text: str) -> bool:
        """Whether the answer has the wording and nothing that speaks against it."""
        if self.wording.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None

    def unsaid(self, text: str) -> str:
        """The text without the words that the wording is written with."""
        found = self.wording.search(text)
        if found is None or not self.open_ended:
            return self.wording.sub(" ", text)
        stems = tuple(word for word in self.own if len(word) >= _SHORTEST_STEM)
        chance = (w for w in found.group().split() if w not in self.own and not w.startswith(stems))
        return " ".join((*chance, self.wording.sub(" ", text)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the answer has the wording, if nothing speaks against it."""
        return [one.span() for one in self.wording.finditer(text)] if self.matches(text) else []


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that is known about the answers to one kind of question."""

    wording: Wording
    rules: tuple[Rule, ...]
    # Codes and labels in the form that answers are brought into.
    named: dict[str, str]
    labels: dict[str, str]
    doubts: Doubts
    # Words of the official descriptions that change nothing.
    details: frozenset[str]
    # Every word that the set has a use for.
    known: frozenset[str]

    def understood(self, answer: str) -> str:
        """The answer in the form that the rules are written in."""
        return self.wording.understood(plain(answer))

    def first(self, text: str) -> Rule | None:
        """The first rule that matches, which may still be in doubt."""
        return next((rule for rule in self.rules if rule.matches(text)), None)

    def agreed(self, text: str) -> str:
        """The code on which all rules that match agree."""
        rules = [rule for rule in self.rules if rule.matches(text)]
        codes = {rule.code for rule in rules}
        # These rules weigh denials themselves, so only a doubt is left to look for.
        agree = len(codes) == 1 and any(
            not self.doubts.hedge(one, rule.own)
            for rule in rules
            for one in rule.wording.finditer(text)
        )
        return codes.pop() if agree and not self._goes_on(rules, text) else NOT_MAPPED

    def _goes_on(self, rules: list[Rule], text: str) -> bool:
        """Whether words that no rule of the set knows stand beside what the rules found."""
        for rule in rules:
            text = rule.wording.sub(" ", text)
        return any(
            word not in self.known for word in text.split() if word.isalpha() and len(word) > 1
        )

    def words_beside(self, code: str) -> frozenset[str]:
        """The words that may stand beside a wording of a code and change nothing."""
        labels = (text.split() for text, meant in self.labels.items() if meant == code)
        own = (rule.beside for rule in self.rules if rule.code == code)
        return self.details.union(listed(_HARMLESS), *labels, *own)

    def of(self, code: str, text: str) -> list[Rule]:
        """The rules that match and mean a code."""
        return [rule for rule in self.rules if rule.code == code and rule.matches(text)]

    def stands(self, rule: Rule, text: str) -> bool:
        """Whether the answer says what the rule found without denying or doubting it."""
        return any(
            not self.doubts.deny(one, rule.own)
            # What may be unknown is unknown.
            and (rule.code in _NOTHING_KNOWN or not self.doubts.hedge(one, rule.own))
            for one in rule.wording.finditer(text)
        )


@cache
def shipped_sets() -> dict[str, AnswerSet]:
    """Every answer set by name."""
    return {
        row["answer_set"]: AnswerSet(row["answer_set"], row["rule_set"], row["reading"])
        for row in seed("ref_answer_sets")
    }


def seed(name: str) -> list[dict[str, str]]:
    """The rows of one reference seed."""
    path = _SEEDS / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except FileNotFoundError as error:
        raise MissingAnswerSeedError(
            f"seeds/reference/{path.name} is missing; restore it from the repository"
        ) from error


def read_rules(rule_set: str, *, repair: bool) -> RuleSet:
    """The rules of a set in order of priority, with the words that they use."""
    rows = [row for row in seed("ref_answer_rules") if row["rule_set"] == rule_set]
    rows.sort(key=lambda row: int(row["priority"]))
    details = [row for row in rows if row["priority"] == _DETAILS]
    labels = [row for row in seed("ref_answer_codes") if row["rule_set"] == rule_set]
    known = [f"{row['pattern']} {row['unless']}" for row in rows]
    known += [plain(row["label"]) for row in labels]
    wording = Wording(
        re.findall(r"[a-z]{3,}", " ".join(known)),
        {
            row["phrase"]: row["means"]
            for row in seed("ref_answer_synonyms")
            if row["rule_set"] in (rule_set, _EVERYWHERE)
        },
        repair=repair,
    )
    named, labelled = (
        {wording.understood(plain(row[told])): row["code"] for row in labels}
        for told in ("code", "label")
    )
    worded = _worded_rules(row for row in rows if row not in details)
    spoken = frozenset(word for row in details for word in row["pattern"].split("|"))
    return RuleSet(
        wording,
        (*_official_rules(labels), *worded),
        named | labelled,
        labelled,
        _doubts(),
        spoken,
        spoken.union(
            listed(_HARMLESS),
            *(rule.own for rule in worded),
            *(label.split() for label in labelled),
        ),
    )


@cache
def _doubts() -> Doubts:
    denials, questions, hedges = (
        "|".join(row["pattern"] for row in seed("ref_answer_rules") if _for_all(row, priority))
        for priority in (_DENIES, _ASKS, _HEDGES)
    )
    return Doubts(_compiled(denials), _compiled(questions), _compiled(hedges))


@cache
def listed(priority: str) -> frozenset[str]:
    """The words of a row that holds for every set."""
    return frozenset(
        word
        for row in seed("ref_answer_rules")
        if _for_all(row, priority)
        for word in re.findall(r"[a-z]+", row["pattern"])
    )


def _for_all(row: dict[str, str], priority: str) -> bool:
    return row["rule_set"] == _EVERYWHERE and row["priority"] == priority


def _official_rules(labels: list[dict[str, str]]) -> list[Rule]:
    # At either end: a code in the middle ("aged 18, E5 and E6 do not apply") says nothing.
    return [
        Rule(
            0, _compiled(f"^(?:{codes})|(?:{codes})$"), None, row["code"], frozenset(), frozenset()
        )
        for row in labels
        if (codes := row["official_codes"])
    ]


def _worded_rules(rows: Iterable[dict[str, str]]) -> list[Rule]:
    return [
        Rule(
            int(row["priority"]),
            _compiled(row["pattern"]),
            _compiled(row["unless"]) if row["unless"] else None,
            row["code"],
            _words(row["pattern"]),
            _words("|".join(one for one in _alternatives(row["pattern"]) if not _whole(one))),
        )
        for row in rows
    ]


def _words(pattern: str) -> frozenset[str]:
    return frozenset(_LITERAL.findall(_ESCAPED.sub(" ", pattern)))


def _whole(wording: str) -> bool:
    """Whether a wording is a whole answer, so that nothing stands beside it."""
    return wording.startswith("^") and wording.endswith("$")


def _compiled(pattern: str) -> re.Pattern[str]:
    # A rule is about whole words, and "educational psychologist" goes before "educational".
    longest_first = "|".join(sorted(_alternatives(pattern), key=len, reverse=True))
    return re.compile(rf"(?<![a-z0-9])(?:{longest_first})(?![a-z0-9])")


def _alternatives(pattern: str) -> list[str]:
    """The wordings that a pattern gives beside each other, outside its brackets."""
    found = [""]
    depth = 0
    for letter in pattern:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found
