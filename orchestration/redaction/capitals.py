"""Take every word with a capital for a name, unless something says that it is none.

Works for names of every origin alike, because it knows no names. Belongs here: that rule, and names
that a title or a cue gives away whatever their case. Does not belong here: the word lists.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from orchestration.redaction.lexicon import Lexicon, lexicon, matches
from orchestration.redaction.tokens import Span, Word, sentence_bounds

_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "ly")
_CONTRACTED = re.compile(r"n't$|'(?:s|ll|d|ve|re|m)$")
_LONGEST_CUE = 2
# Shorter words are read as they stand: `Abd` is no `ab`.
_INFLECTED_FROM = 5
_JOINING = "'\u2019\u200c\u200d -"
_LATIN_ACCENTS = {chr(code) for code in range(0x300, 0x370)}


def find_capitals(text: str, words: Sequence[Word]) -> list[Span]:
    """Return the words of a text that are taken for names."""
    lists = lexicon()
    loud = _loud(words)
    safe = _in_phrases(words, lists)
    found = []
    named: set[int] = set()
    for index, word in enumerate(words):
        if index in safe or not word.has_capital:
            continue
        is_surname = index not in loud and _is_surname(text, words, index, named, lists)
        if is_surname or _is_name(text, words, index, index in loud, lists):
            named.add(index)
            found.append(Span(word.start, word.end, "capital", _token(words, index, lists)))
    return found


def find_other_scripts(text: str) -> list[Span]:
    """Return what is written in another script: nothing here can tell a name from a word there."""
    found: list[Span] = []
    for place, letter in enumerate(text):
        if not _is_other_script(letter):
            continue
        if found and not text[found[-1].end : place].strip(_JOINING):
            found[-1] = replace(found[-1], end=place + 1)
        else:
            found.append(Span(place, place + 1, "other_script", "PERSON"))
    return found


def find_after_cues(text: str, words: Sequence[Word]) -> list[Span]:
    """Return what follows a title or a cue such as `called`, if it is no plain word."""
    lists = lexicon()
    found = []
    for index, word in enumerate(words[1:], start=1):
        between = text[words[index - 1].end : word.start]
        if not between.isspace() and between.strip(" .") and between != ".":
            continue
        titled = words[index - 1].lower in lists.titles
        if (titled or _after_cue(words, index, lists)) and not _is_plain(word.lower, lists):
            rule = "title" if titled else "cue"
            found.append(Span(word.start, word.end, rule, "PERSON"))
    return found


def _after_cue(words: Sequence[Word], index: int, lists: Lexicon) -> bool:
    for length in range(1, _LONGEST_CUE + 1):
        if tuple(word.lower for word in words[max(0, index - length) : index]) in lists.name_cues:
            return True
    return False


def _is_plain(lower: str, lists: Lexicon) -> bool:
    if lower in lists.name_words:
        return False
    return lower in lists.kept or lower in lists.acronyms or _is_vocabulary(lower, lists)


def _is_vocabulary(lower: str, lists: Lexicon) -> bool:
    if lower in lists.vocabulary:
        return True
    if "-" in lower:
        return all(_is_vocabulary(piece, lists) for piece in lower.split("-") if piece)
    bare = _CONTRACTED.sub("", lower)
    if bare != lower:
        return bare in lists.vocabulary
    return len(lower) >= _INFLECTED_FROM and any(
        lower.endswith(ending) and lower[: -len(ending)] in lists.vocabulary for ending in _ENDINGS
    )


def _is_name(text: str, words: Sequence[Word], index: int, is_loud: bool, lists: Lexicon) -> bool:
    word = words[index]
    lower = _CONTRACTED.sub("", word.lower) if word.lower not in lists.kept else word.lower
    if len(lower) == 1:
        return not (lower == "i" or (lower == "a" and word.is_first)) and not is_loud
    if lower in lists.name_words:
        return not _reads_as_word(text, words, index, lower, lists)
    if lower in lists.kept or lower in lists.titles:
        return False
    if word.text.isupper() and lower in lists.acronyms:
        return False
    if "-" in lower and all(piece in lists.kept for piece in lower.split("-")):
        return False
    if word.is_first or is_loud:
        following = _next(text, words, index)
        is_speaker = not is_loud and text[word.end : word.end + 1] == ":"
        if lower in lists.before_a_verb and (following in lists.verbs or is_speaker):
            return True
        if lower == "an" and _is_no_article(text, words, index, lists):
            return True
        if following == "and" and not is_loud and _is_capital_name(words, index + 2, lists):
            # `An and Yiyi`: whoever stands beside a name is one.
            return True
        return not _is_vocabulary(word.lower, lists)
    return True


def _is_surname(
    text: str, words: Sequence[Word], index: int, named: set[int], lists: Lexicon
) -> bool:
    """Whether a word stands where only a name does: `Mr French`, `Amelia March`, `March House`."""
    word = words[index]
    if not index or word.is_first or len(word.text) == 1:
        return False
    if _next(text, words, index) in lists.street_words and words[index + 1].has_capital:
        return word.lower not in lists.kin | lists.titles | lists.street_words
    previous = words[index - 1]
    between = text[previous.end : word.start]
    if previous.has_capital and previous.lower in lists.surname_titles:
        return between.strip(" ") in ("", ".")
    if index - 1 not in named or between != " ":
        return False
    return _may_be_surname(word, lists)


def _may_be_surname(word: Word, lists: Lexicon) -> bool:
    """Whether a word beside a name may be the rest of it: `June Welsh`, but `June Mum`."""
    lower = _CONTRACTED.sub("", word.lower)
    apart = lists.kin | lists.titles | lists.schools
    return word.has_capital and not word.text.isupper() and lower != "i" and lower not in apart


def _reads_as_word(
    text: str, words: Sequence[Word], index: int, lower: str, lists: Lexicon
) -> bool:
    """Whether the words beside say that a word which is also a name is none here."""
    contexts = lists.name_words[lower]
    word = words[index]
    after = re.match(r"\s*(\d+)", text[word.end : word.end + 8])
    following = after.group(1) if after else _next(text, words, index)
    ahead = re.search(r"(\d+)(?:st|nd|rd|th)?\s*$", text[max(0, word.start - 8) : word.start])
    previous = ahead.group(1) if ahead else _previous(text, words, index)
    if following in lists.households and following not in contexts.next:
        return False
    if following and not after and _may_be_surname(words[index + 1], lists):
        # `Hope Day`: the next word is itself a name.
        return False
    if following == "and" and _is_capital_name(words, index + 2, lists):
        return False
    may_begin = word.is_first or lower not in lists.of_doing
    if may_begin and following and matches(contexts.next, following):
        return True
    return not word.is_first and bool(previous) and matches(contexts.before, previous)


def _is_no_article(text: str, words: Sequence[Word], index: int, lists: Lexicon) -> bool:
    """Whether `An` stands where no article can: before a consonant, or before no word at all."""
    following = _next(text, words, index)
    if not following:
        return not text[words[index].end :].lstrip()[:1].isdigit()
    if following in lists.never_after_an:
        return True
    return following[0] not in "aeiouh" and not words[index + 1].text.isupper()


def _is_capital_name(words: Sequence[Word], index: int, lists: Lexicon) -> bool:
    if index >= len(words):
        return False
    word = words[index]
    plain = word.lower in lists.kept or word.text.isupper() or word.lower in lists.titles
    return word.has_capital and not plain and _CONTRACTED.sub("", word.lower) != "i"


def _next(text: str, words: Sequence[Word], index: int) -> str:
    """Return the next word, if nothing but a blank stands between."""
    if index + 1 >= len(words) or text[words[index].end : words[index + 1].start].strip():
        return ""
    return words[index + 1].lower


def _previous(text: str, words: Sequence[Word], index: int) -> str:
    """Return the word before, if nothing but a blank stands between."""
    if not index or text[words[index - 1].end : words[index].start].strip():
        return ""
    return words[index - 1].lower


def _token(words: Sequence[Word], index: int, lists: Lexicon) -> str:
    """Say whether it is a place, as the words after it tell."""
    following = index + 1
    while following < len(words) and words[following].has_capital:
        if words[following].lower in lists.place_words:
            return "PLACE"
        following += 1
    return "PLACE" if words[index].lower in lists.place_words else "PERSON"


def _loud(words: Sequence[Word]) -> set[int]:
    """Return the words of sentences that are written in capitals throughout."""
    found: set[int] = set()
    for bounds in sentence_bounds(words):
        letters = [words[n] for n in bounds if len(words[n].text) > 1]
        capitals = sum(1 for word in letters if word.text.isupper())
        if len(letters) > 2 and capitals >= 0.7 * len(letters):
            found.update(bounds)
    return found


def _in_phrases(words: Sequence[Word], lists: Lexicon) -> set[int]:
    found: set[int] = set()
    longest = max(len(phrase) for phrase in lists.phrases)
    lower = [word.lower for word in words]
    for start in range(len(lower)):
        for length in range(2, longest + 1):
            if tuple(lower[start : start + length]) in lists.phrases:
                found.update(range(start, start + length))
    return found


def _is_other_script(letter: str) -> bool:
    if letter.isalpha():
        return not unicodedata.name(letter, "").startswith(("LATIN", "MODIFIER"))
    # Vowel signs stand apart from their letters; accents on Latin letters are no script.
    return unicodedata.category(letter).startswith("M") and letter not in _LATIN_ACCENTS
