"""How a site publishes: by itself, or when people have approved (``HOME/releases.yml``).

Belongs here: reading the file. Does not belong here: what follows from it.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from orchestration.disclosure.profiles import Profile, UnknownProfileError, profile

SETTINGS_FILE = "releases.yml"
_KNOWN = {"release", "profile", "approvers", "closed_periods", "revision_month"}
# Reports of a financial year are done by then.
_JUNE = 6


class ReleaseSettingsError(ValueError):
    """The settings of releases cannot be used."""


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """How releases are made here."""

    release: Literal["automatic", "approval"]
    profile: Profile
    approvers: int
    closed_periods: Literal["open", "frozen"] = "open"
    revision_month: int = _JUNE

    @property
    def asks_people(self) -> bool:
        """Whether nothing is published before people approved it."""
        return self.release == "approval"

    def freezes(self, on: date) -> bool:
        """Whether a figure that was released stays as it is, whatever arrived since."""
        return self.closed_periods == "frozen" and on.month != self.revision_month


def read_release_settings(home: Path) -> ReleaseSettings:
    """The settings of a home folder; without a file, releases are automatic, for own boards.

    Raises:
        ReleaseSettingsError: The file says something that is not understood.
    """
    path = home / SETTINGS_FILE
    told: dict[str, Any] = {}
    if path.is_file():
        import yaml

        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            raise ReleaseSettingsError(f"{path} is no YAML; see docs/releases.md") from None
        told = found if isinstance(found, dict) else {}
        if not told or set(told) - _KNOWN:
            raise ReleaseSettingsError(f"{path} may hold {', '.join(sorted(_KNOWN))} and no more")
    way = told.get("release", "automatic")
    try:
        chosen = profile(str(told.get("profile", "internal_board")))
    except UnknownProfileError as error:
        raise ReleaseSettingsError(f"{path}: {error}") from None
    approvers = told.get("approvers", chosen.approvers)
    if way not in ("automatic", "approval"):
        raise ReleaseSettingsError(f"{path}: release is automatic or approval")
    if not isinstance(approvers, int) or isinstance(approvers, bool) or approvers < 1:
        raise ReleaseSettingsError(f"{path}: approvers is a number, 1 or more")
    # What people approved stands; what a run published by itself is still in the making.
    closed = told.get("closed_periods", "frozen" if way == "approval" else chosen.closed_periods)
    month = told.get("revision_month", _JUNE)
    if closed not in ("open", "frozen"):
        raise ReleaseSettingsError(f"{path}: closed_periods is open or frozen")
    if month not in range(1, 13):
        raise ReleaseSettingsError(f"{path}: revision_month is a number from 1 to 12")
    return ReleaseSettings(way, chosen, approvers, closed, month)
