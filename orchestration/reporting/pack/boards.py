"""Which boards there are and what each is told: the shipped list, and what HOME says otherwise.

Belongs here: reading and refusing settings of boards.
Does not belong here: how anything is said or drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

SETTINGS = "boards.yml"
SectionName = Literal[
    "thread", "themes", "participation", "examples", "information", "deliveries", "checks"
]


class BoardSettingsError(ValueError):
    """The settings of the boards cannot be used."""


class Strict(BaseModel):
    """Refuses a key that it does not know: a misspelt one would be silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Board(Strict):
    """What one board is told, and when."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    title: str
    audience: str
    question: str
    rhythm: str
    cron: str = Field(pattern=r"^(\S+ ){4}\S+$")
    route: str
    public: bool = False
    headline: tuple[str, ...] = Field(min_length=1, max_length=6)
    annex: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    sections: tuple[SectionName, ...] = ()
    ask: str


class YoungSentence(Strict):
    """One figure in the words of a child of ten."""

    indicator: str
    sentence: str


class _File(Strict):
    version: Literal[1]
    authorities: dict[str, str] = {}
    contact: str
    young_people: tuple[YoungSentence, ...]
    boards: dict[str, Board]


@dataclass(frozen=True, slots=True)
class Boards:
    """All boards, and what is common to them."""

    authorities: Mapping[str, str]
    contact: str
    young_people: tuple[YoungSentence, ...]
    boards: tuple[Board, ...]

    def named(self, board_id: str) -> Board:
        """Return one board.

        Raises:
            BoardSettingsError: There is none of this name.
        """
        for board in self.boards:
            if board.id == board_id:
                return board
        known = ", ".join(board.id for board in self.boards)
        raise BoardSettingsError(f"there is no board {board_id}; choose from {known}")


def load_boards(home: Path) -> Boards:
    """Return the boards of a home folder.

    Raises:
        BoardSettingsError: ``HOME/boards.yml`` cannot be used; told with the key at fault.
    """
    shipped = yaml.safe_load(files(__package__).joinpath(SETTINGS).read_text(encoding="utf-8"))
    path = home / SETTINGS
    own = _own(path) if path.is_file() else {}
    merged = {**shipped, **{key: own[key] for key in own if key != "boards"}}
    merged["authorities"] = {str(key): name for key, name in merged["authorities"].items()}
    merged["boards"] = _merged_boards(shipped["boards"], own.get("boards") or {}, path)
    try:
        checked = _File.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BoardSettingsError(f"{path}: {where}: {first['msg']}") from None
    return Boards(
        authorities=checked.authorities,
        contact=checked.contact,
        young_people=checked.young_people,
        boards=tuple(checked.boards.values()),
    )


def _own(path: Path) -> dict[str, Any]:
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BoardSettingsError(f"{path} is not YAML; docs/packs.md shows one") from None
    if not isinstance(own, dict) or not isinstance(own.get("boards") or {}, dict):
        raise BoardSettingsError(f"{path} must be keys and values; docs/packs.md shows one")
    if own.get("authorities") is None:
        own.pop("authorities", None)
    elif not isinstance(own["authorities"], dict):
        raise BoardSettingsError(f"{path}: authorities must be codes and names")
    return own


def _merged_boards(
    shipped: dict[str, Any], own: dict[str, Any], path: Path
) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for name in [*shipped, *(name for name in own if name not in shipped)]:
        if name in own and own[name] is None:
            continue
        changed = own.get(name, {})
        if not isinstance(changed, dict):
            raise BoardSettingsError(f"{path}: boards.{name} must be keys and values, or null")
        merged[str(name)] = {**shipped.get(name, {}), **changed, "id": str(name)}
    return merged
