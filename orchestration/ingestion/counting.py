"""Hold the rows of a file against the number that its delivery promised.

Belongs here: counting the rows that were delivered, whatever became of them. Does not belong here:
where the promise comes from (inbox_manifest).
"""

from collections.abc import Sequence
from pathlib import Path

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.mapped_extracts import NO_TARGET_TABLE
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.sql import literal


def require_rows(opening: Opening, parts: Sequence[JudgedPart], promised: int) -> None:
    """Refuse a file with more or fewer rows than its manifest says, however good they are.

    A copy that was cut at the end of a line cannot be told in any other way.

    Args:
        opening: The file, a CSV or Parquet one.
        parts: Its judged parts, whose stages still lie in the scratch folder.
        promised: The rows below the header, blank lines left out.

    Raises:
        FileRefusedError: With both counts.
    """
    readable = [part for part in parts if part.refusal is None]
    if not readable:
        # It is refused already, and for a better reason.
        return
    # A mapping makes several tables of the delivered rows, which lie beside them.
    delivered = opening.scratch / "delivered_0.parquet"
    if not delivered.exists():
        delivered = opening.scratch / f"{readable[0].stage}.parquet"
    found = _rows_of(opening, delivered) + sum(
        len(part.malformed) for part in readable if part.malformed_because[0] != NO_TARGET_TABLE
    )
    if found != promised:
        raise FileRefusedError(
            "COUNT_MISMATCH", f"{promised:,} rows, as its manifest.csv says; it has {found:,}"
        )


def _rows_of(opening: Opening, stage: Path) -> int:
    row = opening.con.execute(
        f"select count(*) from read_parquet({literal(str(stage))})"
    ).fetchone()
    return int(row[0]) if row else 0
