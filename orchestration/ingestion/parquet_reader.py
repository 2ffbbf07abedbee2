"""Read Parquet: every column as the text that the contract's formats expect.

Belongs here: turning Parquet's own types into delivered text, so that one set of rules judges both
formats. Does not belong here: those rules (cells).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract

_ROWS_AT_A_TIME = 1 << 16
_UNREADABLE: tuple[type[duckdb.Error], ...] = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.SerializationException,
    duckdb.NotImplementedException,
    duckdb.InternalException,
)


# Kinds of a column that hold more than one value in a cell.
_NESTED = re.compile(r"\[|^(STRUCT|MAP|UNION)")


def open_parquet(opening: Opening) -> list[Part]:
    """Check every page and read the schema; the file is one part."""
    path = opening.path
    names = _check_pages(path)
    try:
        described = opening.con.execute(
            f"describe select * from read_parquet({literal(str(path))})"
        ).fetchall()
    except _UNREADABLE:
        raise _refusal() from None
    types = [row[1] for row in described]
    nested = [names[place] for place, kind in enumerate(types) if _NESTED.search(kind)]
    if nested:
        raise FileRefusedError("NESTED_COLUMN", "one value in each cell of every column")
    return [Part("", None, ParquetExtract(path, names, types))]


def _check_pages(path: Path) -> list[str]:
    """Compare every page with its checksum, where it has one; return the names of the columns.

    DuckDB does not look at checksums, and it renames a column that comes twice.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches(batch_size=_ROWS_AT_A_TIME):
                pass
            if any(pa.types.is_decimal256(each.type) for each in file.schema_arrow):
                # DuckDB makes other numbers of them.
                raise _refusal()
            return list(file.schema_arrow.names)
    except (pa.ArrowException, OSError):
        # The message may quote what it read.
        raise _refusal() from None


@dataclass(frozen=True, slots=True)
class ParquetExtract:
    """One Parquet file with a readable schema."""

    path: Path
    cells: list[str]
    types: list[str]
    refusals: tuple[type[duckdb.Error], ...] = field(default=_UNREADABLE)
    known_rows: int | None = None

    def fast_rows(self, header: Header, contract: "Contract") -> str | None:
        """Every column by its place, as text."""
        columns = {place: name for name, place in header.places.items()}
        by_name = {column.name: column for column in header.table.columns}
        names = cell_names(header.width)
        texts = [
            f"{_as_text(name, self.types[place], by_name.get(columns.get(place, '')), contract)}"
            f" as {name}"
            for place, name in enumerate(names)
        ]
        # The names in the file never enter the statement: the alias list renames by place.
        return (
            f"select row_number() over () + 1 as _row_number, {', '.join(texts)} "
            f"from read_parquet({literal(str(self.path))}) as delivered({', '.join(names)})"
        )

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """There is no second way to read a damaged Parquet file."""
        raise _refusal()


def _as_text(name: str, kind: str, column: "Column | None", contract: "Contract") -> str:
    is_time = kind == "DATE" or kind.startswith("TIMESTAMP")
    if is_time and column is not None and column.type in ("date", "datetime"):
        formats = contract.formats["date" if column.type == "date" else "datetime"]
        # The finest, so that no fraction of a second is lost on the way.
        finest = next((form for form in formats if "%f" in form), formats[0])
        form = finest if column.type == "datetime" else formats[0]
        if kind.startswith("TIMESTAMP WITH"):
            # An instant, which a plain cast would show by the clock of whatever machine this is.
            if column.type == "datetime":
                return f"strftime(timezone('UTC', {name}), '%Y-%m-%dT%H:%M:%S.%fZ')"
            return f"strftime(timezone('Europe/London', {name}), {literal(form)})"
        return f"strftime(cast({name} as timestamp), {literal(form)})"
    if kind == "BOOLEAN" and column is not None and column.type == "flag":
        return f"case when {name} then 'Y' when not {name} then 'N' end"
    if kind in ("DOUBLE", "FLOAT") and (column is None or column.is_text):
        # Writers store whole numbers with gaps as floats; the id 123 must not become 123.0. From
        # here on, two ids may be one float.
        beyond = 1 << (53 if kind == "DOUBLE" else 24)
        return (
            f"case when {name} = trunc({name}) and abs({name}) < {beyond} "
            f"then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
        )
    if kind == "BLOB":
        # A text that its writer did not mark as one; bytes that are none show as \xE9.
        return f"nullif(coalesce(try(decode({name})), cast({name} as varchar)), '')"
    return f"nullif(cast({name} as varchar), '')"


def _refusal() -> FileRefusedError:
    return FileRefusedError("UNREADABLE", "a complete Parquet file")
