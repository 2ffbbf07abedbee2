"""The published table of incidents.

Belongs here: its columns and filling it. Does not belong here: choosing what of an incident may be
published (``orchestration.incidents.standing``).
"""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestration.incidents.standing import PublishedIncident
from orchestration.ingestion.sql import literal
from orchestration.reporting.table_comments import RELEASE_ID_COMMENT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INCIDENT = "incident"
_COMMENT = (
    "One row per confirmed incident: a claim about the data that did not hold, from when to when."
)
# Column, type, meaning; after release_id, in the order of PublishedIncident.
_COLUMNS = (
    ("incident_id", "varchar", "Id of the incident; `heard incidents show` tells its history."),
    ("check_id", "varchar", "Check whose claim did not hold; HRD: about Heard itself."),
    ("authority_code", "varchar", "Three-digit code of the local authority; empty: all of them."),
    ("severity", "varchar", "stop, warn or watch."),
    ("state", "varchar", "open, acknowledged, muted or resolved."),
    ("sentence", "varchar", "What the check claims, in words."),
    ("what_to_do", "varchar", "What to do about it."),
    ("indicators", "varchar", "Indicators that it bears on, with commas between."),
    ("follows_from", "varchar", "Incident that this one seems to be a consequence of."),
    ("opened_at", "timestamp", "When it was confirmed, in UTC."),
    ("closed_at", "timestamp", "When it was over, in UTC; null while it is not."),
)


def write_incidents(
    connection: "DuckDBPyConnection",
    target: str,
    release_id: str,
    incidents: Sequence[PublishedIncident],
) -> int:
    """Make the table in a schema and fill it; return how many rows it has."""
    table = f"{target}.{INCIDENT}"
    listed = ", ".join(f"{name} {kind}" for name, kind, _ in _COLUMNS)
    connection.execute(f"create table {table} (release_id varchar, {listed})")
    rows = [[release_id, *map(_cell, astuple(incident))] for incident in incidents]
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {table} values ({marks})", sorted(rows, key=_order))
    connection.execute(f"comment on table {table} is {literal(_COMMENT)}")
    for name, _, meaning in _COLUMNS:
        connection.execute(f"comment on column {table}.{name} is {literal(meaning)}")
    connection.execute(RELEASE_ID_COMMENT.format(table=table))
    return len(rows)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _order(row: list[object]) -> str:
    return str(row[1])
