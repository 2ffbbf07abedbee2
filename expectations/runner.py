"""Run checks: measure in DuckDB, judge in Great Expectations, keep the results.

Belongs here: the one function that Dagster and the command line call.
Does not belong here: when to run, and what to do about a failure.
"""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.codes import SHIPPED_LISTS, codes_from
from expectations.judge import judge
from expectations.measure import measure
from expectations.registry.load import load_registry
from expectations.registry.models import Check, Within
from expectations.results import CheckResult, Outcome
from expectations.rules import Verdict
from expectations.store import replace_results

logger = logging.getLogger(__name__)


class NaiveTimeError(ValueError):
    """A moment was given without its zone."""


def run_checks(
    con: duckdb.DuckDBPyConnection,
    assets: Collection[str] | None,
    run_id: str,
    measured_at: datetime,
    code_lists: Path = SHIPPED_LISTS,
) -> list[CheckResult]:
    """Measure and judge every check on the assets, and store what was found.

    Args:
        con: Connection to the warehouse, able to write.
        assets: Asset keys such as ``raw/ssd/ssd_person``; every registered one when ``None``.
        run_id: Identifier of the run, kept on each result.
        measured_at: The moment of the run, with its zone.
        code_lists: Folder of the reference lists.

    Returns:
        One result for each check, authority and slice; never a value of a row.

    Raises:
        NaiveTimeError: ``measured_at`` has no zone.
    """
    if measured_at.tzinfo is None:
        raise NaiveTimeError("measured_at has no zone; pass datetime.now(UTC)")
    moment = measured_at.astimezone(UTC)
    checks = [check for check in load_registry() if assets is None or check.asset in assets]
    rows = measure(con, checks, codes_from(code_lists), moment.date())
    verdicts = judge(checks, rows)
    results = [
        _result(check, verdict, run_id, moment)
        for check in checks
        for verdict in verdicts[check.id]
    ]
    replace_results(con, assets, results)
    _log(checks, results)
    return results


def _result(check: Check, verdict: Verdict, run_id: str, measured_at: datetime) -> CheckResult:
    return CheckResult(
        check_id=check.id,
        name=check.name,
        asset=check.asset,
        authority_code=verdict.authority_code,
        slice=verdict.slice,
        n=verdict.n,
        k=verdict.k,
        value=verdict.value,
        threshold=verdict.threshold,
        unit=_unit(check),
        outcome=verdict.outcome,
        severity=check.severity.value,
        is_blocking=check.blocks,
        is_shadow=check.shadow,
        dimension=check.dimension,
        cell=check.cell,
        sentence=check.sentence,
        what_to_do=check.what_to_do,
        owner=check.owner,
        completeness=_completeness(check, verdict),
        indicators=check.indicators,
        breakdown=check.breakdown,
        run_id=run_id,
        measured_at=measured_at,
    )


def _completeness(check: Check, verdict: Verdict) -> float | None:
    """Return the share of records that hold the fact, if the check counts one."""
    rule = check.rule
    if check.dimension != "completeness" or not isinstance(rule, Within) or not verdict.n:
        return None
    if verdict.value is None or check.measure.kind not in ("share_present", "rows_that_hold"):
        return None
    return verdict.value


def _unit(check: Check) -> str:
    if isinstance(check.rule, Within):
        return check.rule.unit
    return "ratio" if check.rule.kind == "parity" else "points"


def _log(checks: Sequence[Check], results: Sequence[CheckResult]) -> None:
    counts = Counter(result.outcome for result in results)
    logger.info(
        "%d checks: %s",
        len(checks),
        ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]),
    )
