"""Where Heard finds its inbox and its home: environment first, then `.env`.

Belongs here: reading, checking and naming the settings. Does not belong here: the pseudonym key
(privacy.keys reads it and nothing stores it), or any work at import. Standard library only, apart
from python-dotenv when there is a `.env`, because the check for "nothing new" loads this module.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TARGETS = ("duckdb",)
_LINKING = "HEARD_LINK_AUTHORITIES"
# DuckDB reads these in a path as a pattern, so a folder so named would match other folders.
_PATTERN_CHARACTERS = frozenset("*?[")


class SettingsError(ValueError):
    """A setting is missing or cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The folders one run works on. Holds no secret, so it may be shown."""

    inbox: Path
    home: Path
    target: str = "duckdb"

    @classmethod
    def from_environment(cls, inbox: Path | None = None, home: Path | None = None) -> Self:
        """Settings from the arguments, else the environment, else `.env`."""
        target = read_setting("HEARD_TARGET") or "duckdb"
        if target not in _TARGETS:
            raise SettingsError(f"HEARD_TARGET must be one of {', '.join(_TARGETS)}")
        return cls(
            inbox=_folder("HEARD_INBOX", inbox),
            home=_folder("HEARD_HOME", home),
            target=target,
        )


def read_setting(name: str) -> str | None:
    """The value of a setting from the environment, else `.env` in the working folder, else None."""
    value = os.environ.get(name)
    if value:
        return value
    path = Path(".env")
    if not path.is_file():
        return None
    from dotenv import dotenv_values

    return dotenv_values(path).get(name) or None


def open_to_others(name: str) -> Path | None:
    """The `.env` that a setting comes from, if others may read it."""
    path = Path(".env")
    if os.environ.get(name) or not path.is_file() or not read_setting(name):
        return None
    return path if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) else None


def links_authorities() -> bool:
    """Whether a child who moves between authorities is to be recognised; only if somebody said so.

    Raises:
        SettingsError: The setting is neither yes nor no.
    """
    value = (read_setting(_LINKING) or "no").strip().lower()
    if value not in ("yes", "no"):
        raise SettingsError(f"{_LINKING} must be yes or no; docs/decisions/0015 says what it does")
    return value == "yes"


def _folder(name: str, given: Path | None) -> Path:
    value = given if given is not None else read_setting(name)
    if value is None or not str(value).strip():
        raise SettingsError(f"{name} is not set; put it in the environment or in .env")
    folder = Path(value).expanduser().absolute()
    if _PATTERN_CHARACTERS & set(str(folder)):
        raise SettingsError(f"{name} must not hold any of * ? [ in its path; choose another folder")
    return folder
