"""Do to the draft of a release what the attack on it asked for.

Belongs here: the SQL of it. Does not belong here: the attack (``orchestration.releases.guard``), or
what a profile leaves out by itself (``protecting``).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestration.disclosure.gathering import CELLS
from orchestration.ingestion.sql import identifier
from orchestration.reporting.protecting import MARKS, SUPPRESS, WITHHOLD, set_to_nothing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Words about a figure are of today also where the figure is that of an earlier release.
_OF_TODAY = ("release_id", "quality", "quality_caveat")
# What names a row of each table, and how its attacked cell is found.
_PERIOD = ("authority_code", "period_type", "period_start")
_KEYS = {
    "indicator_value": (*_PERIOD, "indicator_id", "breakdown", "breakdown_value"),
    "feedback": (*_PERIOD, "voice_owner", "source", "voice_kind", "theme_code"),
    "voice_thread": (*_PERIOD, "voice_kind", "stage", "voice_owner"),
}
_MATCHED = {
    "indicator_value": """
        told.indicator_id = cells.figure and told.breakdown = cells.breakdown
        and told.breakdown_value = cells.breakdown_value""",
    "feedback": """
        'feedback ' || told.voice_owner = cells.figure
        and case
            when told.source <> 'all' then 'source|' || told.source
            when told.voice_kind <> 'all' then 'voice_kind|' || told.voice_kind
            else 'theme|' || told.theme_code
        end = cells.breakdown || '|' || cells.breakdown_value""",
    "voice_thread": """
        told.voice_kind = 'as_information'
        and told.stage || '|' || told.voice_owner = cells.breakdown_value""",
}
_MARKED = """
create or replace temp table {marks} as
select
    told.rowid as row_id,
    mended.what in ('numerator', 'suppressed') as no_numerator,
    mended.what in ('exempt', 'suppressed') as no_exempt,
    mended.what = 'suppressed' or cells.relation = 'voice_thread' as is_suppressed
from {schema}.{relation} as told
inner join {cells} as cells
    on
        cells.relation = '{relation}'
        and told.authority_code = cells.authority_code
        and told.period_type = cells.period_type
        and told.period_start = cells.period_start
        and {matched}
inner join mended_cells as mended on cells.cell_no = mended.cell_no
where mended.what <> 'kept' and told.status in ('shown', 'rate_withheld')
"""
# The words of today stay beside the numbers of the release before.
_PUT_BACK = """
update {schema}.{relation} as told set {columns}
from {before}.{relation} as old
where {same} and exists (
    from {cells} as cells
    inner join mended_cells as mended on cells.cell_no = mended.cell_no
    where
        mended.what = 'kept'
        and cells.relation = '{relation}'
        and told.authority_code = cells.authority_code
        and told.period_type = cells.period_type
        and told.period_start = cells.period_start
        and {matched}
)
"""


def mend(
    connection: "DuckDBPyConnection", schema: str, before: str | None, marks: Mapping[int, str]
) -> None:
    """Do to the draft what the attack on it asked for.

    Args:
        connection: A connection that sees the draft, and the cells that were attacked.
        schema: The draft's schema, with its database.
        before: The schema of the release before, if there is one.
        marks: What is to be done, by the number of the attacked cell.
    """
    if not marks:
        return
    connection.execute("create or replace temp table mended_cells (cell_no bigint, what varchar)")
    connection.execute(
        "insert into mended_cells select unnest(?), unnest(?)", [list(marks), list(marks.values())]
    )
    for relation in _MATCHED:
        _mend_one(connection, schema, before, relation)


def _mend_one(
    connection: "DuckDBPyConnection", schema: str, before: str | None, relation: str
) -> None:
    asked = connection.execute(
        f"select mended.what, count(*) from mended_cells as mended join {CELLS} as cells"
        " using (cell_no) where cells.relation = ? group by all",
        [relation],
    ).fetchall()
    kinds = {str(what) for what, _ in asked}
    names = {"schema": schema, "relation": relation, "marks": MARKS, "cells": CELLS}
    if kinds - {"kept"}:
        matched = _MATCHED[relation]
        connection.execute(_MARKED.format(matched=matched, **names))
        if relation == "indicator_value":
            connection.execute(WITHHOLD.format(**names))
        elif relation == "feedback":
            connection.execute(
                f"update {schema}.feedback as told set replied = null from {MARKS} as marks"
                " where told.rowid = marks.row_id and marks.no_numerator"
            )
        nothing = set_to_nothing(relation)
        connection.execute(SUPPRESS.format(nothing=nothing, **names))
    if before is not None and "kept" in kinds:
        columns = connection.execute(
            f"select column_name from (describe {before}.{relation})"
        ).fetchall()
        listed = [identifier(str(name)) for (name,) in columns if name not in _OF_TODAY]
        connection.execute(
            _PUT_BACK.format(
                columns=", ".join(f"{name} = old.{name}" for name in listed),
                same=" and ".join(f"told.{name} = old.{name}" for name in _KEYS[relation]),
                matched=_MATCHED[relation],
                before=before,
                **names,
            )
        )
