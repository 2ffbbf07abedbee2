"""Count rows of a landed file that were erased, so that what was delivered still adds up.

Belongs here: the counts, and parts of which nothing is left. Does not belong here: erasing.
"""

from collections.abc import Sequence

import duckdb

from orchestration.ingestion.outcomes import PartOutcome
from orchestration.ingestion.results import LandedDelivery


def erased_from(outcome: PartOutcome) -> int:
    """How many delivered rows of this part were erased."""
    return sum(
        erased.rows
        for erased in outcome.file.erased
        if (erased.part, erased.raw_table) == (outcome.part.label, outcome.raw_table or "")
    )


def record_erased_parts(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcomes: Sequence[PartOutcome]
) -> None:
    """Record the parts that only had rows of people who were erased."""
    there = {
        (outcome.file.name, outcome.part.label, outcome.raw_table or "")
        for outcome in outcomes
        if outcome.is_readable
    }
    rows = [
        (
            *(landed.delivery_id, file.name, gone.part, None, file.sha256, file.size),
            *(gone.raw_table, "erased", "ERASED", gone.rows, 0, 0, 0, file.rows, gone.rows),
        )
        for file in landed.files
        for gone in file.erased
        if (file.name, gone.part, gone.raw_table) not in there
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"insert into ledger.files values ({marks})", rows)
