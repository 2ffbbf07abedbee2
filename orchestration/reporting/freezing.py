"""Closed periods stay as they were released: a late correction waits for the yearly revision.

What stands still cannot be compared with what it was. The release before is where the figures
come from, so a rebuild keeps them as well.

Belongs here: the SQL of it. Does not belong here: when it applies (``releases.settings``).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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
) -> int:
    """Put the figures of every period that was released before in place of new ones.

    A figure that was not available then is no figure; it is told as soon as there is one.

    Args:
        connection: A connection that sees both.
        draft: The schema of the draft, with its database.
        before: The schema of the release before.
        tables: The draft's tables and their columns.
        earlier: Those of the release before.

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
