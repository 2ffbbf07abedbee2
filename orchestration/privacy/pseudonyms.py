"""Replace an id by a keyed hash.

Belongs here: the one definition of a pseudonym. Does not belong here: which columns get one (the
contracts say) or where the ids come from (ingestion).
"""

import hashlib
import hmac
from collections.abc import Iterable

# 128 bits: two ids of one authority do not meet by chance, however many children it knows.
_HEX_DIGITS = 32


def pseudonym(identifier: str, key: bytes) -> str:
    """The pseudonym of one id under a derived key; blanks around the id do not count."""
    return pseudonyms([identifier], key)[0]


def pseudonyms(identifiers: Iterable[str], key: bytes) -> list[str]:
    """The pseudonyms of many ids, in their order."""
    digest, sha256 = hmac.digest, hashlib.sha256
    return [
        digest(key, identifier.strip().encode(), sha256).hex()[:_HEX_DIGITS]
        for identifier in identifiers
    ]
