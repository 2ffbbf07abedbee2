"""JSON that tells whether it is, to the byte, as it was written.

Belongs here: sealing and opening. Does not belong here: what is sealed, or where it lies. The
seal finds bit rot and half-written files; it is no signature, whoever can write can seal.
"""

import hashlib
import json
from typing import Any

_SEAL = "check"


class BrokenSealError(ValueError):
    """A text is not as it was sealed."""


def seal(content: dict[str, Any]) -> str:
    """Return the content as text that carries its own hash."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return json.dumps({**content, _SEAL: digest}, indent=1) + "\n"


def unseal(text: bytes) -> dict[str, Any]:
    """Return the content of a sealed text.

    Raises:
        BrokenSealError: A byte of it differs.
    """
    try:
        content = json.loads(text.decode("utf-8"))
        content.pop(_SEAL)
        whole = seal(content).encode() == text
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise BrokenSealError("the text is not as it was sealed")
    return dict(content)
