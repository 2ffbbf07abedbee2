"""Which reader opens which file.

Belongs here: the registry and what a reader must offer. Does not belong here: any format's detail;
a new format is a module of its own and one line in `READERS`.
"""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Protocol

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.csv_reader import open_csv
from orchestration.ingestion.gate import FileRefusedError, check_size
from orchestration.ingestion.matching import Header
from orchestration.ingestion.parquet_reader import open_parquet
from orchestration.ingestion.rows import CarefulRows


class Extract(Protocol):
    """One opened file, whose header is known and whose rows are still to be read.

    Both ways to read give SQL that selects `_row_number` and the cells as texts `c0`, `c1`, ...
    in file order; a cell with nothing in it is null.
    """

    @property
    def cells(self) -> list[str]:
        """The header as delivered."""

    @property
    def refusals(self) -> tuple[type[duckdb.Error], ...]:
        """Errors that mean the fast way cannot read this file."""

    def fast_rows(self, header: Header, contract: Contract, /) -> str | None:
        """SQL that reads the file set-wise and fails on anything odd; None if it would misread."""

    def careful_rows(
        self, con: duckdb.DuckDBPyConnection, header: Header, stage: str, /
    ) -> CarefulRows:
        """Read the good rows and name the bad ones, or refuse the file."""


READERS: dict[str, Callable[[duckdb.DuckDBPyConnection, Path], Extract]] = {
    ".csv": open_csv,
    ".parquet": open_parquet,
}


def open_extract(con: duckdb.DuckDBPyConnection, file_name: str, path: Path) -> Extract:
    """Open a landed file by the suffix under which it was delivered."""
    opener = READERS.get(PurePath(file_name).suffix.lower())
    if opener is None:
        raise FileRefusedError("UNKNOWN_FORMAT", f"a file that ends in {' or '.join(READERS)}")
    check_size(path)
    return opener(con, path)
