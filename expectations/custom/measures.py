"""Expectations over the table of measures: one for each registered check.

Belongs here: the metric that reads the measures once for the whole suite, and the expectations
that put a registered rule to them.
Does not belong here: the arithmetic (``expectations.rules``) or the registry.

The table holds counts for each check, authority and slice. Every expectation depends on one
metric without arguments, so Great Expectations works it out once for the suite: a hundred checks
cost what one does.
"""

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import ExecutionEngine, PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from pydantic import TypeAdapter

from expectations.registry.models import Rule
from expectations.rules import MeasureRow, judge_measures

if TYPE_CHECKING:
    import pandas as pd

METRIC = "table.heard_measures"
_RULES: TypeAdapter[Rule] = TypeAdapter(Rule)


class Measures(TableMetricProvider):  # type: ignore[misc]  # the framework has no types
    """The measures of a batch, by check."""

    metric_name = METRIC

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],  # noqa: ARG002
        metrics: dict[str, Any],  # noqa: ARG002
        runtime_configuration: dict[str, Any],  # noqa: ARG002
    ) -> dict[str, list[MeasureRow]]:
        frame: pd.DataFrame
        frame, _, _ = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        by_check: dict[str, list[MeasureRow]] = defaultdict(list)
        for values in frame.to_dict("records"):
            row = MeasureRow(**{str(name): value for name, value in values.items()})
            by_check[row.check_id].append(row)
        return dict(by_check)


class ExpectMeasureToFollowRule(BatchExpectation):  # type: ignore[misc]
    """Expect every measured slice of one check to keep to its rule.

    The rule travels inside the expectation, as the registry wrote it, so a suite says by
    itself what it asks for.
    """

    check_id: str
    rule: dict[str, Any]
    min_n: int = 1

    metric_dependencies: ClassVar = (METRIC,)
    domain_keys: ClassVar = ("batch_id",)
    success_keys: ClassVar = ("check_id", "rule", "min_n")
    args_keys: ClassVar = ("check_id", "rule", "min_n")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: ExecutionEngine | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        settings = self._get_success_kwargs()
        rows = metrics[METRIC].get(settings["check_id"], [])
        verdicts = judge_measures(_RULES.validate_python(settings["rule"]), settings["min_n"], rows)
        bad = sum(verdict.outcome.is_bad for verdict in verdicts)
        return {
            # Nothing measured is no success: the suite was meant to look at something.
            "success": bool(verdicts) and bad == 0,
            "result": {
                "observed_value": f"{bad} of {len(verdicts)} slices break the rule",
                "details": {"verdicts": [asdict(verdict) for verdict in verdicts]},
            },
        }


class ExpectMeasureNotVacuous(ExpectMeasureToFollowRule):
    """Expect a table to hold rows for every authority that delivered what it is made from."""


class ExpectCodeShareBelow(ExpectMeasureToFollowRule):
    """Expect codes that are easily chosen by default to stay a plausible share."""


class ExpectValuesNotUniform(ExpectMeasureToFollowRule):
    """Expect no one value to fill a column, as a whole or in one place."""


class ExpectAttributeStability(ExpectMeasureToFollowRule):
    """Expect what seldom changes of a person to be what it was in the extract before."""


class ExpectVolumeNearHistory(ExpectMeasureToFollowRule):
    """Expect about as many rows as there were before."""


class ExpectNoDriftFromHistory(ExpectMeasureToFollowRule):
    """Expect a share to stay near its own past; only an interval wholly outside fails."""


class ExpectGroupCoverageParity(ExpectMeasureToFollowRule):
    """Expect no group to fall behind everyone else together.

    A group fails only when its Wilson bound is past the limit, so that a handful of children
    cannot raise an alarm; a raw gap alone is watched, and a small group is said to be too small.
    """


class ExpectMissingnessParity(ExpectMeasureToFollowRule):
    """Expect no group to have values missing more often than everyone else together.

    Judged with the same care as coverage.
    """


# The class of a check follows from how it measures; what is not named here keeps to its rule.
BY_MEASURE: dict[str, type[ExpectMeasureToFollowRule]] = {
    "not_empty": ExpectMeasureNotVacuous,
    "code_share": ExpectCodeShareBelow,
    "dominant_value": ExpectValuesNotUniform,
    "attribute_stability": ExpectAttributeStability,
    "volume_against_last_delivery": ExpectVolumeNearHistory,
    "against_last_year": ExpectVolumeNearHistory,
    "drift": ExpectNoDriftFromHistory,
}
BY_RULE: dict[str, type[ExpectMeasureToFollowRule]] = {
    "parity": ExpectGroupCoverageParity,
    "missingness": ExpectMissingnessParity,
}
