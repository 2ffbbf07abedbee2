"""How much a file is like a worked example, and which of its columns are which.

Belongs here: comparing names and shapes. Does not belong here: writing a mapping (propose).
"""

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.mappings.inspect import ColumnFacts, FileFacts
from orchestration.mappings.models import Mapping, matches, normal

# How a column is scored: by the example's own name, another name that it knows, or words alike.
_OWN, _KNOWN, _NEAREST = 1.0, 0.995, 0.99
_NEAR, _ONE_MORE = 0.5, 0.55
# How an example is: by the name of the file, by its questions, by what it cannot do without.
_NAME_BONUS, _WIDE_BONUS, _NO_PERSON = 0.3, 0.5, 0.5
_LEAST_QUESTIONS = 3
_LEAST_WORDS = 5

_STOP_WORDS = frozenset({"the", "of", "a", "an", "in", "on", "or", "and", "to", "i", "wa", "for"})
_SAME = dict.fromkeys(("ref", "reference", "number", "no", "identifier"), "id")
# Whom a column is about, in the words of different councils.
_CHILD = re.compile(r"\b(child or young person|young (person|people)|yp|children)\b")
# `StatementID` is two words.
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Match:
    """A delivered column taken for a column of an example."""

    name: str
    column: ColumnFacts
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """A worked example held against a file."""

    mapping: Mapping
    score: float
    matches: Dictionary[str, Match]
    questions: tuple[ColumnFacts, ...]


def nearest(facts: FileFacts, mappings: Dictionary[str, Mapping], contract: Contract) -> Likeness:
    """The worked example that a file is most like."""
    found = [likeness(facts, mapping, contract) for mapping in mappings.values()]
    return max(found, key=lambda each: each.score)


def likeness(facts: FileFacts, mapping: Mapping, contract: Contract) -> Likeness:
    """Hold one worked example against a file."""
    roles = _roles(mapping, contract)
    candidates = sorted(
        (
            (score, -place, name, column)
            for place, (name, others) in enumerate(mapping.headers.items())
            for column in facts.columns
            for score in (_score((name, *others), column, roles.get(name, "")),)
            if score >= _NEAR
        ),
        key=lambda each: (-each[0], -each[1], each[3].place),
    )
    chosen: dict[str, Match] = {}
    taken: set[int] = set()
    for score, _, name, column in candidates:
        if name not in chosen and column.place not in taken:
            chosen[name] = Match(name, column, is_exact=score >= _KNOWN)
            taken.add(column.place)
    questions = tuple(
        column
        for column in facts.columns
        if mapping.unpivot and column.place not in taken and _is_question(column, mapping)
    )
    used = sum(1 if match.is_exact else _NEAR for match in chosen.values())
    score = used / len(mapping.headers) + used / max(len(facts.columns) - len(questions), 1)
    patterns = [pattern for pattern in mapping.files if normal(pattern)]
    stem = f"{Path(facts.name).stem} {facts.sheet}"
    if any(matches(pattern.removesuffix(".csv"), stem) for pattern in patterns):
        score += _NAME_BONUS
    if mapping.unpivot:
        # A wide file is told by its questions; without them it is none, whatever else fits.
        score += _WIDE_BONUS if len(questions) >= _LEAST_QUESTIONS else -_WIDE_BONUS
    if _needs_a_person(mapping, contract) and not _people(mapping, contract) & chosen.keys():
        score -= _NO_PERSON
    return Likeness(mapping, score, chosen, questions)


def _needs_a_person(mapping: Mapping, contract: Contract) -> bool:
    """Whether the first table of an example cannot do without the id of a person."""
    table = contract.table(mapping.tables[0].table)
    columns = table.columns if table else ()
    return any(column.pseudonym == "person" and column.required for column in columns)


def _people(mapping: Mapping, contract: Contract) -> set[str]:
    """The columns of an example that hold the id of a person."""
    found: set[str] = set()
    for target in mapping.tables:
        table = contract.table(target.table)
        people = {c.name for c in table.columns if c.pseudonym == "person"} if table else set()
        for name in people & target.columns.keys():
            found.update(target.columns[name].source)
    return found


def _roles(mapping: Mapping, contract: Contract) -> dict[str, str]:
    """What the example expects of each of its columns: date, text, or nothing special."""
    roles: dict[str, str] = {}
    for target in mapping.tables:
        table = contract.table(target.table)
        kinds = {column.name: column for column in table.columns} if table else {}
        for name, cell in target.columns.items():
            for header in cell.source:
                if kinds[name].type in ("date", "datetime"):
                    roles[header] = "date"
                elif kinds[name].sensitivity == "free_text":
                    roles.setdefault(header, "text")
    return roles


def _score(names: tuple[str, ...], column: ColumnFacts, role: str) -> float:
    if normal(column.header) == normal(names[0]):
        return _OWN
    if _plain(column.header) in map(_plain, names):
        return _KNOWN
    if column.kind in ("personal", "empty") or _is_worded_as_question(column.header):
        return 0.0
    if (role == "date") != (column.kind == "date") or (role == "text" and column.kind == "id"):
        return 0.0
    delivered = _words(column.header, role)
    return _NEAREST * max((_overlap(_words(name, role), delivered) for name in names), default=0.0)


def _plain(text: str) -> str:
    return _CHILD.sub("child", normal(_INNER_CAPITAL.sub(" ", text)))


def _overlap(known: set[str], delivered: set[str]) -> float:
    if not known:
        return 0.0
    # One word more than what is known says how it is meant: a question's label, a form's type.
    if known < delivered and len(delivered) == len(known) + 1:
        return max(_ONE_MORE, len(known) / len(delivered))
    return len(known & delivered) / len(known | delivered)


def _words(text: str, role: str) -> set[str]:
    # Plurals and the s of a genitive make no other word.
    words = {_SAME.get(word, word.rstrip("s")) for word in _plain(text).split()}
    words -= _STOP_WORDS | {""}
    # That a date is one is known.
    return (words - {"date", "at", "time"} or words) if role == "date" else words


def _is_question(column: ColumnFacts, mapping: Mapping) -> bool:
    header = column.header.strip()
    if column.kind in ("personal", "id", "date") or mapping.unpivot is None:
        return False
    if any(normal(header) == normal(each) for each in mapping.unpivot.questions):
        return True
    return _is_worded_as_question(header)


def _is_worded_as_question(header: str) -> bool:
    looks = header.strip().endswith("?") or re.match(r"(?i)\s*q(uestion)?\s*\d", header)
    return bool(looks) or len(header.split()) >= _LEAST_WORDS
