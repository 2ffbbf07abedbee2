"""Measure redaction by the origin of the names in a test: who would have been found, and who not.

Belongs here: counting what was covered and its limits. Does not belong here: sentences (tests bring
them), or any use of an origin outside a test of this tool: a name says nothing about a child.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.redaction.people import KnownPerson
from orchestration.redaction.redact import NameFinder, redact
from orchestration.redaction.tokens import is_covered

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence whose names are marked: where each begins and ends, and whether it is listed."""

    text: str
    origin: str
    names: Sequence[tuple[int, int, bool]]
    people: Sequence[KnownPerson]


@dataclass(frozen=True, slots=True)
class Cover:
    """How many of some names were covered whole, with Wilson's 95 % limits, in per cent."""

    origin: str
    names: int
    covered: int

    @property
    def rate(self) -> float:
        """The share that was covered."""
        return 100 * self.covered / self.names if self.names else math.nan

    @property
    def limits(self) -> tuple[float, float]:
        """Wilson's score limits."""
        if not self.names:
            return (0.0, 100.0)
        n, share, square = self.names, self.covered / self.names, _Z * _Z
        middle = (share + square / (2 * n)) / (1 + square / n)
        half = _Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
        return (100 * max(0.0, middle - half), 100 * min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measurement found."""

    by_origin: tuple[Cover, ...]
    overall: Cover
    listed: Cover
    clean_words: int
    clean_words_hit: int

    @property
    def gap(self) -> float:
        """Points between the origin whose names are found best and the one found worst."""
        rates = [cover.rate for cover in self.by_origin if cover.names]
        return max(rates) - min(rates) if rates else math.nan

    @property
    def clean_hit(self) -> float:
        """Share of the words of clean sentences that were taken out for no reason, in per cent."""
        return 100 * self.clean_words_hit / self.clean_words if self.clean_words else math.nan


def measure(
    marked: Iterable[Marked], clean: Iterable[str], finder: NameFinder | None = None
) -> Measured:
    """Redact sentences and count."""
    counts: dict[str, list[int]] = {}
    listed = [0, 0]
    for sentence in marked:
        spans = redact(sentence.text, sentence.people, finder).spans
        mine = counts.setdefault(sentence.origin, [0, 0])
        for start, end, is_listed in sentence.names:
            hit = int(is_covered(sentence.text, spans, start, end))
            mine[0], mine[1] = mine[0] + 1, mine[1] + hit
            if is_listed:
                listed[0], listed[1] = listed[0] + 1, listed[1] + hit
    words, hits = _clean(clean, finder)
    covers = tuple(Cover(origin, *pair) for origin, pair in sorted(counts.items()))
    return Measured(
        by_origin=covers,
        overall=Cover("all", sum(c.names for c in covers), sum(c.covered for c in covers)),
        listed=Cover("listed", *listed),
        clean_words=words,
        clean_words_hit=hits,
    )


def _clean(sentences: Iterable[str], finder: NameFinder | None) -> tuple[int, int]:
    words = hits = 0
    for text in sentences:
        spans = redact(text, (), finder).spans
        for word in re.finditer(r"\S+", text):
            words += 1
            hits += any(span.start < word.end() and word.start() < span.end for span in spans)
    return words, hits
