"""Bring what people typed into one plain form, so that a rule needs to be written once.

Belongs here: letter case, punctuation, list numbering, plurals and the repair of misspelt words.
Does not belong here: what an answer means (answers), or any word of any code list (the seeds).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_QUOTES = re.compile(r"['\u2018\u2019\u201b\u0060\u00b4\u02bc]")
# Annex A numbers its answers "a) Male", local lists "60) Neighbour" or "1. Yes". Brackets on both
# sides, "(C) Community home", hold a code and stay.
_NUMBERING = re.compile(r"^(?:[a-z]{1,2}\d?|\d{1,2})\)\s*(?=\S)|^(?:\d{1,2}|[a-z])\.\s+(?=\S)")
# A pipeline's own remark around a value that it could not map.
_WRAPPER = re.compile(r"^code (\S+) is not mapped$")
# A list keeps a value that is no longer chosen, and marks it: "(Do not use from 2008) Fostered".
_RETIRED = re.compile(r"^\(\s*(?:do not use|not in use|old|obsolete|inactive|retired)\b[^)]*\)\s*")
# A lost apostrophe reads "children?s"; any other question mark asks, and so leaves it open.
_LOST_APOSTROPHE = re.compile(r"(?<=[a-z])\?(?=s\b)")
_ASKED = re.compile(r"(?<=[\w)\]!?])\?|(?<=\s|\()\?(?=\)|\s|$)|(?<!\w)\?(?=\w)|^\W*\?")
# A box that nobody ticked, or a dash where the answer should stand.
_UNTICKED = re.compile(r"\[\s*\]|\(\s*\)|[:=]\s*-+\s*$")
# A day says when, and never what.
_DAY = re.compile(r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b(?![/.-]?\d)")
_DOTTED = re.compile(r"\b[a-z](?:\.[a-z])+\b\.?")
_GLUED_NUMBER = re.compile(r"\b([a-z]{4,})(\d+)\b")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")

_SHORTEST_REPAIRED = 7
_TWO_SLIPS_FROM = 9
_PLURAL_FROM = 5


def plain(text: str) -> str:
    """Lower case words and numbers with single spaces, plurals made singular."""
    if not text.isascii():
        text = "".join(map(_readable, unicodedata.normalize("NFKC", text)))
        text = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in text.casefold() if not unicodedata.combining(letter))
    text = _QUOTES.sub("", text.lower().strip())
    # Most answers are a few letters, so nothing is looked for that cannot be there.
    if text.startswith(("(", "code ")):
        text = _WRAPPER.sub(r"\1", _RETIRED.sub("", text))
    if text.endswith("-") or "[" in text or "(" in text:
        text = _UNTICKED.sub(" query ", text)
    if "?" in text:
        text = _ASKED.sub(" query ", _LOST_APOSTROPHE.sub("", text))
    text = _NUMBERING.sub("", _DAY.sub(" ", text).strip())
    if "." in text:
        text = _DOTTED.sub(lambda found: found.group().replace(".", ""), text)
    text = text.replace("&", " and ").replace("+", " and ")
    text = _GLUED_NUMBER.sub(r"\1 \2", _NOT_A_WORD.sub(" ", text))
    return " ".join(_singular(word) for word in text.split())


def _readable(letter: str) -> str:
    """The letter; a query for a cross, an empty box, a face or a letter of another script.

    Nobody here can read it, and what it says may turn the rest around.
    """
    kind = unicodedata.category(letter)
    if letter.isascii() or kind[0] in "PZM" or kind == "Cf":
        return letter
    if kind[0] == "L" and unicodedata.name(letter, "").startswith("LATIN"):
        return letter
    return " query "


def _singular(word: str) -> str:
    if len(word) < _PLURAL_FROM or not word.isalpha() or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1]


class Wording:
    """The words that the rules know: repairs misspelt ones, puts one word for its synonyms.

    Attributes:
        vocabulary: every word that the rules use, in plain form.
    """

    def __init__(
        self, vocabulary: Iterable[str], synonyms: Mapping[str, str], *, repair: bool
    ) -> None:
        phrases = {tuple(phrase.split()): word for phrase, word in synonyms.items()}
        known = {word for phrase in phrases for word in phrase}
        known |= {word for text in synonyms.values() for word in text.split()}
        self.vocabulary = frozenset(known.union(vocabulary))
        self._phrases = phrases
        self._longest = max((len(phrase) for phrase in phrases), default=0)
        # Two words that are two slips apart share a form with at most two letters left out each,
        # so a look-up replaces a comparison with every word.
        self._near: dict[str, set[str]] = {}
        for word in self.vocabulary if repair else ():
            if len(word) >= _SHORTEST_REPAIRED and word.isalpha():
                for form in _shortened(word):
                    self._near.setdefault(form, set()).add(word)

    def understood(self, text: str) -> str:
        """The plain text with misspelt words repaired and synonyms replaced."""
        words = [self._repaired(word) for word in text.split()]
        found: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                word = self._phrases.get(tuple(words[at : at + length]))
                if word is not None:
                    found.append(word)
                    at += length
                    break
            else:
                found.append(words[at])
                at += 1
        return " ".join(word for word in found if word)

    def _repaired(self, word: str) -> str:
        if len(word) < _SHORTEST_REPAIRED or not word.isalpha() or word in self.vocabulary:
            return word
        near = {known for form in _shortened(word) for known in self._near.get(form, ())}
        slips = 1 if len(word) < _TWO_SLIPS_FROM else 2
        for allowed in range(1, slips + 1):
            within = [
                known
                for known in near
                if _slips(word, known) <= allowed and not _opposite(word, known)
            ]
            if within:
                # Two candidates are one too many, unless one word stands for both: a guess would
                # be worse than not knowing.
                meant = {self._phrases.get((known,), known) for known in within}
                return meant.pop() if len(meant) == 1 else word
        return word


def _opposite(one: str, other: str) -> bool:
    # "Unaccompanied" is no misspelt "accompanied", and hardly anybody gets the first letter wrong.
    return one[0] != other[0] and one[:2] != other[1::-1]


def _shortened(word: str) -> set[str]:
    """The word, and the word with up to one letter (two in long words) left out."""
    forms = {word}
    for _ in range(1 if len(word) < _TWO_SLIPS_FROM - 1 else 2):
        forms |= {form[:at] + form[at + 1 :] for form in forms for at in range(len(form))}
    return forms


def _slips(one: str, other: str) -> int:
    """Letters left out, added, changed or swapped with their neighbour between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        before, above, row = row, before, [at]
        for to, wanted in enumerate(other, start=1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and (letter, one[at - 2]) == (other[to - 2], wanted):
                cost = min(cost, above[to - 2] + 1)
            row.append(cost)
    return row[-1]
