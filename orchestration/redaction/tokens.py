"""Cut a text into words, and compare words without accents, case and hidden characters.

Belongs here: letters and words, and stretches of a text. Does not belong here: what a word means.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Accents that stand apart from their letter, and characters that nobody sees.
_INSIDE = "\u0300-\u036f\u200b-\u200d\u00ad\ufeff"
_WORD = re.compile(rf"[^\W\d_](?:[\w{_INSIDE}]|['\u2019\u02bc\u2018`.&-](?=[^\W\d_]))*")
_POSSESSIVE = re.compile(r"(?:['\u2019\u02bc\u2018`](?:s|ll|d|ve|re|m))$", re.IGNORECASE)
_STARTS = re.compile(
    r"[.!?\u2026:;\n\r\"\u201c\u2022(\[*|/]|\s[-\u2013\u2014]\s|\s['\u2018]$|^['\u2018]$"
)
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "\u0131": "i", "ß": "ss", "æ": "ae", "œ": "oe",
     "þ": "th", "ə": "a"}
)  # fmt: skip
_NOT_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, without its possessive ending."""

    start: int
    end: int
    text: str
    lower: str
    is_first: bool

    @property
    def has_capital(self) -> bool:
        """Whether any letter of it is a capital."""
        return self.text != self.lower and self.text.lower() != self.text


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that must go, and what is known of it."""

    start: int
    end: int
    rule: str
    # What stands in its place, such as CHILD or PHONE; PERSON where only a name is known.
    token: str
    # Whose name it is, where it is one of the case's people.
    who: str = ""


def fold(text: str) -> str:
    """Return the letters of a text in lower case, without accents, hyphens and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _NOT_LETTERS.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def words_of(text: str) -> list[Word]:
    """Return the words of a text in their order."""
    found: list[Word] = []
    last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        whole = match.group()
        ending = _POSSESSIVE.search(whole)
        if ending and ending.start() > 0 and not _is_name_with_apostrophe(whole, ending):
            end = start + ending.start()
        word = text[start:end]
        is_first = not found or _STARTS.search(text[last:start]) is not None
        found.append(Word(start, end, word, word.lower().replace("\u2019", "'"), is_first))
        last = match.end()
    return found


def sentence_bounds(words: Sequence[Word]) -> list[range]:
    """Return the indexes of the words of each sentence."""
    starts = [index for index, word in enumerate(words) if word.is_first]
    if not starts:
        # A thumb, a smile, `10/10`: something was said, and no word of it.
        return []
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(words)], strict=True)]


def is_covered(text: str, spans: Iterable[Span], start: int, end: int) -> bool:
    """Whether every letter from start to end lies in one of the spans."""
    covered = {place for span in spans for place in range(span.start, span.end)}
    return all(place in covered or text[place].isspace() for place in range(start, end))


def _is_name_with_apostrophe(whole: str, ending: re.Match[str]) -> bool:
    # `D'Al`: what follows the apostrophe begins with a capital and is no ending.
    return whole[ending.start() + 1].isupper() and not whole.isupper()
