"""Find the header of a sheet, which people do not always put into its first row.

Belongs here: which row is the header, and how its names are spelt. Does not belong here: which
table of the contract it fits (matching).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.workbook_sheet import Sheet

if TYPE_CHECKING:
    from orchestration.contracts import Contract

# People put titles, notes and blank rows above a table, but not many.
_HEADER_ROWS = 20
_LEAST_KNOWN = 2
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """What a contract's columns may be called: plain name to column and rank, for each table.

    The contract's own name has rank 0, its first alias 1, and so on.
    """

    tables: tuple[dict[str, tuple[str, int]], ...]
    is_by_header: bool

    @classmethod
    def of(cls, contract: "Contract") -> Self:
        """The names of a contract."""
        tables: list[dict[str, tuple[str, int]]] = []
        for table in contract.tables:
            names: dict[str, tuple[str, int]] = {}
            for column in table.columns:
                for rank, name in enumerate((column.name, *column.aliases)):
                    names.setdefault(plain_name(name), (column.name, rank))
            tables.append(names)
        return cls(tuple(tables), contract.match == "by_header")

    def best_table(self, cells: list[str]) -> tuple[int, dict[str, tuple[str, int]]]:
        """The table that knows most of the cells, and how many it knows."""
        plain = [plain_name(cell) for cell in cells if cell]
        scores = [sum(name in table for name in plain) for table in self.tables]
        return max(scores), self.tables[scores.index(max(scores))]

    def understood(self, cells: list[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """The header in the contract's own names where it knows them, and what was renamed.

        The first alias of an Annex A column is its official header, which renames nothing.
        """
        score, table = self.best_table(cells)
        if not self.is_by_header or score < _LEAST_KNOWN:
            return cells, ()
        found = [table.get(plain_name(cell)) for cell in cells]
        best: dict[str, int] = {}
        for name, rank in filter(None, found):
            best[name] = min(rank, best.get(name, rank))
        # Beside a better name of the same column, an alias is just another column.
        own = [
            meant[0] if meant is not None and meant[1] == best[meant[0]] else cell
            for meant, cell in zip(found, cells, strict=True)
        ]
        return own, tuple((name, "alias") for name, rank in best.items() if rank > 1)


def header_row(sheet: Sheet, names: HeaderNames) -> int:
    """The first row with most of a table's names; without any, the first that can be a header."""
    rows = [sheet.row(row) for row in range(min(_HEADER_ROWS, sheet.row_count))]
    scores = [names.best_table(cells)[0] for cells in rows]
    if max(scores) >= _LEAST_KNOWN:
        return scores.index(max(scores))
    filled = [sum(bool(cell) for cell in cells) for cells in rows]
    for least in (_LEAST_KNOWN, 1):
        for row, count in enumerate(filled):
            if count >= least:
                return row
    raise FileRefusedError("NO_HEADER", f"column names within the first {_HEADER_ROWS} rows")


def tidy(cell: str) -> str:
    """A header cell on one line, without double blanks."""
    return _BLANKS.sub(" ", cell).strip()
