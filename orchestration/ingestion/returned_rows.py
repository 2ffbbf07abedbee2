"""Write the rows that wait in quarantine as they were delivered, for the sender to correct.

The result holds what the extract held: names, ids, words. It stays in the home folder, readable by
its owner alone, until somebody sends it back by a safe way.

Belongs here: reading rejected rows out of landed files again. Does not belong here: why they were
rejected (the ledger says), or any log of what they hold.
"""

import csv
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.files import make_private_folder, sync_folder
from orchestration.ingestion.ledger import landed_deliveries
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import LandedDelivery, LandedFile
from orchestration.ingestion.sql import literal

FOLDER = "rows_to_send_back"
# A spreadsheet runs a text that begins with one of these; a negative number is no formula.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_ROWS_AT_A_TIME = 10_000


def return_rows(
    con: duckdb.DuckDBPyConnection,
    parser: Parser,
    contract: Contract,
    landed: LandedDelivery,
    folder: Path,
) -> dict[str, int]:
    """Write one CSV for each part of a delivery that has rows in quarantine.

    Each row carries its number in the delivered file, what is wrong with it and its cells. A row
    with too few or too many cells has no cells here; its number tells where to look.

    Returns:
        How many rows each written file holds.
    """
    written: dict[str, int] = {}
    parts = con.execute(
        "select distinct file_name, part, raw_table from ledger.quarantined_rows "
        "where delivery_id = ? and row_number is not null order by all",
        [landed.delivery_id],
    ).fetchall()
    files = {file.name: file for file in landed.files}
    for place, (file_name, part, raw_table) in enumerate(parts, start=1):
        reasons = _reasons(con, landed.delivery_id, file_name, part)
        target = folder / f"{place:02d}_{raw_table}.csv"
        rows = _delivered(con, parser, contract, landed, files[file_name], part, list(reasons))
        written[target.name] = _write(target, rows, reasons)
    parser.clear()
    return written


def deliveries_in_quarantine(
    con: duckdb.DuckDBPyConnection,
    authority_code: str | None = None,
    source: str | None = None,
    as_of: date | None = None,
) -> list[LandedDelivery]:
    """The deliveries of which something waits in quarantine."""
    waiting = {
        row[0]
        for row in con.execute(
            "select distinct delivery_id from ledger.quarantined_rows"
        ).fetchall()
    }
    return [
        landed
        for landed in landed_deliveries(con)
        if landed.delivery_id in waiting
        and authority_code in (None, landed.authority_code)
        and source in (None, landed.source)
        and as_of in (None, landed.as_of)
    ]


def _reasons(
    con: duckdb.DuckDBPyConnection, delivery_id: str, file_name: str, part: str
) -> dict[int, str]:
    """What is wrong with each rejected row, in words."""
    rows = con.execute(
        """
        select
            row_number,
            string_agg(concat_ws(': ', column_name, expected), '; ' order by column_name, expected)
        from ledger.quarantined_rows
        where delivery_id = ? and file_name = ? and part = ? and row_number is not null
        group by row_number order by row_number
        """,
        [delivery_id, file_name, part],
    ).fetchall()
    return dict(rows)


def _delivered(
    con: duckdb.DuckDBPyConnection,
    parser: Parser,
    contract: Contract,
    landed: LandedDelivery,
    file: LandedFile,
    part: str,
    numbers: list[int],
) -> Iterator[list[str]]:
    """The header and the rejected rows, each row after its number."""
    header, stage = parser.rows_of(contract, file, landed.collection_year, part, numbers)
    yield header
    if stage is None:
        return
    cursor = con.execute(f"select * from read_parquet({literal(str(stage))}) order by _row_number")
    while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
        for number, *cells in rows:
            yield [str(number), *("" if cell is None else cell for cell in cells)]


def _write(target: Path, rows: Iterator[list[str]], reasons: dict[int, str]) -> int:
    make_private_folder(target.parent)
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)
    left = dict(reasons)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    # The mark in front tells a spreadsheet that this is UTF-8.
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["row_number", "expected", *map(_safe, next(rows))])
        for number, *cells in rows:
            writer.writerow([number, left.pop(int(number), ""), *map(_safe, cells)])
        writer.writerows([number, expected] for number, expected in left.items())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(target)
    sync_folder(target.parent)
    return len(reasons)


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
