"""The keys: where they come from and how keys for one purpose derive from them.

There are three, so that one can change without the others: of pseudonyms, of disclosure control and
of tombstones. Where only one is given it serves for all, for every purpose and authority derives a
key of its own from it.

Belongs here: reading, checking and deriving keys. Does not belong here: storing, printing or
logging one, or putting one into an exception, a setting or SQL; a file of keys (``key_files``).
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.settings import open_to_others, read_setting

SETTING = "HEARD_PSEUDONYM_KEY"
FILE_SETTING = "HEARD_PSEUDONYM_KEY_FILE"
_OWN_SETTINGS = {"disclosure": "HEARD_DISCLOSURE_KEY", "tombstones": "HEARD_TOMBSTONE_KEY"}
_MINIMUM_BYTES = 32
# The kind of pseudonym that is one and the same in every authority, and what stands for all of
# them where its key is derived. No authority has such a code.
LINKAGE = "linkage"
_NATIONAL = "national"
_HOW = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


class MissingKeyError(RuntimeError):
    """There is no pseudonym key, so nothing may be ingested."""


class WeakKeyError(ValueError):
    """A key is too short or not hexadecimal, or it is not clear which one counts."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The key of each purpose; none is ever shown."""

    pseudonyms: bytes = field(repr=False)
    disclosure: bytes = field(repr=False)
    tombstones: bytes = field(repr=False)


# What a rotation makes the new warehouse with, before the new key is in the place of the old one.
_IN_USE: ContextVar[Ring | None] = ContextVar("ring_in_use", default=None)


@contextmanager
def using(ring: Ring) -> Iterator[None]:
    """Let these keys count in the block, whatever the settings say."""
    token = _IN_USE.set(ring)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def read_ring() -> Ring:
    """The keys from the file that the settings name, else from the environment or `.env`.

    Raises:
        MissingKeyError: There is none.
        WeakKeyError: One is too short, no hexadecimal number, given twice, or in a `.env` that
            others may read.
        KeyFileError: Others could read the file, or it is not understood.
    """
    if (in_use := _IN_USE.get()) is not None:
        return in_use
    text, path = (read_setting(SETTING) or "").strip(), key_file()
    if path is not None:
        for setting in (SETTING, *_OWN_SETTINGS.values()):
            if (read_setting(setting) or "").strip():
                raise WeakKeyError(
                    f"{setting} and {FILE_SETTING} are both set; take one of them away"
                )
        from orchestration.privacy.key_files import read_key_file

        return read_key_file(path)
    for setting in (SETTING, *_OWN_SETTINGS.values()):
        if (others := open_to_others(setting)) is not None:
            raise WeakKeyError(
                f"others may read {others}, which holds {setting}; run: chmod 600 {others}"
            )
    if not text:
        raise MissingKeyError(f"neither {SETTING} nor {FILE_SETTING} is set; {_HOW}")
    master = checked_key(text, SETTING)
    own = {
        purpose: checked_key(given.strip(), setting) if given else master
        for purpose, setting in _OWN_SETTINGS.items()
        for given in [read_setting(setting)]
    }
    return Ring(master, **own)


def key_file() -> Path | None:
    """The file that holds the keys, if the settings name one."""
    name = (read_setting(FILE_SETTING) or "").strip()
    return Path(name).expanduser().absolute() if name else None


def checked_key(text: str, name: str) -> bytes:
    """A key from its hexadecimal form.

    Raises:
        WeakKeyError: It is none, or too short.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        # The cause quotes nothing today, but a key must never depend on that.
        raise WeakKeyError(f"{name} is not hexadecimal; {_HOW}") from None
    if len(key) < _MINIMUM_BYTES:
        raise WeakKeyError(f"{name} is shorter than {_MINIMUM_BYTES} bytes; {_HOW}")
    return key


def master_key() -> bytes:
    """The key from which those of pseudonyms derive."""
    return read_ring().pseudonyms


def disclosure_key() -> bytes:
    """The key from which those of disclosure control derive."""
    return read_ring().disclosure


def tombstone_key() -> bytes:
    """The key from which those derive that hash the ids of people who were erased."""
    return read_ring().tombstones


def key_id(master: bytes) -> str:
    """A name for a key that tells nothing about it: equal names, equal keys."""
    return hmac.digest(master, b"heard/key-id", hashlib.sha256)[:8].hex()


def pseudonym_key(master: bytes, kind: str, authority_code: str) -> bytes:
    """The key for one kind of id: each authority has its own, but for the ids that link them."""
    return derive_key(master, kind, _NATIONAL if kind == LINKAGE else authority_code)


def derive_key(master: bytes, purpose: str, authority_code: str) -> bytes:
    """The key for one purpose in one authority; knowing it tells nothing about the others."""
    return hmac.digest(master, f"heard/{purpose}/{authority_code}".encode(), hashlib.sha256)
