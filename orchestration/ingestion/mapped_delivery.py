"""Copy the rows of a delivered part, as they are, where they can be read several times.

Belongs here: reading a part whose columns no contract knows. Does not belong here: what a mapping
makes of them (mapped_reader).
"""

from collections.abc import Mapping as Dictionary
from pathlib import Path

from orchestration.contracts import Column, Table
from orchestration.contracts.models import ColumnType
from orchestration.ingestion.extracts import Extract, Opening
from orchestration.ingestion.matching import Header
from orchestration.ingestion.sql import literal
from orchestration.ingestion.stages import has_rows


def copy_delivered(
    opening: Opening, extract: Extract, path: str, kinds: Dictionary[int, ColumnType]
) -> tuple[int, ...]:
    """Copy `_row_number`, `c0`, `c1`, ... to a Parquet file in the scratch folder.

    Args:
        opening: The opened file.
        extract: The rows of one part of it.
        path: The Parquet file to write.
        kinds: What the columns will become, by place; a typed file writes its dates accordingly.

    Returns:
        The numbers of the rows with too few or too many cells, which are not in the copy.

    Raises:
        FileRefusedError: The part cannot be read.
    """
    header = _header(len(extract.cells), kinds)
    fast = extract.fast_rows(header, opening.contract)
    if fast is not None:
        try:
            _copy(opening, fast, path)
            if has_rows(opening.con, Path(path), extract.known_rows):
                return ()
        except extract.refusals:
            # Its message quotes the line, so it is dropped; the careful way names the row.
            pass
    careful = extract.careful_rows(opening.con, header, "delivered_rows")
    _copy(opening, careful.sql, path)
    return careful.malformed


def _copy(opening: Opening, rows: str, path: str) -> None:
    opening.con.execute(
        f"copy ({rows}) to {literal(path)} (format parquet, compression uncompressed)"
    )


def _header(width: int, kinds: Dictionary[int, ColumnType]) -> Header:
    """The delivered columns as a table of their own: the readers ask for one."""
    columns = tuple(
        Column(
            name=f"h{place}",
            type=kinds.get(place, "string"),
            required=place == 0,
            description="A delivered column.",
        )
        for place in range(width)
    )
    table = Table(name="delivered", description="As delivered.", key=("h0",), columns=columns)
    return Header(table, width, {f"h{place}": place for place in range(width)}, ())
