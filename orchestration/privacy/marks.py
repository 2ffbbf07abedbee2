"""What stands in a cell whose words were kept long enough and went.

A row outlives its words, so the cell must not look as if nobody had said anything. The mark is the
same wherever the same words stood, so that rows that were one, or two, stay one, or two; without
the key nobody can try out which words they were.

Belongs here: the mark, and knowing one. Does not belong here: which words go (erasure).
"""

import hashlib
from collections.abc import Iterable

from orchestration.privacy.keys import derive_key
from orchestration.privacy.pseudonyms import pseudonyms

# dbt's macro `is_no_longer_kept` has the same words.
BEGINNING = "[words no longer kept: "
_END = "]"


def key_of_marks(tombstones: bytes, authority_code: str) -> bytes:
    """The key of an authority's marks: of that key which outlives the key of the pseudonyms."""
    return derive_key(tombstones, "words", authority_code)


def marks_of(texts: Iterable[str], key: bytes) -> list[str]:
    """The mark of each text; blanks around it count, for such cells differ."""
    # A pseudonym does not count outer blanks; a digest has none.
    plain = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts)
    return [f"{BEGINNING}{name}{_END}" for name in pseudonyms(plain, key)]


def is_mark(text: str) -> bool:
    """Whether a cell held words that went."""
    return text.startswith(BEGINNING)
