"""One form for every way in which people write the same column name.

Belongs here: what two spellings of a header must share to be the same. Does not belong here: which
columns a contract has (contracts) or which table a header fits (matching).
"""

import re
import unicodedata
from functools import lru_cache

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
# Straight, curly and mistaken apostrophes, which some keyboards leave out.
_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bc]")


@lru_cache(maxsize=8192)
def plain_name(text: str) -> str:
    """The words of a header: no case, punctuation, line breaks or double blanks."""
    plain = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)).casefold()
    return _NOT_A_WORD.sub(" ", plain).strip()
