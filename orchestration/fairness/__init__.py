"""Compare groups of people fairly: how sure is a gap, and what may be said of it?

Belongs here: the statistics of equity, on arrays of counts, many comparisons at once, and
``thresholds.yaml``, the only place that says when a gap is material.
Does not belong here: counting (dbt does), what is published (dbt, from protected counts), any
framework, or scipy: its import would cost every run more than all the comparisons do.
"""

from orchestration.fairness.comparisons import Comparisons, compare
from orchestration.fairness.thresholds import Thresholds, load_thresholds

__all__ = ["Comparisons", "Thresholds", "compare", "load_thresholds"]
