"""Files of keys: who may read one, what stands in it, and writing the next one.

A file is one hexadecimal line, a key for every purpose; or a line for each purpose: `pseudonyms`,
`disclosure`, `tombstones`, each followed by its key. A line that begins with # says something.

Belongs here: reading, checking and writing. Does not belong here: when a key changes
(``orchestration.rotating``), or a key in a message.
"""

import os
import secrets
import stat
from dataclasses import fields
from pathlib import Path

from orchestration.files import replace_text
from orchestration.privacy.keys import Ring, checked_key

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MODE = 0o400
_NEXT = ".next"
_PURPOSES = tuple(each.name for each in fields(Ring))


class KeyFileError(RuntimeError):
    """A file of keys is missing, open to others, or not understood."""


def read_key_file(path: Path) -> Ring:
    """The keys in a file.

    Raises:
        KeyFileError: There is no such file, somebody else may read it, or a line is not a key.
        WeakKeyError: A key is too short or not hexadecimal.
    """
    _require_private(path)
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError:
        # Its own words quote a byte of the key.
        raise KeyFileError(f"{path} is no text; docs/keys.md says what stands in it") from None
    told = [words for words in lines if words and not words[0].startswith("#")]
    if len(told) == 1 and len(told[0]) == 1:
        key = checked_key(told[0][0], str(path))
        return Ring(key, key, key)
    if not all(len(words) == len(("purpose", "key")) for words in told):
        raise KeyFileError(f"{path} is not understood; docs/keys.md says what stands in it")
    given = {purpose: checked_key(text, f"{purpose} in {path}") for purpose, text in told}
    if set(given) != set(_PURPOSES) or len(told) != len(given):
        raise KeyFileError(
            f"{path} needs one line each for {', '.join(_PURPOSES)}; see docs/keys.md"
        )
    return Ring(**given)


def write_key_file(path: Path, ring: Ring) -> None:
    """Write keys so that only this account reads them, whole or not at all."""
    lines = [f"{purpose} {getattr(ring, purpose).hex()}" for purpose in _PURPOSES]
    try:
        replace_text(path, "\n".join(["# Heard: docs/keys.md", *lines]) + "\n", _MODE)
    except PermissionError:
        raise KeyFileError(
            f"{path} cannot be written; the account that runs Heard must own its folder"
        ) from None


def new_key() -> bytes:
    """A key that nobody knows yet."""
    return secrets.token_bytes(32)


def next_file(path: Path) -> Path:
    """Where the keys lie that take over when a rotation is done."""
    return path.with_name(path.name + _NEXT)


def _require_private(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise KeyFileError(f"there is no {path}; `heard keys write {path}` makes it") from None
    except PermissionError:
        raise KeyFileError(f"{path} cannot be read by this account; see docs/keys.md") from None
    if not stat.S_ISREG(found.st_mode):
        raise KeyFileError(f"{path} is no plain file; see docs/keys.md")
    if found.st_mode & _OTHERS:
        raise KeyFileError(f"others may read {path}; run: chmod 400 {path}")
    if found.st_uid not in (os.getuid(), 0):
        raise KeyFileError(f"{path} belongs to another account; run: chown {os.getuid()} {path}")
