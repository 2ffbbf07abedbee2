"""Replace an id by a keyed hash.

Belongs here: the one definition of a pseudonym. Does not belong here: which columns get one (the
contracts say) or where the ids come from (ingestion).
"""

import hashlib
from collections.abc import Iterable

from orchestration.privacy.disclosure_keys import hmac_pads

# 128 bits: two ids of one authority do not meet by chance, however many children it knows.
_HEX_DIGITS = 32


def pseudonym(identifier: str, key: bytes) -> str:
    """The pseudonym of one id under a derived key; blanks around the id do not count."""
    return pseudonyms([identifier], key)[0]


def pseudonyms(identifiers: Iterable[str], key: bytes) -> list[str]:
    """The pseudonyms of many ids, in their order: the first half of HMAC-SHA256."""
    # Both keyed states are made once and copied for each id, at half the cost of HMAC from scratch.
    inner, outer = (hashlib.sha256(pad).copy for pad in hmac_pads(key))
    found: list[str] = []
    for identifier in identifiers:
        first, second = inner(), outer()
        first.update(identifier.strip().encode())
        second.update(first.digest())
        found.append(second.hexdigest()[:_HEX_DIGITS])
    return found
