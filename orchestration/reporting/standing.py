"""Where things stand: the last release, what arrived when, what is open.

Belongs here: reading it from published tables, so that it can be asked while a run is under way.
Does not belong here: drawing it, or opening the warehouse.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from orchestration.fingerprint import read_state
from orchestration.reporting.published import has_column, open_published, rows
from orchestration.reporting.summary import Finding, Restated, SourceCounts, read_summary

_QUALITY = """
select quality, count(distinct (authority_code, indicator_id)) as n
from published.indicator_value
where breakdown = 'all'
group by quality
order by list_position(['unfit', 'watch', 'ok'], quality)
"""
_CAVEATS = """
select quality_caveat, string_agg(distinct indicator_id, ', ' order by indicator_id) as indicators
from published.indicator_value
where breakdown = 'all' and quality_caveat is not null
group by quality_caveat
order by count(distinct indicator_id) desc, quality_caveat
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest extract of one authority and source."""

    authority_code: str
    source: str
    latest_as_of: date
    days_old: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that ``heard status`` tells."""

    release_id: str
    released_at: datetime
    held_back_at: str
    sources: tuple[SourceCounts, ...]
    freshness: tuple[Freshness, ...]
    findings: tuple[Finding, ...]
    outcomes: dict[str, int]
    restated: Restated | None
    # How many indicators of how many authorities are ok, watch or unfit, and why, in words.
    quality: dict[str, int]
    caveats: tuple[str, ...]


def read_standing(home: Path, today: date) -> Standing:
    """Return where things stand in a home folder on a day.

    Raises:
        NotPublishedError: Nothing is published there.
    """
    summary = read_summary(home)
    held_back = read_state(home).held_back
    with open_published(home) as connection:
        (release,) = rows(connection, "select release_id, released_at from published.release")
        newest = rows(
            connection,
            "select authority_code, source, max(as_of) as latest_as_of"
            " from published.delivery group by all order by all",
        )
        quality = {row["quality"]: row["n"] for row in rows(connection, _QUALITY)}
        has_caveats = has_column(connection, "indicator_value", "quality_caveat")
        caveats = rows(connection, _CAVEATS) if has_caveats else []
    return Standing(
        release_id=release["release_id"],
        released_at=release["released_at"],
        held_back_at=held_back.at if held_back else "",
        sources=summary.sources,
        freshness=tuple(
            Freshness(**row, days_old=(today - row["latest_as_of"]).days) for row in newest
        ),
        findings=summary.findings,
        outcomes=summary.outcomes,
        restated=summary.restated,
        quality=quality,
        caveats=tuple(f"{row['indicators']}: {row['quality_caveat']}" for row in caveats),
    )
