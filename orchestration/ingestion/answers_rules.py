"""Read the rules that say which answer means which code, and apply them to one answer.

Belongs here: the seeds `ref_answer_*.csv` and how their rules are applied.
Does not belong here: any rule itself (the seeds), plain wording (answers_words) or place names
(answers_places).

A set is read in one of four ways:

- `first`: rules in order of priority, the first that matches decides. Misspelt words are repaired,
  and a short form (`NEI`) stands for the words that begin with it if all of them mean one code.
- `agreed`: every rule that matches must give the same code, and nothing is repaired or completed.
  For answers about a child's voice, where a contradiction must not become an answer.
- `evidence`: every wording found speaks for its code, and all must agree (answers_evidence).
- `place`: the answer names an authority.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestration.ingestion.answers_words import Wording, plain

NOT_MAPPED = "not_mapped"

_SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
_EVERYWHERE = "*"
_SHORT_FORM = re.compile(r"[a-z]{3,5}")


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

    def matches(self, text: str) -> bool:
        """Whether the answer has the wording and nothing that speaks against it."""
        if self.wording.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None

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

    def understood(self, answer: str) -> str:
        """The answer in the form that the rules are written in."""
        return self.wording.understood(plain(answer))

    def first(self, text: str) -> str:
        """The code of the first rule that matches."""
        return next((rule.code for rule in self.rules if rule.matches(text)), NOT_MAPPED)

    def agreed(self, text: str) -> str:
        """The code on which all rules that match agree."""
        codes = {rule.code for rule in self.rules if rule.matches(text)}
        return codes.pop() if len(codes) == 1 else NOT_MAPPED


class FirstRule:
    """Reads answers by the first rule that matches."""

    def __init__(self, rule_set: str) -> None:
        self._rules = read_rules(rule_set, repair=True)
        self._words = {
            word: code
            for word in self._rules.wording.vocabulary
            if (code := self._rules.first(word)) != NOT_MAPPED
        }

    def code_of(self, answer: str) -> str:
        """The code that an answer means, or `not_mapped`."""
        text = self._rules.understood(answer)
        code = self._rules.named.get(text) or self._rules.first(text)
        if code == NOT_MAPPED and _SHORT_FORM.fullmatch(text):
            codes = {code for word, code in self._words.items() if word.startswith(text)}
            return codes.pop() if len(codes) == 1 else NOT_MAPPED
        return code


class AgreedRules:
    """Reads answers by all rules that match, which must agree."""

    def __init__(self, rule_set: str) -> None:
        self._rules = read_rules(rule_set, repair=False)

    def code_of(self, answer: str) -> str:
        """The code that an answer means, or `not_mapped`."""
        text = self._rules.understood(answer)
        return self._rules.named.get(text) or self._rules.agreed(text)


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
    return RuleSet(
        wording,
        (*_official_rules(labels), *_worded_rules(rows)),
        {
            wording.understood(plain(row[told])): row["code"]
            for row in labels
            for told in ("code", "label")
        },
    )


def _official_rules(labels: list[dict[str, str]]) -> list[Rule]:
    # At either end: a code in the middle ("aged 18, E5 and E6 do not apply") says nothing.
    return [
        Rule(0, _compiled(f"^(?:{codes})|(?:{codes})$"), None, row["code"])
        for row in labels
        if (codes := row["official_codes"])
    ]


def _worded_rules(rows: list[dict[str, str]]) -> list[Rule]:
    return [
        Rule(
            int(row["priority"]),
            _compiled(row["pattern"]),
            _compiled(row["unless"]) if row["unless"] else None,
            row["code"],
        )
        for row in rows
    ]


def _compiled(pattern: str) -> re.Pattern[str]:
    # A rule is about whole words.
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])")
