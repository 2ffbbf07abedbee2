"""Redact one text: find everything that must go, and put a token in the place of each.

Belongs here: the order of the rules, joining what they find, and the tokens.
Does not belong here: a rule.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestration.redaction.capitals import (
    find_after_cues,
    find_capitals,
    find_other_scripts,
)
from orchestration.redaction.identifiers import find_identifiers
from orchestration.redaction.lexicon import lexicon
from orchestration.redaction.people import Case, KnownPerson
from orchestration.redaction.tokens import Span, Word, fold, words_of

# Changes whenever the rules do, so that texts redacted under older ones are done again.
RULES_VERSION = "2"
NameFinder = Callable[[str], Sequence[Span]]

_BETWEEN_PARTS = re.compile(r"[ \t\u00a0]{1,2}|[ \t]?[-'\u2019][ \t]?")
_PERSON, _PLACE = "PERSON", "PLACE"
_NAMES = (_PERSON, _PLACE)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without what must not be read, and which rules found how much."""

    text: str
    spans: tuple[Span, ...]
    counts: Mapping[str, int]


def redact(
    text: str, people: Iterable[KnownPerson] = (), finder: NameFinder | None = None
) -> Redaction:
    """Return a text with tokens such as [CHILD] for names, places and identifiers.

    Args:
        text: What was said.
        people: Whom the record of the case knows by name.
        finder: A model that finds names; without it only the rules do, which is not enough to
            quote anybody.
    """
    words = words_of(text)
    spans = [
        *find_identifiers(text),
        *Case.of(people).find(words),
        *(_whole_words(finder(text), words) if finder else ()),
        *find_other_scripts(text),
        *find_after_cues(text, words),
        *find_capitals(text, words),
    ]
    joined = _join(text, _with_particles(words, _merge(spans)))
    return Redaction(
        text=_replace(text, joined),
        spans=tuple(joined),
        counts=dict(sorted(Counter(span.rule for span in joined).items())),
    )


def _whole_words(found: Iterable[Span], words: Sequence[Word]) -> list[Span]:
    """Return what a model found, word by word, without what can only be a plain word."""
    lists = lexicon()
    kept = []
    for span in found:
        for word in words:
            if word.start >= span.end or word.end <= span.start:
                continue
            plain = word.lower in lists.kept | lists.acronyms | lists.titles
            if plain or word.lower in lists.vocabulary or word.lower in lists.grammar:
                continue
            if word.lower in lists.name_words:
                # Only the rule that reads its neighbours tells `Hope` from `Hope to`.
                continue
            kept.append(replace(span, start=word.start, end=word.end))
    return kept


def _merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap; of several, the first to be found gives the token."""
    merged: list[Span] = []
    ordered = sorted(enumerate(spans), key=lambda item: (item[1].start, item[0]))
    rank: list[int] = []
    for order, span in ordered:
        if merged and span.start < merged[-1].end:
            first = merged[-1] if rank[-1] <= order else span
            merged[-1] = replace(first, start=merged[-1].start, end=max(merged[-1].end, span.end))
            rank[-1] = min(rank[-1], order)
        else:
            merged.append(span)
            rank.append(order)
    return merged


def _with_particles(words: Sequence[Word], spans: Sequence[Span]) -> list[Span]:
    """Take in what begins a name: `bin` Yahya, `ap` Gruffydd, `van der` Berg."""
    place = {word.start: index for index, word in enumerate(words)}
    lists = lexicon()
    taken = []
    for span in spans:
        index = place.get(span.start, 0) if _is_named(span) else 0
        while index and words[index - 1].lower in lists.particles | lists.leading_particles:
            index -= 1
            if words[index].lower in lists.leading_particles:
                start = words[index].start
                taken.append(Span(start, span.end, "particle", span.token, span.who))
        taken.append(span)
    return _merge(taken)


def _join(text: str, spans: Sequence[Span]) -> list[Span]:
    """Make one of the parts of one name: `Amelia` `Wright`, `Jan` van der `Berg`."""
    joined: list[Span] = []
    for span in spans:
        if joined and _is_one_name(text, joined[-1], span):
            first = joined[-1] if joined[-1].who or not span.who else span
            if span.token == _PLACE and not first.who:
                first = span
            joined[-1] = replace(first, start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    return joined


def _is_one_name(text: str, one: Span, other: Span) -> bool:
    if not (_is_named(one) and _is_named(other)):
        return False
    if one.who and other.who and one.who != other.who:
        return False
    between = text[one.end : other.start]
    if _BETWEEN_PARTS.fullmatch(between):
        return True
    inner = words_of(between)
    return (
        bool(inner)
        and len(inner) < 3
        and all(word.lower in lexicon().particles for word in inner)
        and not set(between) & set(".,;:!?\n")
    )


def _is_named(span: Span) -> bool:
    return bool(span.who) or span.token in _NAMES


def _replace(text: str, spans: Sequence[Span]) -> str:
    numbers: dict[tuple[str, str], int] = {}
    known = {span.token for span in spans if span.who}
    pieces, position = [], 0
    for span in spans:
        token = span.token
        if not span.who and token in _NAMES:
            token = f"{token} {_number(numbers, token, fold(text[span.start : span.end]), known)}"
        pieces += [text[position : span.start], f"[{token}]"]
        position = span.end
    return "".join([*pieces, text[position:]])


def _number(numbers: dict[tuple[str, str], int], token: str, name: str, known: set[str]) -> int:
    """Return the number of a name within its text: the same name, the same number."""
    if (token, name) not in numbers:
        taken = sum(1 for kind, _ in numbers if kind == token)
        taken += sum(1 for other in known if other.startswith(f"{token} "))
        numbers[token, name] = taken + 1
    return numbers[token, name]
