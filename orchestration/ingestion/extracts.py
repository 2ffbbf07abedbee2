"""What a reader is given, and what it must give back.

Belongs here: the values and the protocol that every reader shares. Does not belong here: any
format's detail, or which reader opens which file (readers).

Readers run in the parser, a child process with limits that never holds the warehouse, because an
untrusted file may crash or exhaust whatever parses it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import BLANKS, CarefulRows

if TYPE_CHECKING:
    from orchestration.contracts import Contract, Table
    from orchestration.contracts.models import Encoding


@dataclass(frozen=True, slots=True)
class Opening:
    """One landed file to be opened.

    Attributes:
        con: The parser's own DuckDB connection; it reads inside the landing and scratch folders.
        contract: The source that the file was delivered for.
        file_name: The name under which it was delivered; only its suffix and stem may be used.
        path: The landed bytes, which never change; of a CSV file in an older encoding, a copy.
        scratch: A private folder that is emptied after the file; a reader may write parts there.
        collection_year: The year in which the delivery's collection ends, 1 April to 31 March.
        encoding: How a CSV file was delivered; at `path` it is UTF-8.
    """

    con: duckdb.DuckDBPyConnection
    contract: "Contract"
    file_name: str
    path: Path
    scratch: Path
    collection_year: int
    encoding: "Encoding" = "utf-8"


class Extract(Protocol):
    """The rows of one table, whose header is known and which are still to be read.

    Both ways to read give SQL that selects `_row_number` and the cells as texts `c0`, `c1`, ...
    in file order; a cell with nothing in it is null.
    """

    @property
    def cells(self) -> list[str]:
        """The header as delivered."""

    @property
    def refusals(self) -> tuple[type[duckdb.Error], ...]:
        """Errors that mean the fast way cannot read this file."""

    @property
    def known_rows(self) -> int | None:
        """How many rows the fast way must find, where something else than reading them tells."""

    def fast_rows(self, header: Header, contract: "Contract", /) -> str | None:
        """SQL that reads the file set-wise and fails on anything odd; None if it would misread."""

    def careful_rows(
        self, con: duckdb.DuckDBPyConnection, header: Header, stage: str, /
    ) -> CarefulRows:
        """Read the good rows and name the bad ones, or refuse the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table's worth of a delivered file.

    Attributes:
        label: Which part it is, safe to show: a sheet or an element; empty for the whole file.
        table: The contract table, where the format itself tells; None: names and headers do.
        extract: Its rows.
        drift: What else differs from the contract: (column or element, kind), safe to show.
        blanks: Which blanks a cell may begin or end with, as far as the reader knows.
        has_colon: Whether a cell may have a colon; without one, none is a time of day.
        records: How many records the whole file has, where its sender counts those and not rows.
    """

    label: str
    table: "Table | None"
    extract: Extract
    drift: tuple[tuple[str, str], ...] = ()
    blanks: str = BLANKS
    has_colon: bool = True
    records: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedExtract:
    """A part that cannot be used, though the others can."""

    refusal: FileRefusedError
    refusals: tuple[type[duckdb.Error], ...] = field(default=())
    known_rows: int | None = None

    @property
    def cells(self) -> list[str]:
        """There are none: the refusal is raised where the header would be read."""
        raise self.refusal

    def fast_rows(self, _header: Header, _contract: "Contract") -> str | None:
        """Never reached."""
        raise self.refusal

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """Never reached."""
        raise self.refusal
