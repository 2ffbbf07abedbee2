"""Understand the name or code of an authority, however it is written.

Belongs here: finding the authority of a name, of an official code or of a district.
Does not belong here: the names and codes themselves (`ref_answer_places`).
"""

import re

from orchestration.ingestion.answers_rules import NOT_MAPPED, seed
from orchestration.ingestion.answers_words import Wording, plain

# Long enough that a name cut off by a narrow column still names one place only.
_CUT_OFF_FROM = 9
_SHORTENED_FROM = 4

_RULE_SET = "la_of_placement"


class PlaceNames:
    """Reads answers that name an authority, its code or one of its districts."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._authorities: dict[str, str] = {}
        # Words that mean nothing in a name: "London Borough of Brent", "Essex CC".
        phrases = {
            row["phrase"]: row["means"]
            for row in seed("ref_answer_synonyms")
            if row["rule_set"] == _RULE_SET
        }
        self._titles = frozenset(phrase for phrase, means in phrases.items() if not means)
        short = {phrase: means for phrase, means in phrases.items() if means}
        for row in seed("ref_answer_places"):
            code, name = row["authority_code"], plain(row["name"])
            for told in (name, code, *row["other_codes"].split()):
                self._codes[plain(told)] = code
            # The first to claim a bare name keeps it: an authority stands before a district.
            self._names.setdefault(self._bare(name), code)
            if row["kind"] == "authority":
                self._authorities[self._bare(name)] = code
        self._names.pop("", None)
        words = {word for name in self._names for word in name.split()}
        self._wording = Wording(words, short, repair=True)

    def code_of(self, answer: str) -> str:
        """The authority's code that an answer means, or `not_mapped`."""
        whole = self._of_name(plain(answer))
        if whole != NOT_MAPPED:
            return whole
        # Bilingual names, and two places at once, stand if every part that is known agrees.
        parts = re.split(r"\s[-\u2013/]\s|\sand\s|[()]", answer, flags=re.IGNORECASE)
        codes = {self._of_name(plain(part)) for part in parts} - {NOT_MAPPED}
        return codes.pop() if len(codes) == 1 else NOT_MAPPED

    def _of_name(self, text: str) -> str:
        if text in self._codes:
            return self._codes[text]
        for name in (self._bare(text), self._bare(self._wording.understood(text))):
            if "county" in text.split() and f"{name}shire" in self._authorities:
                # "Leicester County" may be the city or the county around it.
                return NOT_MAPPED
            if name in self._names:
                return self._names[name]
            if len(name) < _SHORTENED_FROM:
                continue
            # "Richmond" is Richmond upon Thames; "Kingston" is two places and stays unknown.
            begun = _begun_by(f"{name} ", self._authorities)
            if not begun and len(text) >= _CUT_OFF_FROM:
                begun = _begun_by(name, self._names)
            if len(begun) == 1:
                return begun.pop()
        return NOT_MAPPED

    def _bare(self, text: str) -> str:
        words = text.split()
        # A name that a narrow column cut off may end in a piece of a title.
        if len(text) >= _CUT_OFF_FROM and any(t.startswith(words[-1]) for t in self._titles):
            words = words[:-1]
        return " ".join(word for word in words if word not in self._titles)


def _begun_by(name: str, names: dict[str, str]) -> set[str]:
    return {code for known, code in names.items() if known.startswith(name)}
