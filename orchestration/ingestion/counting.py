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


def require_rows(
    opening: Opening, parts: Sequence[JudgedPart], promised: int, records: int | None = None
) -> None:
    """Refuse a file with more or fewer rows than its manifest says, however good they are.

    A copy that was cut at the end of a line cannot be told in any other way; nor can a return
    that was made from half of the children.

    Args:
        opening: The file.
        parts: Its judged parts, whose stages still lie in the scratch folder.
        promised: The rows below the header, blank lines left out: of a workbook those of all its
            tables together. Of an XML file the records, such as `Child`.
        records: How many records an XML file has.

    Raises:
        FileRefusedError: With both counts.
    """
    readable = [part for part in parts if part.refusal is None]
    if not readable:
        # It is refused already, and for a better reason.
        return
    found = _delivered(opening, readable) if records is None else records
    if found != promised:
        unit = "rows" if records is None else "records"
        unread = "" if len(readable) == len(parts) else " in the sheets that can be read"
        raise FileRefusedError(
            "COUNT_MISMATCH",
            f"{promised:,} {unit}, as its manifest.csv says; it has {found:,}{unread}",
        )


def _delivered(opening: Opening, parts: Sequence[JudgedPart]) -> int:
    """The rows that were delivered, whatever became of them."""
    # A mapping makes several tables of the delivered rows, which lie beside them.
    stages = sorted(opening.scratch.glob("delivered_*.parquet")) or [
        opening.scratch / f"{part.stage}.parquet" for part in parts
    ]
    malformed = sum(
        len(part.malformed) for part in parts if part.malformed_because[0] != NO_TARGET_TABLE
    )
    return malformed + sum(_rows_of(opening, stage) for stage in stages)


def _rows_of(opening: Opening, stage: Path) -> int:
    row = opening.con.execute(
        f"select count(*) from read_parquet({literal(str(stage))})"
    ).fetchone()
    return int(row[0]) if row else 0
