"""Closed periods stay as they were released: a late correction waits for the yearly revision.

What stands still cannot be compared with what it was. The release before is where the figures
come from, so a rebuild keeps them as well.

Belongs here: the SQL of it. Does not belong here: when it applies (``releases.settings``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Settled:
    """Days of which exact numbers were told once: what was released of them stays for good."""

    authorities: tuple[str, ...]
    indicators: tuple[str, ...]
    first_day: date
    last_day: date


# What of a period is frozen together, so that parts go on adding up to their whole.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "indicator_value": ("indicator_id",),
    "equity_gap": ("indicator_id",),
    "feedback": ("voice_owner",),
    "voice_thread": ("voice_kind",),
    "voice_about_information": (),
    "participation": (),
    "framework_evidence": ("evidence_kind",),
}
_PERIOD = ("authority_code", "period_type", "period_start")
_RELEASE = "release_id"
# Corrections that wait, told of all children alone.
_WAITING = """
select count(*)
from {draft}.indicator_value as now
inner join {before}.indicator_value as old using (
    authority_code, period_type, period_start, indicator_id, breakdown, breakdown_value
)
where
    now.breakdown = 'all' and old.status <> 'not_available'
    and (now.value is distinct from old.value or now.status <> old.status)
"""


def freeze_closed(
    connection: "DuckDBPyConnection",
    draft: str,
    before: str,
    tables: Mapping[str, frozenset[str]],
    earlier: Mapping[str, frozenset[str]],
    settled: Sequence[Settled] | None = None,
) -> int:
    """Put the figures of every period that was released before in place of new ones.

    A figure that was not available then is no figure; it is told as soon as there is one.

    Args:
        connection: A connection that sees both.
        draft: The schema of the draft, with its database.
        before: The schema of the release before.
        tables: The draft's tables and their columns.
        earlier: Those of the release before.
        settled: Freeze no more than these days; everything where it is left out.

    Returns:
        How many figures of all children a late correction would have changed.
    """
    waiting = connection.execute(_WAITING.format(draft=draft, before=before)).fetchone()
    for table, figure in FIGURES.items():
        key = (*_PERIOD, *figure)
        if not {*key, "status"} <= tables.get(table, frozenset()) & earlier.get(table, frozenset()):
            continue
        shared = sorted((tables[table] & earlier[table]) - {_RELEASE})
        columns = ", ".join(identifier(name) for name in shared)
        match = " and ".join(f"frozen.{name} = row_of.{name}" for name in key)
        connection.execute(
            f"create or replace temp table frozen_figures as select distinct {', '.join(key)}"
            f" from {before}.{table} where status <> 'not_available'"
            f" and {_within(settled, 'indicator_id' in key)}"
        )
        connection.execute(
            f"create or replace temp table frozen_rows as select {columns}"
            f" from {before}.{table} as row_of"
            f" where exists (from frozen_figures as frozen where {match})"
        )
        connection.execute(
            f"delete from {draft}.{table} as row_of"
            f" where exists (from frozen_figures as frozen where {match})"
        )
        connection.execute(
            f"insert into {draft}.{table} by name select (select max(release_id)"
            f" from {draft}.indicator) as {_RELEASE}, * from frozen_rows"
        )
    return int(waiting[0]) if waiting else 0


def _within(settled: Sequence[Settled] | None, has_indicators: bool) -> str:
    """Which figures are frozen, as SQL: those of days that the settled ones touch."""
    if settled is None:
        return "true"
    parts = ["false"]
    for each in settled:
        codes = ", ".join(map(literal, each.authorities))
        part = (
            f"authority_code in ({codes}) and period_start <= date {literal(str(each.last_day))}"
            f" and period_end >= date {literal(str(each.first_day))}"
        )
        if has_indicators:
            part += f" and indicator_id in ({', '.join(map(literal, each.indicators))})"
        parts.append(f"({part})")
    return f"({' or '.join(parts)})"
