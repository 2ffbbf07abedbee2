"""How a check is measured: the kinds of counting, and what each of them counts.

Belongs here: the shape of a measure; ``n`` is always what was looked at, ``k`` what was found.
Does not belong here: the SQL of a kind (``expectations.compile``) or a limit (``models``).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Sentence = Annotated[str, StringConstraints(min_length=20, pattern=r"[.?]$")]
Words = Annotated[str, StringConstraints(min_length=5)]


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt threshold must not become a silent pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SharePresent(Strict):
    """How many rows hold a value; n = rows in scope, k = rows with a value."""

    kind: Literal["share_present"]
    column: Name
    missing: tuple[str, ...] = ()
    where: str = "true"


class CodeInList(Strict):
    """How many delivered codes are in a reference list; n = codes, k = codes found in it."""

    kind: Literal["code_in_list"]
    column: Name
    list: Name
    where: str = "true"


class RowsThatHold(Strict):
    """How many rows meet a condition that should hold; n = rows in scope, k = rows that do."""

    kind: Literal["rows_that_hold"]
    holds: str
    where: str = "true"
    joins: str = ""


class RowsThatBreak(Strict):
    """How many rows break a rule; n = rows in scope, k = rows that break it."""

    kind: Literal["rows_that_break"]
    breaks: str
    where: str = "true"
    joins: str = ""


class UniqueKey(Strict):
    """How many rows repeat the key of another; n = rows, k = rows over one for each key."""

    kind: Literal["unique_key"]
    columns: tuple[Name, ...] = Field(min_length=1)


class DominantValue(Strict):
    """How much of a column is one value; n = filled cells, k = cells with the commonest."""

    kind: Literal["dominant_value"]
    columns: tuple[Name, ...] = Field(min_length=1)
    where: str = "true"


class CodeShare(Strict):
    """How much of a column is the codes named; n = filled cells, k = cells with such a code."""

    kind: Literal["code_share"]
    column: Name
    codes: tuple[str, ...] = Field(min_length=1)
    where: str = "true"


class PlaceholderText(Strict):
    """How much of a column is filler text; n = filled cells, k = cells that are filler."""

    kind: Literal["placeholder_text"]
    columns: tuple[Name, ...] = Field(min_length=1)
    text: str = "PLACEHOLDER_DATA"


class Volume(Strict):
    """Rows of the latest delivery (k) against those of the one before (n)."""

    kind: Literal["volume_against_last_delivery"]


class QuarantinedShare(Strict):
    """Rows of the current deliveries that were set aside (k) among all that arrived (n)."""

    kind: Literal["quarantined_share"]


class Freshness(Strict):
    """Days from the latest delivery's as-of date to the moment of measuring (k, with n = 1)."""

    kind: Literal["freshness"]


class GroupShare(Strict):
    """A share for each group; n = rows in scope, k = rows with the flag, slice = the group."""

    kind: Literal["group_share"]
    group: Name
    flag: str
    where: str = "true"
    leave_out: tuple[str, ...] = ("unknown", "refused", "not_mapped", "not_applicable", "unborn")
    count_distinct: Name | None = None


class AgainstLastYear(Strict):
    """Rows of the last complete quarter (k) against the same quarter a year before (n)."""

    kind: Literal["against_last_year"]
    date_column: Name
    where: str = "true"


class AttributeStability(Strict):
    """Whether a person keeps a value between two extracts; n = known before, k = as before.

    With ``lost``, k counts those whose value is gone instead, and the slice is the value before:
    a value that vanishes in one group only leaves every total as it was.
    """

    kind: Literal["attribute_stability"]
    person: Name
    column: Name
    lost: bool = False
    unknown: tuple[str, ...] = ()


class Drift(Strict):
    """A share now and before; slice ``now`` is the last quarter, ``before`` the year before it."""

    kind: Literal["drift"]
    date_column: Name
    flag: str
    where: str = "true"


class NotEmpty(Strict):
    """Whether an authority that delivered a source has rows at all; n = 1, k = 1 if it has."""

    kind: Literal["not_empty"]
    source: Name
    where: str = "true"


class Query(Strict):
    """Hand-written SQL that returns authority_code, slice, n and k.

    ``{name}`` stands for the current rows of the raw table of that name, ``{previous:name}``
    for those of the delivery before, and ``{as_of}`` for the latest date of each authority. A
    query cannot tell by itself what it counts, so it says so in words.
    """

    kind: Literal["query"]
    counted: Words
    out_of: Words
    sql: str


Measure = Annotated[
    SharePresent
    | CodeInList
    | RowsThatHold
    | RowsThatBreak
    | UniqueKey
    | DominantValue
    | CodeShare
    | PlaceholderText
    | Volume
    | QuarantinedShare
    | Freshness
    | GroupShare
    | AgainstLastYear
    | AttributeStability
    | Drift
    | NotEmpty
    | Query,
    Field(discriminator="kind"),
]
