"""Extract the tables of a source from a database into a delivery.

Belongs here: the order of an extraction and its report. Does not belong here: SQL (dialects), the
driver (reading), files (delivery).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.contracts import Contract, load_contracts
from orchestration.extraction.connection import Connection, require_answer
from orchestration.extraction.delivery import unborn_delivery
from orchestration.extraction.dialects import DIALECTS
from orchestration.extraction.finding import FoundTable, find_tables
from orchestration.extraction.login import require_login
from orchestration.extraction.reading import (
    PermissionDeniedError,
    UnreadableError,
    read_batches,
)
from orchestration.settings import links_authorities

# Told after each table: its name, how many are done, how many there are.
Progress = Callable[[str, int, int], None]


class NothingExtractedError(LookupError):
    """The database shows no table that could be read."""


class ExtractionBrokenError(RuntimeError):
    """A table broke off while it was read, so nothing was delivered."""


class UnknownExtractSourceError(LookupError):
    """The source cannot be read from a database."""


@dataclass(frozen=True, slots=True)
class ExtractedTable:
    """What was read of one table; counts and names only.

    Attributes:
        table: The contract table, and the name of the file.
        found_as: Schema and name in the database.
        rows: Rows read, all of them.
        columns: Columns read.
        withheld: Direct identifiers that stay in the database.
        unknown: Columns that the contract does not know, not read.
        missing: Columns of the contract that the database does not have.
    """

    table: str
    found_as: str
    rows: int
    columns: int
    withheld: int
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkippedTable:
    """A table that was not read: NOT_FOUND, PERMISSION_DENIED, NO_KNOWN_COLUMN or UNREADABLE."""

    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What one extraction did."""

    folder: Path
    tables: tuple[ExtractedTable, ...]
    skipped: tuple[SkippedTable, ...]


def extract_source(
    connection: Connection,
    inbox: Path,
    authority: str,
    source: str,
    as_of: date,
    schema: str | None = None,
    progress: Progress | None = None,
) -> ExtractReport:
    """Read every table of a source that the database has; deliver them together or not at all.

    A table that is absent or may not be read is reported; a partial delivery is normal. A table
    that breaks off in the middle is an error, because half a table looks like a quiet week.

    Args:
        connection: Where the database is.
        inbox: The inbox to deliver to.
        authority: Three-digit code of the authority whose database it is.
        source: A source whose files go by table name: `ssd` or `voice_extension`.
        as_of: The day on which the tables are true.
        schema: Where to look; everywhere by default.
        progress: Told after each table.
    """
    contract = _contract(source)
    folder = inbox / authority / source / as_of.isoformat()
    with unborn_delivery(folder) as draft:
        require_answer(connection)
        require_login(connection)
        found = find_tables(connection, contract, schema)
        tables: list[ExtractedTable] = []
        skipped: list[SkippedTable] = []
        for done, table in enumerate(contract.tables, start=1):
            place = found.get(table.name)
            reason = _why_skipped(place)
            if place is not None and reason is None:
                try:
                    tables.append(_extract(connection, place, draft))
                except PermissionDeniedError:
                    reason = "PERMISSION_DENIED"
                except UnreadableError:
                    # A database that went away is no fault of this table.
                    require_answer(connection)
                    reason = "UNREADABLE"
            if reason is not None:
                skipped.append(SkippedTable(table.name, reason))
            if progress is not None:
                progress("extract", done, len(contract.tables))
        if not tables:
            raise NothingExtractedError(_nothing(connection, source, schema, skipped))
    return ExtractReport(folder, tuple(tables), tuple(skipped))


def _contract(source: str) -> Contract:
    by_table = {
        name: contract
        for name, contract in load_contracts().items()
        if contract.match == "by_name" and ".parquet" in contract.suffixes
    }
    if source not in by_table:
        raise UnknownExtractSourceError(
            f"a database cannot deliver {source}; it can deliver {' or '.join(sorted(by_table))}"
        )
    contract = by_table[source]
    return contract if links_authorities() else contract.without_linkage()


def _why_skipped(place: FoundTable | None) -> str | None:
    if place is None:
        return "NOT_FOUND"
    if not place.columns:
        return "PERMISSION_DENIED"
    return None if place.read else "NO_KNOWN_COLUMN"


def _extract(connection: Connection, place: FoundTable, draft: Path) -> ExtractedTable:
    import pyarrow.parquet as pq

    schema, batches = read_batches(connection, place.query(DIALECTS[connection.product]))
    rows = 0
    path = draft / f"{place.table.name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
        try:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        except (PermissionDeniedError, UnreadableError):
            raise ExtractionBrokenError(
                f"{place.table.name} broke off after {rows:,} rows; nothing was delivered. Try "
                "again; if it stays so, the database's log names the row that it cannot read"
            ) from None
    return ExtractedTable(
        table=place.table.name,
        found_as=f"{place.schema}.{place.name}",
        rows=rows,
        columns=len(place.read),
        withheld=place.withheld,
        unknown=place.unknown,
        missing=place.missing,
    )


def _nothing(
    connection: Connection, source: str, schema: str | None, skipped: list[SkippedTable]
) -> str:
    where = f"schema {schema} of the database" if schema else "the database"
    refused = [each.table for each in skipped if each.reason != "NOT_FOUND"]
    if refused:
        return (
            f"{where} at {connection.place} has {len(refused)} tables of {source} that cannot be "
            f"read, for example {refused[0]}; ask for SELECT on them"
        )
    return (
        f"{where} at {connection.place} shows no table of {source}; check the name of the database "
        "and the schema, and whether the login has SELECT on the tables"
    )
