"""The extracts that a mapping makes of a delivered part.

Belongs here: the rows of a target table, the rows that no table takes.
Does not belong here: which of them a file gives (mapped_reader).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import CarefulRows, cell_names

if TYPE_CHECKING:
    from orchestration.contracts import Contract

NO_TARGET_TABLE = "NO_TARGET_TABLE"


@dataclass(frozen=True, slots=True)
class MappedExtract:
    """The rows of one target table, made by one select from the delivered rows."""

    cells: list[str]
    rows: str
    malformed: tuple[int, ...] = ()
    refusals: tuple[type[duckdb.Error], ...] = field(default=())
    known_rows: int | None = None

    def fast_rows(self, _header: Header, _contract: "Contract") -> str | None:
        """The select; None where there are malformed rows to name."""
        return None if self.malformed else self.rows

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """The same rows, and the delivered ones that were malformed."""
        return CarefulRows(self.rows, self.malformed)


@dataclass(frozen=True, slots=True)
class LeftOverExtract:
    """Delivered rows that no table takes: none to load, all to name."""

    cells: list[str]
    numbers: tuple[int, ...]
    refusals: tuple[type[duckdb.Error], ...] = field(default=())
    known_rows: int | None = None

    def fast_rows(self, _header: Header, _contract: "Contract") -> str | None:
        """There is nothing to load."""
        return None

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, header: Header, _stage: str
    ) -> CarefulRows:
        """The numbers of the rows."""
        cells = ", ".join(f"cast(null as varchar) as {name}" for name in cell_names(header.width))
        return CarefulRows(
            f"select cast(null as bigint) as _row_number, {cells} where false",
            self.numbers,
            rule=NO_TARGET_TABLE,
            expected="a row for which the mapping names a table, or which its leave_out names",
        )
