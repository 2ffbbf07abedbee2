"""Find the people of the case: those whom the record knows by name.

Belongs here: every way in which a known name is written: whole, in parts, short, in lower case, as
a possessive, with one letter wrong. Does not belong here: a name that the case does not hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.redaction.lexicon import lexicon, short_forms
from orchestration.redaction.tokens import Span, Word, fold, words_of

# From so many letters on, one wrong letter still leaves the name; `Ann` and `and` must not meet.
_EDIT_FROM = 5
_SHORTEST = 2
_NUMBERED = ("SIBLING", "CARER", "WORKER", "RELATIVE", "CHILD'S FRIEND", "PERSON")
# What stands for a person of the case; those that can be several are numbered.
TOKENS: Mapping[str, str] = {
    "child": "CHILD",
    "mother": "MUM",
    "father": "DAD",
    "sibling": "SIBLING",
    "carer": "CARER",
    "worker": "WORKER",
    "relative": "RELATIVE",
    "other_child": "CHILD'S FRIEND",
    "other": "PERSON",
}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whom the record of the case names, and who they are to the child."""

    name: str
    role: str = "other"


@dataclass(frozen=True, slots=True)
class _Part:
    token: str
    who: str
    is_exact: bool


@dataclass(slots=True)
class Case:
    """The people of one case, ready to be looked for."""

    parts: dict[str, _Part] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[KnownPerson]) -> "Case":
        """Return the case of these people; the order decides who is [SIBLING 1]."""
        case, counts = cls(), dict.fromkeys(_NUMBERED, 0)
        for number, person in enumerate(dict.fromkeys(people)):
            token = TOKENS.get(person.role, "PERSON")
            if token in counts:
                counts[token] += 1
                token = f"{token} {counts[token]}"
            for form, is_exact in _forms(person.name).items():
                case.parts.setdefault(form, _Part(token, f"known {number}", is_exact))
        return case

    def find(self, words: Sequence[Word]) -> list[Span]:
        """Return where these people are named."""
        if not self.parts:
            return []
        hits: list[Span | None] = [self._hit(word) for word in words]
        for index, (one, other) in enumerate(pairwise(words)):
            joined = self.parts.get(one_word := fold(one.text) + fold(other.text))
            if joined and joined.is_exact and len(one_word) > _SHORTEST + 1:
                for place, word in ((index, one), (index + 1, other)):
                    hits[place] = hits[place] or _span(word, joined, "known_person")
        return [hit for hit in hits if hit]

    def _hit(self, word: Word) -> Span | None:
        folded = fold(word.text)
        part = self.parts.get(folded) or (
            self.parts.get(folded[:-1]) if folded.endswith("s") and len(folded) > 3 else None
        )
        if part and (part.is_exact or word.has_capital or not _is_word(word.lower)):
            return _span(word, part, "known_person")
        pieces = [piece for piece in word.lower.replace(".", "-").split("-") if piece]
        if len(pieces) > 1:
            known = (self.parts.get(fold(piece)) for piece in pieces)
            if found := next((part for part in known if part), None):
                return _span(word, found, "known_person")
        return self._nearly(word, folded)

    def _nearly(self, word: Word, folded: str) -> Span | None:
        if len(folded) < _EDIT_FROM - 1 or word.lower in lexicon().vocabulary:
            return None
        for form, part in self.parts.items():
            if len(form) >= _EDIT_FROM and within_one_edit(folded, form):
                return _span(word, part, "known_person_one_edit")
        return None


def within_one_edit(one: str, other: str) -> bool:
    """Whether one letter more, less, different or swapped makes one word of the other."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    rest, rest_other = one[same:], other[same:]
    swapped = rest[1::-1] + rest[2:] if len(rest) > 1 else rest
    return (
        rest[1:] == rest_other[1:]
        or rest == rest_other[1:]
        or rest[1:] == rest_other
        or swapped == rest_other
    )


def _forms(name: str) -> dict[str, bool]:
    """Return the folded forms of a name; true for its own parts, false for its short forms."""
    lists = lexicon()
    parts = [
        fold(word.text)
        for word in words_of(name)
        if word.lower not in lists.particles and word.lower not in lists.titles
    ]
    pieces = [fold(piece) for piece in name.replace("-", " ").split()]
    pieces = [p for p in pieces if p not in lists.particles and p not in lists.titles]
    forms = {form: True for form in [*parts, *pieces, fold(name)] if len(form) >= _SHORTEST}
    for form in tuple(forms):
        for short in short_forms().get(form, ()):
            forms.setdefault(short, False)
    return forms


def _is_word(lower: str) -> bool:
    lists = lexicon()
    return lower in lists.grammar or lower in lists.vocabulary or lower in lists.name_words


def _span(word: Word, part: _Part, rule: str) -> Span:
    return Span(word.start, word.end, rule, part.token, part.who)
