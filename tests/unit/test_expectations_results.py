"""What a result says of itself, and what of it may leave the restricted tier."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.results import CheckResult, Outcome, held_back


def result(
    n: int | None = 100,
    k: int | None = 50,
    outcome: Outcome = Outcome.PASS,
    severity: str = "stop",
    unit: str = "percent",
) -> CheckResult:
    return CheckResult(
        check_id="SSD-001",
        name="ethnicity_is_known",
        asset="raw/ssd/ssd_person",
        authority_code="330",
        slice="all",
        n=n,
        k=k,
        value=100 * k / n if n and k is not None else None,
        threshold=95,
        unit=unit,
        outcome=outcome,
        severity=severity,
        is_blocking=severity == "stop",
        is_shadow=False,
        dimension="completeness",
        cell="completeness, verification",
        sentence="The ethnicity of nearly every child is recorded.",
        what_to_do="Ask the teams.",
        owner="data team",
        completeness=None,
        indicators=("A1",),
        breakdown=None,
        run_id="run",
        measured_at=datetime(2026, 10, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize("severity", ["stop", "warn", "watch"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_a_stop_that_fails_or_cannot_run_holds_back(severity: str, outcome: Outcome) -> None:
    expected = (severity, outcome.value) in {("stop", "fail"), ("stop", "error")}
    found = held_back([result(outcome=outcome, severity=severity)])
    assert bool(found) is expected


@pytest.mark.parametrize(
    ("n", "k"), [(9, 9), (9, 0), (100, 1), (100, 9), (100, 91), (100, 99), (None, None)]
)
def test_counts_that_may_be_a_few_children_do_not_leave(n: int | None, k: int | None) -> None:
    public = result(n=n, k=k).public()
    assert (public.n, public.k, public.value) == (None, None, None)
    assert public.outcome is Outcome.PASS


def test_none_and_all_may_be_told() -> None:
    assert result(n=1000, k=0).public().value == 0
    assert result(n=1000, k=1000).public().value == 100


def test_a_public_share_comes_from_rounded_counts() -> None:
    public = result(n=1013, k=488).public()
    assert (public.n, public.k, public.value) == (1015, 490, 48.3)


@given(n=st.integers(10, 5000), share=st.floats(0, 1))
def test_a_public_count_is_a_multiple_of_five(n: int, share: float) -> None:
    public = result(n=n, k=round(n * share)).public()
    assert public.n is None or (public.n % 5 == 0 and abs(public.n - n) <= 2)
    assert public.k is None or public.k % 5 == 0


def test_days_are_told_as_they_are() -> None:
    days = result(n=1, k=3, unit="days")
    assert days.public() == days
