"""The units that `orchestration/deploy` ships, read as systemd reads them.

Belongs here: sections, settings and command lines. Does not belong here: starting anything.
"""

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import REPOSITORY

DEPLOY = REPOSITORY / "orchestration" / "deploy"
# Where the units expect the installation; here it is wherever these tests run.
INSTALLED = "/opt/heard/.venv/bin/"


@dataclass(frozen=True)
class Unit:
    """One unit: every setting of every section, in order; a setting may come more than once."""

    name: str
    settings: tuple[tuple[str, str, str], ...]

    def all(self, section: str, key: str) -> list[str]:
        """Every value of a setting."""
        return [value for where, name, value in self.settings if (where, name) == (section, key)]

    def one(self, section: str, key: str) -> str | None:
        """The value that counts, which is the last; None where it is not set."""
        found = self.all(section, key)
        return found[-1] if found else None

    def commands(self, key: str) -> list[list[str]]:
        """Command lines, with the programs of this installation."""
        here = str(Path(sys.executable).parent) + "/"
        return [shlex.split(value.replace(INSTALLED, here)) for value in self.all("Service", key)]


def read_unit(name: str) -> Unit:
    """Read a unit by its file name."""
    return Unit(name, tuple(_settings((DEPLOY / name).read_text(encoding="utf-8"))))


def _settings(text: str) -> Iterator[tuple[str, str, str]]:
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.strip("[]")
        elif stripped and stripped[0] not in "#;":
            key, _, value = stripped.partition("=")
            yield section, key.strip(), value.strip()
