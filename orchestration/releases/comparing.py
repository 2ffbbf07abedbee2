"""How two frozen releases differ, table by table.

Belongs here: counts of rows. Does not belong here: the numbers themselves; a change of a protected
number is for the attacker to judge and not for a table to show.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.hardening import connect
from orchestration.ingestion.sql import identifier
from orchestration.releases.snapshot import require_whole, snapshot_folder
from orchestration.releases.states import Standing
from orchestration.reporting.release_files import DATABASE, SCHEMA

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What differs in every release and says nothing of it.
_NAMES = "release_id"


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of a table two releases do not share."""

    table: str
    before: int
    after: int
    only_before: int
    only_after: int


def compare(home: Path, before: Standing, after: Standing) -> list[Difference]:
    """Compare every table of two releases; the identity of the release itself does not count.

    Raises:
        SnapshotError: One of them is damaged.
    """
    sides = {"older": before, "newer": after}
    for release in sides.values():
        require_whole(home, release)
    paths = {
        side: snapshot_folder(home, each.release_id) / DATABASE for side, each in sides.items()
    }
    with connect(attached=paths) as connection:
        rows = connection.execute(
            "select table_name, list_sort(list(column_name order by column_index)) as columns"
            " from duckdb_columns() where schema_name = ? and database_name in ('older', 'newer')"
            " and column_name <> ?"
            " group by database_name, table_name order by table_name",
            [SCHEMA, _NAMES],
        ).fetchall()
        shapes: dict[str, list[list[str]]] = {}
        for table, columns in rows:
            shapes.setdefault(str(table), []).append(columns)
        # A table that only one of them has, or has in another shape, cannot be compared by row.
        return [
            _difference(connection, table, columns[0])
            for table, columns in shapes.items()
            if len(columns) == 2 and columns[0] == columns[1]
        ]


def _difference(connection: "DuckDBPyConnection", table: str, columns: list[str]) -> Difference:
    listed = ", ".join(identifier(column) for column in columns)
    place = f"{SCHEMA}.{identifier(table)}"
    older, newer = (f"select {listed} from {side}.{place}" for side in ("older", "newer"))
    counts = [f"({older})", f"({newer})", f"({older} except all {newer})"]
    counts.append(f"({newer} except all {older})")
    asked = ", ".join(f"(select count(*) from {each})" for each in counts)
    (row,) = connection.execute(f"select {asked}").fetchall()
    return Difference(table, *(int(number) for number in row))
