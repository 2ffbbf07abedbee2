"""Explain a number on a board's page: what it means, what it is made of, whether to trust it.

Belongs here: bringing definition, published values, lineage and quality together.
Does not belong here: drawing it.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.reporting.lineage import Lineage, definition, read_lineage
from orchestration.reporting.published import (
    database_path,
    has_column,
    open_published,
    rows,
)
from orchestration.reporting.reconciled import THINGS, LeftOut, read_left_out

TOLD = (
    "name",
    "plain_name",
    "direction",
    "unit",
    "numerator_text",
    "denominator_text",
    "grain",
    "voice_kind",
    "framework_practice",
    "source_tables",
    "caveat",
    "read_with",
)
_FINANCIAL = re.compile(r"^(\d{4})-(\d{2})(?:-Q([1-4]))?$", re.IGNORECASE)
FINANCIAL_YEAR_START_MONTH = 4

_VALUES = """
select
    authority_code, period_type, period_start, period_end, numerator, denominator, value, lower,
    upper, status, completeness, quality, {caveat} as quality_caveat, as_of, release_id
from published.indicator_value
where
    indicator_id = $indicator
    and breakdown = 'all'
    and ($authority is null or authority_code = $authority)
    and case
        when $period_start is null then period_type = 'year'
        else
            period_start = $period_start
            and ($period_type is null or period_type = $period_type)
    end
qualify
    $period_start is not null
    or period_start = max(period_start) over (partition by authority_code)
order by authority_code, period_type, period_start
"""
_FINDINGS = """
select *
from (
    select distinct check_id, authority_code, severity, outcome, sentence, what_to_do
    from published.quality_result
    where
        list_contains(string_split(indicators, ','), $indicator)
        and outcome in ('fail', 'error', 'watch')
        and ($authority is null or authority_code = $authority)
) as findings
order by list_position(['stop', 'warn', 'watch'], severity), check_id, authority_code
"""


class UnknownPeriodError(ValueError):
    """A period was written in a form that is not known."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that can be said about one indicator."""

    indicator_id: str
    definition: dict[str, str]
    values: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    lineage: Lineage | None
    # What was delivered and is not counted; None while a run is writing.
    left_out: tuple[LeftOut, ...] | None = ()


def explain_indicator(
    home: Path,
    indicator_id: str,
    authority: str | None,
    period: str | None,
    manifest: Path | None = None,
) -> Explanation:
    """Bring together everything about one indicator.

    Args:
        home: The home folder.
        indicator_id: Such as ``A1``.
        authority: An authority's code; all when left out.
        period: ``2025-26``, ``2025-26-Q1`` or the first day of a period; the latest year when
            left out.
        manifest: dbt's manifest, from which the lineage is read.

    Raises:
        UnknownIndicatorError: There is no such indicator.
        UnknownPeriodError: The period cannot be read.
    """
    found = definition(indicator_id)
    wanted = {
        "indicator": indicator_id,
        "authority": authority,
        "period_type": None,
        "period_start": None,
    } | _period(period)
    thing = THINGS.get(found["measure"])
    values: tuple[dict[str, Any], ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    if database_path(home).is_file():
        with open_published(home) as connection:
            has_caveat = has_column(connection, "indicator_value", "quality_caveat")
            values_sql = _VALUES.format(caveat="quality_caveat" if has_caveat else "null")
            values = tuple(dict(row) for row in rows(connection, values_sql, wanted))
            quality = {"indicator": indicator_id, "authority": authority}
            findings = tuple(dict(row) for row in rows(connection, _FINDINGS, quality))
    return Explanation(
        indicator_id=indicator_id,
        definition={name: _told(found.get(name)) for name in TOLD},
        values=values,
        findings=findings,
        lineage=read_lineage(manifest, indicator_id) if manifest else None,
        left_out=read_left_out(home, thing, authority) if thing else (),
    )


def _told(found: object) -> str:
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found or "")


def _period(text: str | None) -> dict[str, object]:
    if text is None:
        return {}
    financial = _FINANCIAL.match(text)
    if financial and (int(financial[1]) + 1) % 100 == int(financial[2]):
        year = int(financial[1])
        if financial[3] is None:
            return {
                "period_type": "year",
                "period_start": date(year, FINANCIAL_YEAR_START_MONTH, 1),
            }
        month = FINANCIAL_YEAR_START_MONTH + 3 * (int(financial[3]) - 1)
        start = date(year, month, 1) if month <= 12 else date(year + 1, month - 12, 1)
        return {"period_type": "quarter", "period_start": start}
    try:
        return {"period_start": date.fromisoformat(text)}
    except ValueError:
        raise UnknownPeriodError(
            f"period {text!r} is not known; write 2025-26, 2025-26-Q1 or a first day, 2025-04-01"
        ) from None
