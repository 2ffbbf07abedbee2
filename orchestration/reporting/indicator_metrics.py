"""Write the indicators as metrics of dbt's semantic layer, from their definitions.

Run it with ``python -m orchestration.reporting.indicator_metrics``.

A metric is a question to ``marts.fct_indicator_values`` and no second definition: it adds up the
months of one indicator, numerator and denominator each, and divides. That is right only for
indicators whose months add up, so the others have no metric.

Belongs here: which indicators have a metric, and its YAML. Does not belong here: a definition
(``dbt_project/vars.yml``), or asking (MetricFlow does).
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.reporting.lineage import PROJECT, definitions

FILE = PROJECT / "models" / "marts" / "_indicator_metrics.yml"
# Counts of children or of the children open at a period's end: a child of two months is one child.
_MONTHS_DO_NOT_ADD_UP = frozenset({"children", "asks", "feedback"})

_OPENING = """\
# Generated from vars.yml by `python -m orchestration.reporting.indicator_metrics`; change that and
# run it again. What is asked are months of whole authorities: see docs/decisions/0016-dbt-craft.md.
semantic_models:
  - name: indicator_months
    description: >
      Exact counts of each indicator by authority and month; other periods and breakdowns are null
      here, so that nothing can be counted twice.
    model: ref('fct_indicator_values')
    defaults: {agg_time_dimension: period_start}
    primary_entity: cell
    entities:
      - {name: authority, type: foreign, expr: authority_code}
    dimensions:
      - {name: period_start, type: time, type_params: {time_granularity: month}}
      - {name: indicator_id, type: categorical}
    measures:
      - name: indicator_numerator
        agg: sum
        expr: case when period_type = 'month' and breakdown = 'all' then numerator end
      - name: indicator_denominator
        agg: sum
        expr: case when period_type = 'month' and breakdown = 'all' then denominator end

metrics:
  - name: indicator_numerator
    label: Numerator
    description: Count that meets an indicator; choose one by cell__indicator_id.
    type: simple
    type_params: {measure: indicator_numerator}
  - name: indicator_denominator
    label: Denominator
    description: Count at risk; choose one indicator by cell__indicator_id.
    type: simple
    type_params: {measure: indicator_denominator}
"""


def metric_name(indicator_id: str) -> str:
    """Return what the metric of an indicator is called."""
    return f"indicator_{indicator_id.lower()}"


def with_metric() -> tuple[str, ...]:
    """Return the indicators that are a share whose months add up."""
    return tuple(
        indicator_id
        for indicator_id, definition in definitions().items()
        if definition.get("aggregation", "ratio") == "ratio"
        and definition["measure"] not in _MONTHS_DO_NOT_ADD_UP
    )


def render() -> str:
    """Return the whole file."""
    told = definitions()
    metrics = ["\n".join(_metric(told[indicator_id])) for indicator_id in with_metric()]
    return _OPENING + "".join(f"\n{metric}\n" for metric in metrics)


def _metric(definition: Mapping[str, Any]) -> Iterator[str]:
    caveat = f"{definition['numerator_text']}, out of: {definition['denominator_text']}."
    yield f"  - name: {metric_name(definition['id'])}"
    yield f"    label: {json.dumps(definition['id'] + ' ' + definition['name'])}"
    yield f"    description: {json.dumps(caveat)}"
    yield "    type: ratio"
    yield "    type_params: {numerator: indicator_numerator, denominator: indicator_denominator}"
    yield f"    filter: \"{{{{ Dimension('cell__indicator_id') }}}} = '{definition['id']}'\""


def main() -> int:
    """Write the file where the project keeps it."""
    FILE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
