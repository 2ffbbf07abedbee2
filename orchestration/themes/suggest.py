"""Point at up to two codes for redacted words: the lines of the frame that are nearest in meaning.

Belongs here: what is near enough. Does not belong here: the model, or whether a suggestion is shown
(``orchestration.themes.coding``).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.privacy.marks import is_mark
from orchestration.redaction.redact import NameFinder, redact
from orchestration.themes import ledger as kept
from orchestration.themes.frame import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestration.redaction.people import KnownPerson
    from orchestration.themes.coding import Item
    from orchestration.themes.model import Embedder

MOST = 2
# Below this the nearest line is as far as any: the model says nothing.
LEAST_SCORE = 0.2
# A second code must be nearly as near as the first.
LEAST_OF_FIRST = 0.8
# So many words are read before they are kept, so that a stop loses little.
_AT_ONCE = 200
Redactor = Callable[["Item"], str]


def redactor(
    people: "Mapping[tuple[str, str], tuple[KnownPerson, ...]]", finder: NameFinder
) -> Redactor:
    """Return what takes names out of an item's words; a name finder is no choice."""

    def read(item: "Item") -> str:
        said = item.words
        known = people.get((said.authority_code, said.person_key), ())
        return redact(said.text, known, finder).text

    return read


def nearest_codes(
    texts: Sequence[str], frame: Frame, embed: "Embedder"
) -> list[list[tuple[str, float]]]:
    """Return for each redacted text up to two codes with their scores, the nearest first."""
    import numpy as np

    codes = list(frame.lines)
    scores = embed(texts) @ embed(list(frame.lines.values())).T
    order = np.argsort(-scores, axis=1, kind="stable")[:, :MOST]
    found = []
    for row, places in enumerate(order):
        best = float(scores[row, places[0]])
        found.append(
            [
                (codes[place], round(float(scores[row, place]), 3))
                for place in places
                if scores[row, place] >= max(LEAST_SCORE, LEAST_OF_FIRST * best)
            ]
        )
    return found


def suggest(
    home: Path,
    items: Sequence["Item"],
    frame: Frame,
    read: Redactor,
    embed: "Embedder",
    model: str,
) -> int:
    """Keep what the model points at for every item that it never read; return how many."""
    new = [item for item in items if item.suggested is None and not is_mark(item.words.text)]
    for begin in range(0, len(new), _AT_ONCE):
        some = new[begin : begin + _AT_ONCE]
        found = nearest_codes([read(item) for item in some], frame, embed)
        with kept.open_ledger(home) as ledger:
            for item, codes in zip(some, found, strict=True):
                kept.add_suggestions(ledger, item.item_id, frame.version, model, codes)
    return len(new)
