"""The indicators as metrics of dbt's semantic layer: MetricFlow asks them of a real warehouse.

MetricFlow comes with dbt and is asked for SQL only; its command line would be another dependency.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from orchestration.reporting.indicator_metrics import FILE, metric_name, render, with_metric
from orchestration.reporting.lineage import definitions
from orchestration.transform import prepare_manifest
from tests.support.command import Site


@pytest.fixture(scope="module")
def engine(site: Site) -> MetricFlowEngine:
    path = prepare_manifest(site.home).with_name("semantic_manifest.json")
    manifest = parse_manifest_from_dbt_generated_manifest(Path(path).read_text())
    client = SimpleNamespace(
        sql_engine_type=SqlEngine.DUCKDB, sql_plan_renderer=DuckDbSqlPlanRenderer()
    )
    return MetricFlowEngine(SemanticManifestLookup(manifest), client)


def _asked(engine: MetricFlowEngine, site: Site, **question: Any) -> list[tuple[Any, ...]]:
    planned = engine.explain(MetricFlowQueryRequest.create(**question))
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        return con.execute(planned.sql_statement.sql).fetchall()


def test_the_committed_metrics_are_what_the_definitions_make() -> None:
    """To mend it: python -m orchestration.reporting.indicator_metrics."""
    assert FILE.read_text(encoding="utf-8") == render()
    assert len(with_metric()) > 30
    assert with_metric()[0] in definitions()


def test_every_metric_gives_the_quarter_that_the_warehouse_counts_by_itself(
    engine: MetricFlowEngine, site: Site
) -> None:
    """Months are added up by MetricFlow, quarters are counted from the events by our models."""
    indicators = with_metric()
    found = _asked(
        engine,
        site,
        metric_names=[metric_name(indicator) for indicator in indicators],
        group_by_names=["authority", "metric_time__quarter"],
    )
    asked = {
        (authority, quarter.date(), indicator): value
        for quarter, authority, *values in found
        for indicator, value in zip(indicators, values, strict=True)
        if value is not None
    }
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        counted = {
            tuple(row[:3]): row[3]
            for row in con.execute(
                "select authority_code, period_start, indicator_id, numerator / denominator"
                " from marts.fct_indicator_values where period_type = 'quarter'"
                " and breakdown = 'all' and denominator > 0 and period_end <= ("
                "   select max(period_end) from marts.fct_indicator_values"
                "   where period_type = 'month')"
            ).fetchall()
            if row[2] in indicators
        }
    assert len(counted) > 200
    assert {key: asked.get(key) for key in counted} == pytest.approx(counted)


def test_a_metric_can_be_asked_for_all_authorities_together(
    engine: MetricFlowEngine, site: Site
) -> None:
    found = _asked(
        engine,
        site,
        metric_names=["indicator_numerator", "indicator_denominator"],
        where_constraints=["{{ Dimension('cell__indicator_id') }} = 'A1'"],
    )
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        # The first source of truth: the opportunities themselves, of the months that are counted.
        counted = con.execute(
            """
            select count(*) filter (outcome = 'voiced'), count(*)
            from marts.fct_voice_opportunities where outcome in ('voiced', 'missed')
            and date_trunc('month', opportunity_date) in (
                select period_start from marts.fct_indicator_values
                where period_type = 'month')
            """
        ).fetchall()
    assert found == counted
