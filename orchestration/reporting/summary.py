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
# Values that say that a fact is missing; a gap in recording is a finding, not a group.
NOT_GROUPS = ("unknown", "refused", "not_mapped", "not_applicable", "unborn", "all")
# What happened and when are no groups of people.
NOT_PEOPLE = ("all", "stage", "opportunity_type", "voice_owner")


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

# The rest is the sum of the other shown groups, all from protected counts. A gap counts as clear
# when the two 95 % intervals do not meet: stricter than a test, so it never cries wolf.
_GAPS = """
with latest as (
    select authority_code, max(period_start) as period_start
    from published.indicator_value
    where period_type = 'year' and breakdown = 'all' and indicator_id = $indicator
    group by authority_code
),
groups as (
    select v.*
    from published.indicator_value as v
    inner join latest using (authority_code, period_start)
    where v.period_type = 'year' and v.indicator_id = $indicator
        and not list_contains($not_people, v.breakdown)
        and not list_contains($not_groups, v.breakdown_value)
),
compared as (
    select
        authority_code, breakdown, breakdown_value, value, upper, denominator,
        sum(numerator) over cohort - numerator as rest_numerator,
        sum(denominator) over cohort - denominator as rest_denominator
    from groups
    where status = 'shown' and denominator > 0
    window cohort as (partition by authority_code, breakdown)
),
rated as (
    select *, rest_numerator / rest_denominator as p, rest_denominator as n
    from compared
    where rest_denominator > 0
),
bounded as (
    select
        *,
        100 * (p + 1.92 / n - 1.96 * sqrt(p * (1 - p) / n + 0.96 / (n * n))) / (1 + 3.84 / n)
            as rest_lower
    from rated
)
select
    authority_code, breakdown, breakdown_value,
    value as group_rate, 100 * p as rest_rate, value - 100 * p as gap_points,
    upper < rest_lower as is_clear
from bounded
-- The larger part of a cohort is its rest; told as a group it would only mirror the smaller one.
where value < 100 * p and denominator <= n
order by is_clear desc, gap_points, breakdown, breakdown_value
"""
_GROUPS = """
with latest as (
    select authority_code, max(period_start) as period_start
    from published.indicator_value
    where period_type = 'year' and breakdown = 'all' and indicator_id = $indicator
    group by authority_code
)
select
    count(*) filter (where v.status in ('suppressed', 'rate_withheld')) as too_few,
    count(*) filter (where v.status = 'shown') as compared
from published.indicator_value as v
inner join latest using (authority_code, period_start)
where v.period_type = 'year' and v.indicator_id = $indicator
    and not list_contains($not_people, v.breakdown)
    and not list_contains($not_groups, v.breakdown_value)
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
    cohort = {
        "indicator": COVERAGE,
        "not_people": list(NOT_PEOPLE),
        "not_groups": list(NOT_GROUPS),
    }
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
