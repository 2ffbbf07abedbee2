"""Find the contract table of a file and the contract column of each of its columns.

Belongs here: names of files and headers against contracts. Does not belong here: reading rows.
A column is found by its name, never by its place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract, Table

# What may be repeated of a header that no contract knows: enough for any sane column name, too
# little for a row of data that was taken for a header.
REPEATABLE = re.compile(r"[A-Za-z][A-Za-z0-9_ ./()-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between a header and its contract: a column missing, unknown or renamed."""

    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Header:
    """A delivered header, understood: for each contract column, its place in the file."""

    table: "Table"
    width: int
    places: dict[str, int]
    drift: tuple[Drift, ...]


def table_by_name(contract: "Contract", file_name: str) -> "Table | None":
    """The table that a file name stands for, where the contract goes by name."""
    if contract.match != "by_name":
        return None
    table = contract.table(PurePath(file_name).stem.lower())
    if table is None:
        raise FileRefusedError("UNKNOWN_TABLE", f"a file named after a table of {contract.source}")
    return table


def match_header(
    contract: "Contract", table: "Table | None", cells: Sequence[str], collection_year: int
) -> Header:
    """Understand a header; find its table first where the contract goes by header.

    Args:
        contract: The source.
        table: The table, where the file name or the format tells it.
        cells: The header as delivered.
        collection_year: Columns that this year's collection does not have are not missed.

    Raises:
        FileRefusedError: No table fits, a name comes twice, or a key column is missing.
    """
    check_dialect(cells)
    names = [plain_name(cell) for cell in cells]
    _check_names(names)
    if table is None:
        table = _table_by_header(contract, names)
    places, drift = _places(table, names, cells, collection_year)
    missing = [name for name in table.required_key if name not in places]
    if missing:
        raise FileRefusedError("MISSING_KEY_COLUMN", f"the column {', '.join(missing)}")
    return Header(table, len(names), places, tuple(drift))


def check_dialect(cells: Sequence[str]) -> None:
    """Refuse a header whose cells are set apart by other marks than commas and double quotes.

    Raises:
        FileRefusedError: They are.
    """
    if all(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in cells):
        raise FileRefusedError("DIALECT", 'double quotes (") around cells')
    if len(cells) == 1 and any(mark in cells[0] for mark in ";\t|"):
        raise FileRefusedError("DIALECT", "commas between the cells")


def _check_names(names: Sequence[str]) -> None:
    if not any(names):
        raise FileRefusedError("NO_HEADER", "column names in the first line")
    given = [name for name in names if name]
    if len(given) != len(set(given)):
        raise FileRefusedError("DUPLICATE_COLUMN", "each column name once")


def _table_by_header(contract: "Contract", names: Sequence[str]) -> "Table":
    """The table with all its key columns present and the largest overlap, if there is just one."""
    present = set(names)
    candidates: list[tuple[tuple[int, int], Table]] = []
    for table in contract.tables:
        known = {plain_name(name) for c in table.columns for name in (c.name, *c.aliases)}
        overlap = len(known & present)
        # More than half of its columns: an id and a birth date alone would fit most tables.
        required = {column for column in table.columns if column.name in table.required_key}
        has_key = all(_delivered_as(column, names) for column in required)
        if has_key and overlap * 2 > len(table.columns):
            candidates.append(((overlap, overlap - len(table.columns)), table))
    best = max((score for score, _ in candidates), default=None)
    tables = [table for score, table in candidates if score == best]
    if len(tables) != 1:
        raise FileRefusedError("UNKNOWN_TABLE", f"the header of one table of {contract.source}")
    return tables[0]


def _places(
    table: "Table", names: Sequence[str], cells: Sequence[str], collection_year: int
) -> tuple[dict[str, int], list[Drift]]:
    places: dict[str, int] = {}
    drift: list[Drift] = []
    for column in table.columns:
        delivered = _delivered_as(column, names)
        if delivered is not None:
            places[column.name] = names.index(delivered)
            if delivered != plain_name(column.name):
                drift.append(Drift(column.name, "alias"))
        elif column.load and not column.extra and column.is_due(collection_year):
            drift.append(Drift(column.name, "missing"))
    taken = set(places.values())
    for place, cell in enumerate(cells):
        if place not in taken:
            shown = cell.strip() if REPEATABLE.fullmatch(cell.strip()) else f"column {place + 1}"
            drift.append(Drift(shown, "unknown"))
    return places, drift


def _delivered_as(column: "Column", names: Sequence[str]) -> str | None:
    # The column's own name first: beside it, an alias is just another column.
    for name in (column.name, *column.aliases):
        if plain_name(name) in names:
            return plain_name(name)
    return None
