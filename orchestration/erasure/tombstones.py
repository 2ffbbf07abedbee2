"""Whom a later delivery must not bring back: keyed hashes of ids, and nothing else of anybody.

Belongs here: the file `HOME/erasures/tombstones.json` and asking it. Does not belong here: looking
at rows, or the key (``privacy.keys``). A tombstone has its own key: it outlives the key of the
pseudonyms, because nobody can make it again once the id is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.files import replace_text
from orchestration.privacy.keys import derive_key, key_id, tombstone_key
from orchestration.privacy.pseudonyms import pseudonyms
from orchestration.sealed import BrokenSealError, seal, unseal

# What stands on the stone of a person; the others are those of rows that hung on theirs.
PERSON = "person"
_PURPOSE = "tombstone"


class TombstoneError(RuntimeError):
    """The tombstones cannot be read, or are of another key; nothing may be loaded past them."""


def erasures_folder(home: Path) -> Path:
    """Where tombstones and certificates lie."""
    return home / "erasures"


def tombstones_path(home: Path) -> Path:
    """The file of the tombstones."""
    return erasures_folder(home) / "tombstones.json"


@dataclass(slots=True)
class Tombstones:
    """Hashes by authority and kind: a person, or the table whose key was hashed."""

    key: bytes
    stones: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    # While somebody is being erased: all their pseudonyms, so that an id which the case system
    # merged with theirs is known when it is met.
    aliases: frozenset[str] = frozenset()
    alias_key: bytes = b""

    def has(self, authority: str) -> bool:
        """Whether anybody of this authority was erased."""
        return bool(self.stones.get(authority))

    def matching(self, authority: str, kind: str, values: Iterable[str]) -> set[str]:
        """Those of the values that a tombstone stands for."""
        listed = list(values)
        if kind == PERSON and self.aliases:
            self._meet(authority, listed)
        stones = self.stones.get(authority, {}).get(kind)
        if not stones:
            return set()
        hashes = self._hashes(authority, kind, listed)
        return {value for value, found in zip(listed, hashes, strict=True) if found in stones}

    def add(self, authority: str, kind: str, values: Iterable[str]) -> bool:
        """Set tombstones; say whether one is new."""
        stones = self.stones.setdefault(authority, {}).setdefault(kind, set())
        before = len(stones)
        stones.update(self._hashes(authority, kind, list(values)))
        return len(stones) > before

    def size(self) -> int:
        """How many hashes there are."""
        return sum(len(stones) for kinds in self.stones.values() for stones in kinds.values())

    def _meet(self, authority: str, values: list[str]) -> None:
        found = zip(values, pseudonyms(values, self.alias_key), strict=True)
        self.add(authority, PERSON, [value for value, name in found if name in self.aliases])

    def count(self) -> int:
        """How many people they stand for, as ids go."""
        return sum(len(kinds.get(PERSON, ())) for kinds in self.stones.values())

    def save(self, home: Path) -> None:
        """Write them, whole or not at all."""
        listed = {
            authority: {kind: sorted(stones) for kind, stones in sorted(kinds.items()) if stones}
            for authority, kinds in sorted(self.stones.items())
        }
        replace_text(
            tombstones_path(home), seal({"version": 1, "key_id": key_id(self.key), "of": listed})
        )

    def _hashes(self, authority: str, kind: str, values: list[str]) -> list[str]:
        return pseudonyms(values, derive_key(self.key, f"{_PURPOSE}/{kind}", authority))


def read_tombstones(home: Path) -> Tombstones:
    """The tombstones of a home folder; none where nobody was ever erased.

    Raises:
        TombstoneError: They are damaged, or were made with another key.
    """
    path, key = tombstones_path(home), tombstone_key()
    try:
        stored = unseal(path.read_bytes())
    except FileNotFoundError:
        return Tombstones(key)
    except BrokenSealError:
        raise TombstoneError(f"{path} is damaged; put back a copy of it") from None
    if stored["key_id"] != key_id(key):
        raise TombstoneError(
            "the tombstones were made with another key, and who was erased would come back; set"
            " the key that they were made with (docs/keys.md)"
        )
    of = {
        authority: {kind: set(stones) for kind, stones in kinds.items()}
        for authority, kinds in stored["of"].items()
    }
    return Tombstones(key, of)
