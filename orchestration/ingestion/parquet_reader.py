"""Read Parquet: every column as the text that the contract's formats expect.

Belongs here: turning Parquet's own types into delivered text, so that one set of rules judges both
formats. Does not belong here: those rules (cells).
"""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.contracts import Column, Contract
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Header
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.sql import literal

_UNREADABLE: tuple[type[duckdb.Error], ...] = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.SerializationException,
    duckdb.NotImplementedException,
    duckdb.InternalException,
)


def open_parquet(opening: Opening) -> list[Part]:
    """Read the schema, which stands at the end of the file; the file is one part."""
    path = opening.path
    try:
        described = opening.con.execute(
            f"describe select * from read_parquet({literal(str(path))})"
        ).fetchall()
    except _UNREADABLE:
        raise _refusal() from None
    extract = ParquetExtract(path, [row[0] for row in described], [row[1] for row in described])
    return [Part("", None, extract)]


@dataclass(frozen=True, slots=True)
class ParquetExtract:
    """One Parquet file with a readable schema."""

    path: Path
    cells: list[str]
    types: list[str]
    refusals: tuple[type[duckdb.Error], ...] = field(default=_UNREADABLE)

    def fast_rows(self, header: Header, contract: Contract) -> str | None:
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
            f"select file_row_number + 2 as _row_number, {', '.join(texts)} from read_parquet("
            f"{literal(str(self.path))}, file_row_number = true) "
            f"as delivered({', '.join(names)}, file_row_number)"
        )

    def careful_rows(
        self, _con: duckdb.DuckDBPyConnection, _header: Header, _stage: str
    ) -> CarefulRows:
        """There is no second way to read a damaged Parquet file."""
        raise _refusal()


def _as_text(name: str, kind: str, column: Column | None, contract: Contract) -> str:
    is_time = kind == "DATE" or kind.startswith("TIMESTAMP")
    if is_time and column is not None and column.type in ("date", "datetime"):
        form = contract.formats["date" if column.type == "date" else "datetime"][0]
        return f"strftime(cast({name} as timestamp), {literal(form)})"
    if kind == "BOOLEAN" and column is not None and column.type == "flag":
        return f"case when {name} then 'Y' when not {name} then 'N' end"
    if kind in ("DOUBLE", "FLOAT") and (column is None or column.is_text):
        # Writers store whole numbers with gaps as floats; the id 123 must not become 123.0.
        return (
            f"case when {name} = trunc({name}) and abs({name}) < 9007199254740992 "
            f"then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
        )
    return f"nullif(cast({name} as varchar), '')"


def _refusal() -> FileRefusedError:
    return FileRefusedError("UNREADABLE", "a complete Parquet file")
