"""The summary of a release: headline numbers, who is not heard, findings, deliveries.

Belongs here: choosing and reading what a person should see first, from published tables alone, so
that a summary can never show more than a board may see.
Does not belong here: drawing it.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.reporting.published import Row, has_table, open_published, rows
from orchestration.reporting.restated import TABLE as RESTATED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEADLINES = ("A1", "A4", "A5", "B1", "B3", "C5", "D1", "D4", "E1", "F2")
# Of these an indicator says who was heard when somebody should have been; gaps are told for it.
COVERAGE = "A1"
GAPS_TOLD = 8
FINDINGS_TOLD = 6


@dataclass(frozen=True, slots=True)
class Headline:
    """One indicator for all children of one authority in its latest year."""

    authority_code: str
    indicator_id: str
    name: str
    plain_name: str
    direction: str
    unit: str
    period_start: date
    period_end: date
    numerator: int | None
    denominator: int | None
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    quality: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One group of children against everybody else of the same breakdown."""

    authority_code: str
    breakdown: str
    breakdown_value: str
    group_rate: float
    rest_rate: float
    gap_points: float
    flag: str
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One data-quality check that needs somebody."""

    check_id: str
    severity: str
    outcome: str
    sentence: str
    what_to_do: str
    authorities: int


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What became of the rows of one source; none where every table is too small to count."""

    source: str
    deliveries: int
    latest_as_of: date
    rows_in: int | None
    rows_loaded: int | None
    rows_quarantined: int | None
    rows_duplicate: int | None


@dataclass(frozen=True, slots=True)
class Restated:
    """How many figures the latest release says differently from the one before it."""

    figures: int
    authorities: int
    earliest_period: date
    since_deliveries: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """All that a person is told at the end of a run."""

    release_id: str
    headlines: tuple[Headline, ...]
    gaps: tuple[Gap, ...]
    groups_too_few: int
    groups_compared: int
    groups_unsure: int
    outcomes: dict[str, int]
    findings: tuple[Finding, ...]
    sources: tuple[SourceCounts, ...]
    restated: Restated | None


_HEADLINES = """
with latest as (
    select authority_code, indicator_id, max(period_start) as period_start
    from published.indicator_value
    where period_type = 'year' and breakdown = 'all'
    group by authority_code, indicator_id
)
select
    v.authority_code, v.indicator_id, i.name, i.plain_name, i.direction, i.unit,
    v.period_start, v.period_end, v.numerator, v.denominator, v.value, v.lower, v.upper,
    v.status, v.quality
from published.indicator_value as v
inner join latest using (authority_code, indicator_id, period_start)
inner join published.indicator as i on v.indicator_id = i.indicator_id
where v.period_type = 'year' and v.breakdown = 'all' and list_contains(?, v.indicator_id)
order by v.authority_code, list_position(?, v.indicator_id)
"""

# The latest year in which each authority's groups were compared.
_LATEST = """
with latest as (
    select authority_code, max(period_start) as period_start
    from published.equity_gap
    where period_type = 'year' and indicator_id = $indicator
    group by authority_code
),
groups as (
    select gap.*
    from published.equity_gap as gap
    inner join latest using (authority_code, period_start)
    where gap.period_type = 'year' and gap.indicator_id = $indicator
)
"""
# One word was given to each gap by the rules of the release; a summary chooses and never judges.
_GAPS = f"""
{_LATEST}
select
    authority_code, breakdown, breakdown_value, group_rate, rest_rate,
    group_rate - rest_rate as gap_points, flag, flag <> 'watch' as is_clear
from groups
where flag in ('disparity_severe', 'disparity', 'watch') and group_rate is not null
    -- Told in five groups; the finest list is for whoever looks closer.
    and breakdown <> 'ethnicity'
order by
    list_position(['disparity_severe', 'disparity', 'watch'], flag), gap_points,
    breakdown, breakdown_value
"""
_GROUPS = f"""
{_LATEST}
select
    count(*) filter (where status = 'suppressed' or flag = 'insufficient') as too_few,
    count(*) filter (where flag <> 'insufficient') as compared,
    count(*) filter (where flag in ('inconclusive', 'watch')) as unsure
from groups
where breakdown <> 'ethnicity'
"""
_FINDINGS = """
select
    check_id, any_value(severity) as severity,
    case when bool_or(outcome = 'error') then 'error' else 'fail' end as outcome,
    any_value(sentence) as sentence, any_value(what_to_do) as what_to_do,
    count(distinct authority_code) as authorities
from published.quality_result
where outcome in ('fail', 'error')
group by check_id
order by list_position(['stop', 'warn', 'watch'], any_value(severity)), authorities desc, check_id
"""
_SOURCES = """
select
    source, count(distinct (authority_code, as_of)) as deliveries, max(as_of) as latest_as_of,
    sum(rows_in)::bigint as rows_in,
    sum(rows_loaded)::bigint as rows_loaded,
    sum(rows_quarantined)::bigint as rows_quarantined,
    sum(rows_duplicate)::bigint as rows_duplicate
from published.delivery
group by source
order by source
"""


_RESTATED = """
select
    count(*) as figures, count(distinct authority_code) as authorities,
    min(period_start) as earliest_period, max(since_deliveries) as since_deliveries
from published.restated_figure
where restated_in = release_id
"""


def read_summary(home: Path) -> Summary:
    """Return the summary of what is published in a home folder.

    Raises:
        NotPublishedError: Nothing is published there.
    """
    chosen = list(HEADLINES)
    cohort = {"indicator": COVERAGE}
    with open_published(home) as connection:
        (release,) = rows(connection, "select release_id from published.release")
        (groups,) = rows(connection, _GROUPS, cohort)
        outcomes = rows(
            connection,
            "select outcome, count(*) as n from published.quality_result group by all order by all",
        )
        return Summary(
            release_id=release["release_id"],
            headlines=tuple(Headline(**r) for r in rows(connection, _HEADLINES, [chosen, chosen])),
            gaps=tuple(Gap(**row) for row in rows(connection, _GAPS, cohort)[:GAPS_TOLD]),
            groups_too_few=groups["too_few"],
            groups_compared=groups["compared"],
            groups_unsure=groups["unsure"],
            outcomes={row["outcome"]: row["n"] for row in outcomes},
            findings=tuple(Finding(**r) for r in rows(connection, _FINDINGS)[:FINDINGS_TOLD]),
            sources=tuple(SourceCounts(**row) for row in rows(connection, _SOURCES)),
            restated=_read_restated(connection),
        )


def labels(home: Path) -> dict[tuple[str, str], str]:
    """Return the label of every published code by code list and code."""
    with open_published(home) as connection:
        found: list[Row] = rows(
            connection, "select code_list, code, label from published.code_label"
        )
    return {(row["code_list"], row["code"]): row["label"] for row in found}


def _read_restated(connection: "DuckDBPyConnection") -> Restated | None:
    if not has_table(connection, RESTATED):
        return None
    (found,) = rows(connection, _RESTATED)
    return Restated(**found) if found["figures"] else None
