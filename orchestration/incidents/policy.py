"""How patient incidents are: settings with a default that is data too.

Belongs here: the shape of the policy and the shipped one (``policy.yml``).
Does not belong here: applying it (``rules``), or who is told (``orchestration.alerts``).
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Hours = Annotated[float, Field(ge=0, le=24 * 366)]
Days = Annotated[float, Field(gt=0, le=3660)]
Runs = Annotated[int, Field(ge=1, le=20)]

Value = TypeVar("Value")

_SHIPPED = Path(__file__).with_name("policy.yml")


class _Strict(BaseModel):
    """Unknown keys are refused: a misspelt one must not become a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BySeverity(_Strict, Generic[Value]):
    """One value for each severity of a check."""

    stop: Value
    warn: Value
    watch: Value

    def of(self, severity: str) -> Value:
        """The value for a severity; one that nobody knows counts as the gravest."""
        found: Value = getattr(self, severity, self.stop)
        return found


class Causes(_Strict):
    """Which failures explain those of checks downstream."""

    severities: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()


class Policy(_Strict):
    """When an incident opens, closes, escalates, and how long news may wait."""

    confirm_runs: BySeverity[Runs]
    close_runs: Runs
    reopen_days: Days
    escalate_days: BySeverity[Days]
    gather_hours: BySeverity[Hours]
    resolved_hours: Hours
    doubt_hours: Hours
    causes: Causes
    run_due_hours: Hours
    delivery_due_days: dict[str, Days]


def policy_from(changes: dict[str, Any]) -> Policy:
    """The shipped policy with some settings of an installation in place of its own."""
    return Policy.model_validate(_shipped() | changes)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    import yaml

    stored: dict[str, Any] = yaml.safe_load(_SHIPPED.read_text(encoding="utf-8"))
    return stored
