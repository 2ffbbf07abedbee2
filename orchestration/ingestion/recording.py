"""The statements that write the ledger of a load, counted from the tables it wrote.

Belongs here: deliveries, files, tables, drift, and the reconciliation. Does not belong here: rows
(writing) or the order of a load (load).
"""

from datetime import UTC, datetime

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.judging import JudgedFile
from orchestration.ingestion.ledger import as_warehouse_time
from orchestration.ingestion.outcomes import QUARANTINE_HEAD, FileOutcome, quarantine_parameters
from orchestration.ingestion.results import LandedDelivery, LoadState, TableCounts
from orchestration.ingestion.sql import identifier


class ReconciliationError(RuntimeError):
    """Rows in are not rows loaded, quarantined and duplicate; the load is undone."""


def record_drift(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: FileOutcome, file: JudgedFile
) -> None:
    """Record how the header differs from its contract."""
    if file.header.drift:
        con.execute(
            "insert into ledger.drift select ?, ?, ?, unnest(?), unnest(?)",
            [
                landed.delivery_id,
                outcome.file.name,
                outcome.raw_table,
                [drift.column for drift in file.header.drift],
                [drift.kind for drift in file.header.drift],
            ],
        )


def record_absent_tables(
    con: duckdb.DuckDBPyConnection,
    landed: LandedDelivery,
    contract: Contract,
    outcomes: list[FileOutcome],
) -> None:
    """Record the contract tables that the folder does not hold; a partial folder is normal."""
    delivered = {outcome.raw_table for outcome in outcomes}
    absent = [
        contract.raw_table(table)
        for table in contract.tables
        if contract.raw_table(table) not in delivered
    ]
    if absent:
        con.execute(
            "insert into ledger.drift select ?, null, unnest(?), null, 'missing'",
            [landed.delivery_id, absent],
        )


def count_drift(con: duckdb.DuckDBPyConnection, landed: LandedDelivery) -> int:
    """How many columns of the delivered files differ from their contract."""
    row = con.execute(
        "select count(*) from ledger.drift where delivery_id = ? and column_name is not null",
        [landed.delivery_id],
    ).fetchone()
    return int(row[0]) if row else 0


def record_delivery(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, state: LoadState
) -> None:
    """Record the delivery itself."""
    con.execute(
        "insert into ledger.deliveries values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            landed.delivery_id,
            landed.authority_code,
            landed.source,
            landed.as_of,
            as_warehouse_time(landed.delivered_at),
            len(landed.files),
            state,
            as_warehouse_time(datetime.now(UTC)),
        ],
    )


def record_file(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: FileOutcome
) -> None:
    """Record a file and its counts, which are counted from the tables and must add up."""
    state, reason = "loaded", None
    counts = TableCounts(outcome.raw_table or "", 0, 0, 0, 0)
    if outcome.refusal is not None:
        state, reason = "quarantined", outcome.refusal.reason
        con.execute(
            f"insert into ledger.quarantined_rows select {QUARANTINE_HEAD}, null, null, "
            "$rule, $expected",
            quarantine_parameters(landed, outcome)
            | {"rule": reason, "expected": outcome.refusal.expected},
        )
    elif outcome.judged is not None:
        counts = _count(con, landed, outcome, outcome.judged)
        if outcome.is_copy:
            state, reason = "duplicate", "SAME_BYTES"
    con.execute(
        "insert into ledger.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            landed.delivery_id,
            outcome.file.name,
            outcome.file.sha256,
            outcome.file.size,
            outcome.raw_table,
            state,
            reason,
            counts.rows_in,
            counts.rows_loaded,
            counts.rows_quarantined,
            counts.rows_duplicate,
        ],
    )


def _count(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: FileOutcome, file: JudgedFile
) -> TableCounts:
    raw_table = outcome.raw_table or ""
    row = con.execute(
        f"""
        select
            (select count(*) from {file.stage}),
            (
                select count(*) from raw.{identifier(raw_table)}
                where _delivery_id = $delivery and _file_sha256 = $sha256
            ),
            (
                select count(distinct row_number) from ledger.quarantined_rows
                where delivery_id = $delivery and file_name = $file
            ),
            (select count(*) from {file.stage} where _is_repeat)
        """,
        {
            "delivery": landed.delivery_id,
            "sha256": outcome.file.sha256,
            "file": outcome.file.name,
        },
    ).fetchone()
    staged, loaded, quarantined, repeated = row or (0, 0, 0, 0)
    rows_in = staged + len(file.malformed)
    if outcome.is_copy:
        return TableCounts(raw_table, rows_in, 0, 0, rows_in)
    counts = TableCounts(raw_table, rows_in, loaded, quarantined, repeated)
    if rows_in != loaded + quarantined + repeated:
        raise ReconciliationError(
            f"{landed.label}: {outcome.file.name} has {rows_in} rows, but {loaded} loaded, "
            f"{quarantined} quarantined and {repeated} duplicate; nothing was written"
        )
    return counts


def record_ignored(con: duckdb.DuckDBPyConnection, landed: LandedDelivery) -> None:
    """Record what lay in the folder and was left alone."""
    if landed.ignored:
        con.execute(
            "insert into ledger.files select ?, unnest(?), null, null, null, 'ignored', unnest(?), "
            "0, 0, 0, 0",
            [
                landed.delivery_id,
                [ignored.path.rpartition("/")[2] for ignored in landed.ignored],
                [ignored.reason for ignored in landed.ignored],
            ],
        )


def record_tables(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, contract: Contract
) -> tuple[TableCounts, ...]:
    """Record, from the files, what the delivery brought to each raw table."""
    con.execute(
        """
        insert into ledger.delivery_tables
        select $delivery, $authority, $source, cast($as_of as date), $delivered_at, $extent,
            raw_table, sum(rows_in), sum(rows_loaded), sum(rows_quarantined), sum(rows_duplicate)
        from ledger.files
        where delivery_id = $delivery and state in ('loaded', 'duplicate')
        group by raw_table
        """,
        {
            "delivery": landed.delivery_id,
            "authority": landed.authority_code,
            "source": landed.source,
            "as_of": landed.as_of,
            "delivered_at": as_warehouse_time(landed.delivered_at),
            "extent": contract.extent,
        },
    )
    rows = con.execute(
        "select raw_table, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
        "from ledger.delivery_tables where delivery_id = ? order by raw_table",
        [landed.delivery_id],
    ).fetchall()
    return tuple(TableCounts(*row) for row in rows)
