"""Refuse a table that has another below it, or above: what stands under which name is then a guess.

Belongs here: rows of names among the rows, rows of data above the names. Does not belong here:
which row is the header (workbook_header), or a header that comes again as it was: a row with names
in the place of values breaks its rules by itself.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import cell_names
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from orchestration.contracts import Contract, Table
    from orchestration.ingestion.workbook_sheet import Sheet

_LEAST_NAMES = 2
# Names come seldom; a file with more rows of them has enough of them among the first.
_LOOKED_AT = 20
_MOST_OF_A_ROW = 2 / 3
_DAY = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[/. -]\d{1,2}[/. -]\d{2}(\d{2})?\b"
    r"|\d{1,2}[ /-][A-Za-z]{3,9}[ /-]\d{2,4}"
)


def check_below(
    opening: Opening, header: Header, delivered: str, cells: Sequence[str], stage: str
) -> None:
    """Look among the rows that break a rule for one that holds names of columns.

    Args:
        opening: The file.
        header: Its header, understood.
        delivered: SQL of its rows as delivered.
        cells: The header as delivered.
        stage: The name of the staged rows.

    Raises:
        FileRefusedError: There is one, and its names are others or stand in another order.
    """
    names = _names(opening.contract)
    key = header.table.required_key[0]
    place = [column.name for column in header.table.loaded_columns].index(key)
    staged = literal(str(opening.scratch / f"{stage}.parquet"))
    spelt = {name.lower() for table in opening.contract.tables for name in _of(table)}
    listed = ", ".join(map(literal, sorted(names | spelt)))
    rows = opening.con.execute(
        f"select _row_number from read_parquet({staged}) where _problems <> 0 "
        f"and lower(cast(v{place} as varchar)) in ({listed}) limit {_LOOKED_AT}"
    ).fetchall()
    if not rows:
        return
    numbers = ", ".join(str(row[0]) for row in rows)
    columns = ", ".join(cell_names(header.width))
    first = [plain_name(cell) for cell in cells]
    for row in opening.con.execute(
        f"select {columns} from ({delivered}) where _row_number in ({numbers})"
    ).fetchall():
        found = [plain_name(cell or "") for cell in row]
        if sum(name in names for name in found) >= _LEAST_NAMES and found != first:
            raise _refusal()


def check_above(contract: "Contract", sheet: "Sheet", cells: Sequence[str], header: int) -> int:
    """Look above the header of a sheet for a row of data: a day where the table has days.

    Returns:
        How many rows above are as full as data and hold no day: headings, or data nobody reads.

    Raises:
        FileRefusedError: There is one with a day; it would be lost.
    """
    if header == 0:
        return 0
    days = {
        plain_name(name) for table in contract.tables for name in _of(table, ("date", "datetime"))
    }
    places = [place for place, cell in enumerate(cells) if plain_name(cell) in days]
    least = sum(map(bool, cells)) * _MOST_OF_A_ROW
    full = 0
    for row in range(header):
        above = sheet.row(row)
        # A title or a period has few cells.
        is_full = sum(map(bool, above)) >= least
        if is_full and any(place < len(above) and _DAY.match(above[place]) for place in places):
            raise _refusal()
        full += is_full
    return full


def _names(contract: "Contract") -> set[str]:
    return {plain_name(name) for table in contract.tables for name in _of(table)}


def _of(table: "Table", types: Sequence[str] = ()) -> list[str]:
    """The names of a table's columns, of some types or of all."""
    return [
        name
        for column in table.columns
        if not types or column.type in types
        for name in (column.name, *column.aliases)
    ]


def _refusal() -> FileRefusedError:
    return FileRefusedError("TWO_TABLES", "one table, with its column names in one row above it")
