"""What a check found: the six outcomes, the result of one slice, and who may see its counts.

Belongs here: values that every reader of a result shares.
Does not belong here: deciding an outcome (``rules``), storing one (``store``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

# Under this many, a count may be a child.
SMALL_COUNT = 10
# Counts that leave the restricted tier are multiples of this.
ROUNDING = 5


class Outcome(StrEnum):
    """The six things that a check can say."""

    PASS = "pass"  # noqa: S105 (an outcome, not a password)
    WATCH = "watch"
    FAIL = "fail"
    ERROR = "error"
    NOT_APPLICABLE = "not_applicable"
    TOO_SMALL = "too_small"

    @property
    def is_bad(self) -> bool:
        """Whether the claim is false, or could not be tested at all."""
        return self in (Outcome.FAIL, Outcome.ERROR)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check on one authority and one slice of its data; counts only, never a row's value."""

    check_id: str
    name: str
    asset: str
    authority_code: str
    slice: str
    n: int | None
    k: int | None
    value: float | None
    threshold: float | None
    unit: str
    outcome: Outcome
    severity: str
    is_blocking: bool
    is_shadow: bool
    dimension: str
    cell: str
    sentence: str
    what_to_do: str
    owner: str
    # The share of records that hold the fact, where the check is about that.
    completeness: float | None
    indicators: tuple[str, ...]
    breakdown: str | None
    run_id: str
    measured_at: datetime

    @property
    def is_ok(self) -> bool:
        """Whether nobody needs to act on this result."""
        return not self.outcome.is_bad

    @property
    def holds_back(self) -> bool:
        """Whether this result alone keeps a release from being published."""
        return self.is_blocking and self.outcome.is_bad

    def public(self) -> "CheckResult":
        """Return the result as it may leave the restricted tier.

        Counts are rounded to the nearest five, and the share follows from the rounded counts.
        Where the cases looked at, those found or those left over are a few children, counts
        and share are left out and only the outcome stays. Days are no count and stay.
        """
        if self.unit == "days":
            return self
        if self.n is None or self.k is None or _is_small(self.n, self.k):
            return replace(self, n=None, k=None, value=None, completeness=None)
        n, k = _rounded(self.n), _rounded(self.k)
        share = round(100 * k / n, 1) if self.unit == "percent" else None
        completeness = None if self.completeness is None else share
        return replace(self, n=n, k=k, value=share, completeness=completeness)


def held_back(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the results that hold publication back: stop-level failures and errors."""
    return tuple(result for result in results if result.holds_back)


def _is_small(n: int, k: int) -> bool:
    # A share of none or of all says nothing about a few; a share of some might.
    return n < SMALL_COUNT or 0 < k < SMALL_COUNT or 0 < n - k < SMALL_COUNT


def _rounded(count: int) -> int:
    return ROUNDING * ((count + ROUNDING // 2) // ROUNDING)
