"""When two written names are one person, where different people have to decide.

Belongs here: comparing what people type for themselves, in approvals and in second readings.
Does not belong here: names of the people whom records are about (``orchestration.redaction``).
"""

import unicodedata

# Marks that nobody sees, such as a joiner of width nothing.
_UNSEEN = frozenset({"Cf", "Cc"})


def plain_name(name: str) -> str:
    """Return a name without what tells no two people apart: case, blanks, unseen marks.

    Nothing is left of what is no name at all.
    """
    seen = "".join(
        letter if unicodedata.category(letter) not in _UNSEEN else " " * letter.isspace()
        for letter in unicodedata.normalize("NFKC", name)
    )
    return unicodedata.normalize("NFKC", " ".join(seen.split()).casefold())


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are written alike but for what tells no two people apart."""
    return plain_name(one) == plain_name(other)
