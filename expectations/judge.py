"""Judge the measures in Great Expectations: one suite, one batch, one expectation a check.

Belongs here: the only place where Heard speaks to Great Expectations.
Does not belong here: measuring, the arithmetic of a rule, storing results. Results are asked
for without samples; the batch itself holds counts only, so no value of a row can leak.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from expectations.engine import load_great_expectations
from expectations.registry.models import Check
from expectations.results import Outcome
from expectations.rules import NO_AUTHORITY, MeasureRow, Verdict

logger = logging.getLogger(__name__)

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


def judge(checks: Sequence[Check], rows: Sequence[MeasureRow]) -> dict[str, list[Verdict]]:
    """Return the verdicts of every check; a check without any gets an error.

    Args:
        checks: The checks that were registered for this run.
        rows: What was measured for them.
    """
    if not checks:
        return {}
    validation = validate(checks, rows)
    guards_hold = all(result.success for result in validation.results if _check_id(result) is None)
    if not guards_hold:
        logger.error("the table of measures is not sound; no check can be believed")
    verdicts: dict[str, list[Verdict]] = {}
    for result in validation.results:
        check_id = _check_id(result)
        # Results come back in another order, so the check is found by its name in them.
        if check_id is not None and guards_hold:
            verdicts[check_id] = _verdicts(result)
    authorities = sorted({row.authority_code for row in rows}) or [NO_AUTHORITY]
    return {check.id: verdicts.get(check.id) or _errors(authorities) for check in checks}


def validate(checks: Sequence[Check], rows: Sequence[MeasureRow]) -> Any:
    """Return Great Expectations' own result for the checks over their measures."""
    gx = load_great_expectations()
    import great_expectations.expectations as gxe
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(MeasureRow.__slots__))
    batch = (
        context.data_sources.add_pandas("warehouse")
        .add_dataframe_asset("measures")
        .add_batch_definition_whole_dataframe("this_run")
        .get_batch({"dataframe": frame})
    )
    suite = gx.ExpectationSuite(name="heard")
    # Guards first: a table of measures that is not sound proves nothing about the data.
    suite.expectations = [
        gxe.ExpectTableRowCountToBeBetween(min_value=1),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["check_id", "authority_code", "slice"]),
        gxe.ExpectColumnValuesToBeBetween(column="n", min_value=0),
        *(_expectation(check) for check in checks),
    ]
    return batch.validate(suite, result_format=RESULT_FORMAT)


def _expectation(check: Check) -> Any:
    from expectations.custom.measures import BY_MEASURE, BY_RULE, ExpectMeasureToFollowRule

    by_measure = BY_MEASURE.get(check.measure.kind, ExpectMeasureToFollowRule)
    expectation = BY_RULE.get(check.rule.kind, by_measure)
    return expectation(
        check_id=check.id,
        rule=check.rule.model_dump(),
        min_n=check.min_n,
        description=check.sentence,
        meta={"check": check.id},
    )


def _check_id(result: Any) -> str | None:
    meta = result.expectation_config.meta or {}
    check_id = meta.get("check")
    return None if check_id is None else str(check_id)


def _verdicts(result: Any) -> list[Verdict]:
    details = (result.result or {}).get("details") or {}
    return [
        Verdict(**{**verdict, "outcome": Outcome(verdict["outcome"])})
        for verdict in details.get("verdicts", [])
    ]


def _errors(authorities: Sequence[str]) -> list[Verdict]:
    return [
        Verdict(authority, "all", None, None, None, None, Outcome.ERROR)
        for authority in authorities
    ]
