"""What one check says: its claim, how it is judged, and who does what about it.

Belongs here: the shape of a registry row, and the rules that make a row refuse to load.
Does not belong here: how it is counted (``measures``), reading files, SQL text or outcomes.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from expectations.registry.measures import (
    AttributeStability,
    CodeShare,
    DominantValue,
    Drift,
    GroupShare,
    Measure,
    Name,
    RowsThatBreak,
    RowsThatHold,
    Sentence,
    SharePresent,
    Strict,
)

# UK Government Data Quality Framework.
Dimension = Literal[
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"
]
# Kahn and others (2016): what is asked, and whether against the data's own rules or against
# something outside of them.
Cell = Literal[
    "conformance, verification",
    "conformance, validation",
    "completeness, verification",
    "completeness, validation",
    "plausibility, verification",
    "plausibility, validation",
]
Unit = Literal["percent", "days"]
CheckId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3}-[0-9]{3}$")]
AssetKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^(raw/[a-z0-9_]+/[a-z0-9_]+|(ledger|staging|marts|published)/[a-z0-9_]+)$"
    ),
]
# A slice must be a breakdown of the figures, so that what fails there marks what stands there.
Slice = Literal["area", "stage", "opportunity_type_code", "voice_owner_code", "placement_group"]
# The return and the census call their tables simply ``reviews`` or ``children``.
_PREFIXES = {"ssda903": "ssda903_", "cin_census": "cin_", "annex_a": "annex_a_"}


class Severity(StrEnum):
    """What a failure means: the figure cannot be used, its owner must act, or the trend shows."""

    STOP = "stop"
    WARN = "warn"
    WATCH = "watch"


class Within(Strict):
    """The value must lie inside limits; outside the fail limits it fails, else it is watched."""

    kind: Literal["within"]
    unit: Unit = "percent"
    fail_below: float | None = None
    fail_above: float | None = None
    watch_below: float | None = None
    watch_above: float | None = None

    @model_validator(mode="after")
    def _must_be_able_to_fail(self) -> "Within":
        if self.fail_below is None and self.fail_above is None:
            raise ValueError("give fail_below or fail_above: a rule that cannot fail is no rule")
        return self


class Parity(Strict):
    """No group's share may be under ``floor`` times that of everyone else together."""

    kind: Literal["parity"]
    floor: float = Field(gt=0, lt=1)


class Missingness(Strict):
    """No group's share of missing values may be over everyone else's by more than the points."""

    kind: Literal["missingness"]
    max_gap_points: float = Field(gt=0, lt=100)


class NoDrift(Strict):
    """A share may not have moved by more than the points from what it was before."""

    kind: Literal["no_drift"]
    max_change_points: float = Field(gt=0, lt=100)


Rule = Annotated[Within | Parity | Missingness | NoDrift, Field(discriminator="kind")]
_SLICED = (SharePresent, RowsThatHold, RowsThatBreak, CodeShare, DominantValue)


class Check(Strict):
    """One row of the registry: a claim about data that can be false."""

    id: CheckId
    name: Name
    sentence: Sentence
    dimension: Dimension
    cell: Cell
    asset: AssetKey
    measure: Measure
    slices: tuple[Slice, ...] = ()
    rule: Rule
    reason: Sentence
    severity: Severity
    blocking: bool | None = None
    shadow: bool = False
    min_n: int = Field(default=1, ge=1)
    owner: str = Field(min_length=3)
    review_on: date
    indicators: tuple[str, ...] = ()
    breakdown: Name | None = None
    what_to_do: Sentence

    @model_validator(mode="after")
    def _parts_must_fit(self) -> "Check":
        problems = {
            f"{self.measure.kind} does not go with the rule {self.rule.kind}": not isinstance(
                self.rule, self._fitting()
            ),
            f"{self.measure.kind} cannot be sliced; write a query": bool(self.slices)
            and not isinstance(self.measure, _SLICED),
            "only the marts hold the breakdowns that a check is sliced by": bool(self.slices)
            and self.tier != "marts",
            "extracts are compared where they arrive: use an asset of raw/": isinstance(
                self.measure, AttributeStability
            )
            and self.tier != "raw",
            "a check in shadow mode is on trial; it cannot hold anything back": self.shadow
            and bool(self.blocking),
            "only a check of severity stop can hold publication back": bool(self.blocking)
            and self.severity is not Severity.STOP,
        }
        found = [problem for problem, is_there in problems.items() if is_there]
        if found:
            raise ValueError("; ".join(found))
        return self

    def _fitting(self) -> tuple[type[Strict], ...]:
        measure = self.measure
        if isinstance(measure, Drift):
            return (NoDrift,)
        by_group = isinstance(measure, AttributeStability) and measure.lost
        return (Parity, Missingness) if by_group or isinstance(measure, GroupShare) else (Within,)

    @property
    def blocks(self) -> bool:
        """Whether a failure holds publication back; a stop does unless it says otherwise."""
        stops = self.severity is Severity.STOP
        return stops and not self.shadow and self.blocking is not False

    @property
    def tier(self) -> str:
        """The first part of the asset, which is the schema of its table."""
        return self.asset.split("/", 1)[0]

    @property
    def relation(self) -> str:
        """The table of the asset, without its schema."""
        parts = self.asset.split("/")
        prefix = _PREFIXES.get(parts[1], "") if self.tier == "raw" else ""
        return prefix + parts[-1]
