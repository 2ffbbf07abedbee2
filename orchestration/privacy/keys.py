"""The pseudonym key: where it comes from and how keys for one purpose derive from it.

Belongs here: reading, checking and deriving keys. Does not belong here: storing, printing or
logging one, or putting one into an exception, a setting or SQL.
"""

import hashlib
import hmac

from orchestration.settings import read_setting

_SETTING = "HEARD_PSEUDONYM_KEY"
_MINIMUM_BYTES = 32
# The kind of pseudonym that is one and the same in every authority, and what stands for all of
# them where its key is derived. No authority has such a code.
LINKAGE = "linkage"
_NATIONAL = "national"
_HOW = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


class MissingKeyError(RuntimeError):
    """There is no pseudonym key, so nothing may be ingested."""


class WeakKeyError(ValueError):
    """The pseudonym key is too short or not hexadecimal."""


def master_key() -> bytes:
    """The master key from the environment or `.env`."""
    text = read_setting(_SETTING)
    if text is None or not text.strip():
        raise MissingKeyError(f"{_SETTING} is not set; {_HOW}")
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        # The cause quotes nothing today, but a key must never depend on that.
        raise WeakKeyError(f"{_SETTING} is not hexadecimal; {_HOW}") from None
    if len(key) < _MINIMUM_BYTES:
        raise WeakKeyError(f"{_SETTING} is shorter than {_MINIMUM_BYTES} bytes; {_HOW}")
    return key


def tombstone_key() -> bytes:
    """The key that hashes the ids of people who were erased."""
    return master_key()


def key_id(master: bytes) -> str:
    """A name for a key that tells nothing about it: equal names, equal keys."""
    return hmac.digest(master, b"heard/key-id", hashlib.sha256)[:8].hex()


def pseudonym_key(master: bytes, kind: str, authority_code: str) -> bytes:
    """The key for one kind of id: each authority has its own, but for the ids that link them."""
    return derive_key(master, kind, _NATIONAL if kind == LINKAGE else authority_code)


def derive_key(master: bytes, purpose: str, authority_code: str) -> bytes:
    """The key for one purpose in one authority; knowing it tells nothing about the others."""
    return hmac.digest(master, f"heard/{purpose}/{authority_code}".encode(), hashlib.sha256)
