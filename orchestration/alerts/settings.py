"""Who is told what: ``HOME/alerts.yaml``, read with errors that name the line and the field.

Belongs here: the shape of a route and reading the file. Does not belong here: addresses, which are
secrets (``secrets``), or the meaning of the policy (``orchestration.incidents.policy``).
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from orchestration.incidents.policy import Policy, policy_from

SETTINGS_NAME = "alerts.yaml"
_BOARDS = Path(__file__).with_name("boards.yml")

Severity = Literal["stop", "warn", "watch"]
RouteName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^HEARD_ALERT_[A-Z0-9_]{1,40}$")]
AuthorityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
# Checks (SSD-001, SSD) and indicators (A1) by the beginning of their ids.
Subject = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}(-[0-9]{1,3})?$")]


class AlertSettingsError(ValueError):
    """``alerts.yaml`` cannot be used."""


class Route(BaseModel):
    """One recipient: which board, over what, and what about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: RouteName
    board: str
    # The name of the setting that holds the address; the address itself is a secret.
    address: SecretName
    severities: tuple[Severity, ...] = Field(default=("stop", "warn"), min_length=1)
    authorities: tuple[AuthorityCode, ...] = ()
    about: tuple[Subject, ...] = ()
    at_once: bool = False
    releases: bool = False
    # What the board reads: sent with a message, only told of, or neither.
    packs: Literal["attached", "notice", "nothing"] = "attached"
    # After so long without a message comes one that says that all is well.
    alive_days: int = Field(default=7, ge=1, le=92)

    @property
    def title(self) -> str:
        """The board's name in words."""
        return str(boards()[self.board]["title"])

    def wants(self, severity: str, authority_code: str, check_id: str, indicators: str) -> bool:
        """Whether this route is told of an incident."""
        subjects = (check_id, *filter(None, indicators.split(",")))
        return (
            severity in self.severities
            and (not self.authorities or authority_code in ("", *self.authorities))
            and (not self.about or any(s.startswith(self.about) for s in subjects))
        )


class AlertSettings(BaseModel):
    """All of ``alerts.yaml``; nobody is told anything where there is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Policy = Field(default_factory=lambda: policy_from({}))
    routes: tuple[Route, ...] = ()


@lru_cache(maxsize=1)
def boards() -> dict[str, dict[str, Any]]:
    """The boards that there are, with what each is told by default."""
    import yaml

    found: dict[str, dict[str, Any]] = yaml.safe_load(_BOARDS.read_text(encoding="utf-8"))
    return found


def settings_path(home: Path) -> Path:
    """Where the settings of a home folder are."""
    return home / SETTINGS_NAME


def read_alert_settings(home: Path) -> AlertSettings:
    """Who is told what in a home folder.

    Raises:
        AlertSettingsError: With file, line and field of what cannot be used.
    """
    path = settings_path(home)
    if not path.is_file():
        return AlertSettings()
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        stored = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise AlertSettingsError(f"{path}:{line} this is no YAML; see docs/alerts.md") from None
    if not isinstance(stored, dict):
        raise AlertSettingsError(f"{path}: line 1: begin with `routes:`; see docs/alerts.md")
    try:
        found = AlertSettings.model_validate(_with_defaults(stored))
    except ValidationError as error:
        raise AlertSettingsError(_told(path, tree, error)) from None
    _refuse_twins(path, found.routes)
    return found


def _with_defaults(stored: dict[str, Any]) -> dict[str, Any]:
    """Fill in what the boards and the shipped policy say by default."""
    filled = dict(stored)
    if isinstance(stored.get("policy"), dict):
        filled["policy"] = policy_from({}).model_dump() | stored["policy"]
    if isinstance(stored.get("routes"), list):
        filled["routes"] = [_with_board(route) for route in stored["routes"]]
    return filled


def _with_board(route: Any) -> Any:
    if not isinstance(route, dict):
        return route
    board = boards().get(str(route.get("board")))
    if board is None:
        # Not a board: told as a wrong field, with its line, by the model.
        return {**route, "board": None}
    return {key: value for key, value in board.items() if key != "title"} | route


def _told(path: Path, tree: Any, error: ValidationError) -> str:
    """Return line, field and reason of every mistake, and nothing that stands in a field."""
    told = []
    for found in error.errors(include_input=False, include_url=False, include_context=False):
        field = ".".join(str(part) for part in found["loc"])
        why = "one of " + ", ".join(boards()) if field.endswith(".board") else found["msg"]
        told.append(f"line {_line(tree, found['loc'])}: {field}: {why}")
    return f"{path}: {'; '.join(told)}"


def _line(tree: Any, location: tuple[int | str, ...]) -> int:
    """The line of a field, or of the nearest thing around it."""
    node = tree
    line = int(node.start_mark.line) if node else 0
    for part in location:
        children = getattr(node, "value", None)
        if isinstance(part, int) and isinstance(children, list) and part < len(children):
            node = children[part]
            line = int(node.start_mark.line)
            continue
        pairs = [pair for pair in children or () if isinstance(pair, tuple)]
        match = next((pair for pair in pairs if pair[0].value == part), None)
        if match is None:
            break
        line, node = int(match[0].start_mark.line), match[1]
    return line + 1


def _refuse_twins(path: Path, routes: tuple[Route, ...]) -> None:
    names = [route.name for route in routes]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise AlertSettingsError(f"{path}: routes: two are called {', '.join(twins)}")
