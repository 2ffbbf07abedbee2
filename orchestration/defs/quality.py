"""Quality as asset checks: the registry's claims about what arrived and what was made of it.

Belongs here: turning results into Dagster's events and severities.
Does not belong here: what is checked and how (``expectations``), which is imported when a check
runs, because Great Expectations takes longer to load than the checks to run.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg

from expectations.registry import Check
from orchestration.defs.layers import (
    CHECK_RESULTS,
    FIGURE_QUALITY,
    QUALITY,
    WAREHOUSE_POOL,
    Metadata,
)
from orchestration.fingerprint import record_held_back
from orchestration.progress import report
from orchestration.resources import Home, Inputs

if TYPE_CHECKING:
    from expectations.results import CheckResult

CHECK_ID = "heard/check_id"
MAX_AUTHORITIES_TOLD = 20


# The two moments of checking, and the tiers that each looks at: before the warehouse is built from
# what arrived, and before what was built is published.
ARRIVED = ("arrived", ("raw", "ledger"))
BUILT = ("built", ("staging", "marts", "published"))


def build_quality_checks(
    checks: Sequence[Check], moment: tuple[str, tuple[str, ...]], manifest: Mapping[str, Any]
) -> dg.AssetChecksDefinition:
    """Return all checks of one moment as one step, so that measuring is a few scans, not many.

    Every check is declared blocking so that what lies downstream waits for the answer. Only the
    failure of a check that blocks is given the severity that then refuses; all others warn. What
    was found becomes incidents in the same step: a run that is held back has no later one.
    """
    name, tiers = moment
    chosen = [check for check in checks if check.tier in tiers]
    specs = [_spec(check) for check in chosen]

    @dg.multi_asset_check(name=f"{name}_checks", specs=specs, can_subset=True, pool=WAREHOUSE_POOL)
    def moment_checks(
        context: dg.AssetCheckExecutionContext, home: Home, inputs: Inputs
    ) -> Iterator[dg.AssetCheckResult]:
        from expectations.results import held_back
        from expectations.runner import run_checks
        from orchestration.incidents.lineage import read_upstream
        from orchestration.knowing import known_on
        from orchestration.watching import watch_checks

        report(f"Checking what {'has ' if name == 'arrived' else 'was '}{name}")
        assets = {key.asset_key.to_user_string() for key in context.selected_asset_check_keys}
        with home.warehouse() as connection:
            # Figures as known on a past day are judged by that day, not by how long ago it is.
            past = known_on(home.folder)
            measured_at = past or datetime.now(UTC)
            results = run_checks(connection, assets, context.run.run_id, measured_at)
            if past is None:
                # What was known on a past day is nothing that happens now.
                upstream = partial(read_upstream, manifest)
                watch_checks(connection, home.folder, context.run.run_id, measured_at, upstream)
        if held_back(results):
            record_held_back(home.folder, inputs.fingerprint())
        by_check = _by_check(results)
        for check in chosen:
            spec = _spec(check)
            if spec.key in context.selected_asset_check_keys:
                yield _evaluation(check, spec, by_check.get((check.asset, check.name), []))

    return moment_checks


def build_quality_assets(checks: Sequence[Check]) -> dg.AssetsDefinition:
    """Return the tables of results as assets that follow the raw checks.

    The published views read them, so they must be there before dbt builds those views.
    """
    raw = [asset.split("/") for asset in sorted({c.asset for c in checks if c.tier == "raw"})]
    specs = [
        dg.AssetSpec(list(key), deps=raw, description=text, group_name=QUALITY, kinds={"duckdb"})
        for key, text in (
            (
                CHECK_RESULTS,
                "One row per check, authority and slice: how many were looked at, how many hold.",
            ),
            (
                FIGURE_QUALITY,
                "One row per authority, indicator and part that checks bear on: how far in doubt.",
            ),
        )
    ]

    @dg.multi_asset(name="quality_results", specs=specs, pool=WAREHOUSE_POOL)
    def quality_results(home: Home) -> Iterator[dg.MaterializeResult[None]]:
        from expectations.store import ensure_schema

        with home.warehouse() as connection:
            ensure_schema(connection)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)

    return quality_results


def _spec(check: Check) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=check.name,
        asset=check.asset.split("/"),
        description=check.sentence,
        blocking=True,
        metadata={CHECK_ID: check.id, "severity": check.severity.value, "owner": check.owner},
    )


def _by_check(results: "Sequence[CheckResult]") -> "dict[tuple[str, str], list[CheckResult]]":
    grouped: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        grouped.setdefault((result.asset, result.name), []).append(result)
    return grouped


def _evaluation(
    check: Check, spec: dg.AssetCheckSpec, results: "Sequence[CheckResult]"
) -> dg.AssetCheckResult:
    # A registered check without a result could not be run, which is never a pass.
    passed = bool(results) and all(result.is_ok for result in results)
    refuses = check.blocks and not passed
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if refuses else dg.AssetCheckSeverity.WARN,
        metadata=_metadata(check, results),
    )


def _metadata(check: Check, results: "Sequence[CheckResult]") -> Metadata:
    outcomes = Counter(result.outcome.value for result in results) or Counter({"error": 1})
    bad = sorted({result.authority_code for result in results if not result.is_ok})
    metadata: Metadata = {CHECK_ID: check.id, **dict(sorted(outcomes.items()))}
    if bad:
        metadata["authorities"] = ", ".join(bad[:MAX_AUTHORITIES_TOLD])
        metadata["what_to_do"] = check.what_to_do
    return metadata


def is_refusal(evaluation: dg.AssetCheckEvaluation) -> bool:
    """Say whether a check result is one that holds publication back."""
    return not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR
