"""The profiles of publication, read from ``profiles.yaml``.

Belongs here: reading them. Does not belong here: who may approve (``orchestration.releases``).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

_PROFILES = Path(__file__).with_name("profiles.yaml")


class UnknownProfileError(ValueError):
    """No profile has that name."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who reads a release, and what must hold before they do."""

    name: str
    for_whom: str
    fail_on: Literal["exact", "narrow"]
    approvers: int
    handful: int
    mostly_hidden: float
    closed_periods: Literal["open", "frozen"]

    def numbers(self) -> dict[str, float]:
        """The numbers that a release of this profile was made with, for the record."""
        return {"handful": self.handful, "mostly_hidden": self.mostly_hidden}


@dataclass(frozen=True, slots=True)
class TableProfile:
    """How a one-off table of exact numbers is protected; ``profiles.yaml`` says what each means."""

    name: str
    for_whom: str
    threshold: int
    fail_on: Literal["exact", "narrow"]
    approvers: int
    mostly_hidden: float
    least_for_rate: int


@cache
def _stored() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(_PROFILES.read_text(encoding="utf-8"))
    return found


def profile(name: str) -> Profile:
    """One profile.

    Raises:
        UnknownProfileError: There is none of that name.
    """
    known = _stored()["profiles"]
    if name in _stored()["tables"]:
        raise UnknownProfileError(
            f"{name} is a table that is made once (`heard release dfe-table`) and no profile for"
            f" releases; choose {', '.join(sorted(known))}"
        )
    if name not in known:
        raise UnknownProfileError(f"{name} is no profile; choose {', '.join(sorted(known))}")
    return Profile(name, **known[name])


def table_profile(name: str) -> TableProfile:
    """How a one-off table is protected."""
    return TableProfile(name, **_stored()["tables"][name])


def identities() -> list[tuple[str, tuple[str, ...]]]:
    """Counts that are the sum of others in every cell, or the same as one other."""
    return [(each["whole"], tuple(each["parts"])) for each in _stored()["identities"]]


def rules() -> dict[str, Any]:
    """The numbers that the models apply, for the record."""
    return dict(_stored()["rules"])


def attack_settings() -> dict[str, tuple[str, ...]]:
    """Indicators of which the attacker is told something."""
    return {name: tuple(found) for name, found in _stored()["attack"].items()}


def ties() -> list[tuple[str, str, str]]:
    """Pairs of indicators: what the first leaves out, and the count of the second that tells it."""
    return [(tie["left_out_of"], tie["told_by"], tie["as"]) for tie in _stored()["ties"]]
