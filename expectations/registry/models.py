"""What one check says: its claim, how it is measured and how the measure is judged.

Belongs here: the shape of a registry row, and the rules that make a row refuse to load.
Does not belong here: reading files, SQL text or outcomes.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Dimension = Literal[
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"
]
Unit = Literal["percent", "days"]
CheckId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3}-[0-9]{3}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
AssetKey = Annotated[
    str, StringConstraints(pattern=r"^(raw/[a-z0-9_]+/[a-z0-9_]+|marts/[a-z0-9_]+)$")
]
Sentence = Annotated[str, StringConstraints(min_length=20, pattern=r"\.$")]


class Severity(StrEnum):
    """What a failure does: hold publication back, alert the owner, or show in the trend."""

    STOP = "stop"
    WARN = "warn"
    WATCH = "watch"


class _Strict(BaseModel):
    """Unknown keys are refused: a misspelt threshold must not become a silent pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SharePresent(_Strict):
    """How many rows hold a value; n = rows in scope, k = rows with a value."""

    kind: Literal["share_present"]
    column: Name
    missing: tuple[str, ...] = ()
    where: str = "true"


class CodeInList(_Strict):
    """How many delivered codes are in a reference list; n = codes, k = codes found in it."""

    kind: Literal["code_in_list"]
    column: Name
    list: Name
    where: str = "true"


class RowsThatHold(_Strict):
    """How many rows meet a condition that should hold; n = rows in scope, k = rows that do."""

    kind: Literal["rows_that_hold"]
    holds: str
    where: str = "true"
    joins: str = ""


class RowsThatBreak(_Strict):
    """How many rows break a rule; n = rows in scope, k = rows that break it."""

    kind: Literal["rows_that_break"]
    breaks: str
    where: str = "true"
    joins: str = ""


class UniqueKey(_Strict):
    """How many rows repeat the key of another; n = rows, k = rows over one for each key."""

    kind: Literal["unique_key"]
    columns: tuple[Name, ...] = Field(min_length=1)


class DominantValue(_Strict):
    """How much of a column is one value; n = filled cells, k = cells with the commonest."""

    kind: Literal["dominant_value"]
    columns: tuple[Name, ...] = Field(min_length=1)
    where: str = "true"


class PlaceholderText(_Strict):
    """How much of a column is filler text; n = filled cells, k = cells that are filler."""

    kind: Literal["placeholder_text"]
    columns: tuple[Name, ...] = Field(min_length=1)
    text: str = "PLACEHOLDER_DATA"


class Volume(_Strict):
    """Rows of the latest delivery (k) against those of the one before (n)."""

    kind: Literal["volume_against_last_delivery"]


class QuarantinedShare(_Strict):
    """Rows of the current deliveries that were set aside (k) among all that arrived (n)."""

    kind: Literal["quarantined_share"]


class Freshness(_Strict):
    """Days from the latest delivery's as-of date to the moment of measuring (k, with n = 1)."""

    kind: Literal["freshness"]


class GroupShare(_Strict):
    """A share for each group; n = rows in scope, k = rows with the flag, slice = the group."""

    kind: Literal["group_share"]
    group: Name
    flag: str
    where: str = "true"
    leave_out: tuple[str, ...] = ("unknown", "refused", "not_mapped", "not_applicable", "unborn")
    count_distinct: Name | None = None


class AgainstLastYear(_Strict):
    """Rows of the last complete quarter (k) against the same quarter a year before (n)."""

    kind: Literal["against_last_year"]
    date_column: Name
    where: str = "true"


class Query(_Strict):
    """Hand-written SQL that returns authority_code, slice, n and k.

    ``{name}`` stands for the current rows of the raw table of that name, ``{previous:name}``
    for those of the delivery before, and ``{as_of}`` for the latest date of each authority.
    """

    kind: Literal["query"]
    sql: str


Measure = Annotated[
    SharePresent
    | CodeInList
    | RowsThatHold
    | RowsThatBreak
    | UniqueKey
    | DominantValue
    | PlaceholderText
    | Volume
    | QuarantinedShare
    | Freshness
    | GroupShare
    | AgainstLastYear
    | Query,
    Field(discriminator="kind"),
]


class Within(_Strict):
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


class Parity(_Strict):
    """No group's share may be under ``floor`` times that of everyone else together."""

    kind: Literal["parity"]
    floor: float = Field(gt=0, lt=1)


class Missingness(_Strict):
    """No group's share of missing values may be over everyone else's by more than the points."""

    kind: Literal["missingness"]
    max_gap_points: float = Field(gt=0, lt=100)


Rule = Annotated[Within | Parity | Missingness, Field(discriminator="kind")]


class Check(_Strict):
    """One row of the registry: a claim about data that can be false."""

    id: CheckId
    name: Name
    sentence: Sentence
    dimension: Dimension
    asset: AssetKey
    measure: Measure
    rule: Rule
    reason: Sentence
    severity: Severity
    min_n: int = Field(default=1, ge=1)
    owner: str = Field(min_length=3)
    review_on: date
    indicators: tuple[str, ...] = ()
    breakdown: Name | None = None
    what_to_do: Sentence

    @model_validator(mode="after")
    def _measure_must_fit_rule(self) -> "Check":
        by_group = isinstance(self.measure, GroupShare)
        if by_group is isinstance(self.rule, Within):
            raise ValueError("group_share goes with parity or missingness, and only with them")
        return self

    @property
    def is_stop(self) -> bool:
        """Whether a failure of this check holds publication back."""
        return self.severity is Severity.STOP

    @property
    def tier(self) -> str:
        """The first part of the asset: ``raw`` or ``marts``."""
        return self.asset.split("/", 1)[0]

    @property
    def relation(self) -> str:
        """The table of the asset, without its schema.

        A return's tables are called simply ``reviews`` or ``header``, so their raw tables
        carry the name of the return.
        """
        parts = self.asset.split("/")
        return f"{parts[1]}_{parts[2]}" if parts[1] == "ssda903" else parts[-1]
