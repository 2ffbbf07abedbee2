"""The statements that write the ledger of a load, counted from the tables it wrote.

Belongs here: deliveries, files, tables and drift. Does not belong here: rows (writing), counting
them (reconciling) or the order of a load (load).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.cells import NOT_A_POSTCODE
from orchestration.ingestion.ledger import as_warehouse_time, delivery_number
from orchestration.ingestion.outcomes import QUARANTINE_HEAD, PartOutcome, quarantine_parameters
from orchestration.ingestion.reconciling import count_rows
from orchestration.ingestion.results import LandedDelivery, LoadState, TableCounts
from orchestration.ingestion.sql import literal

# Of fewer rows it may be chance that no two extracts share one.
_FEWEST_ROWS = 5


def record_drift(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Record how the header differs from its contract."""
    if outcome.part.drift:
        con.execute(
            "insert into ledger.drift select ?, ?, ?, ?, unnest(?), unnest(?)",
            [
                landed.delivery_id,
                outcome.file.name,
                outcome.part.label,
                outcome.raw_table,
                [drift.column for drift in outcome.part.drift],
                [drift.kind for drift in outcome.part.drift],
            ],
        )


def record_nothing_shared(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Record a full extract that is likely to be a part: nothing of the one before is in it."""
    raw = f"raw.{outcome.raw_table}"
    con.execute(
        f"""
        insert into ledger.drift
        with before as (
            select delivery_number from ledger.delivery_tables
            where authority_code = $authority and source = $source and raw_table = $raw_table
                and as_of < $as_of and rows_loaded > 0
            order by as_of desc, delivered_at desc, delivery_id desc
            limit 1
        ),
        old as (
            select _row_key from {raw} where _delivery_number = (select * from before)
        ),
        new as (select _row_key from {raw} where _delivery_number = $number)
        select $delivery, $file, $part, $raw_table, 'rows', 'nothing_shared'
        where (select count(*) from old) >= {_FEWEST_ROWS}
            and (select count(*) from new) >= {_FEWEST_ROWS}
            and not exists (select 1 from old inner join new using (_row_key))
        """,
        {
            "authority": landed.authority_code,
            "source": landed.source,
            "raw_table": outcome.raw_table,
            "as_of": landed.as_of,
            "number": delivery_number(landed.delivery_id),
            "delivery": landed.delivery_id,
            "file": outcome.file.name,
            "part": outcome.part.label,
        },
    )


def record_not_mapped(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Record how many answers no rule understands: counts only, for a spelling may name somebody.

    So are texts where a postcode should stand; how many different ones is not known, as none loads.

    The commonest spellings appear as how often each came, largest first.
    """
    if outcome.table is None:
        return
    columns = outcome.table.loaded_columns
    for place, column in enumerate(columns):
        if column.reduce:
            con.execute(
                "insert into ledger.not_mapped select ?, ?, ?, ?, count(*), count(*), null, []"
                f" from {outcome.stage} where v{place} = ? and _problems = 0 and not _is_repeat"
                " having count(*) > 0",
                [
                    landed.delivery_id,
                    landed.authority_code,
                    outcome.raw_table,
                    column.name,
                    NOT_A_POSTCODE,
                ],
            )
    if not outcome.part.answered:
        return
    spellings = " union all ".join(
        f"select {place} as place, {literal(columns[place].name)} as column_name, "
        f"v{place} as spelling, count(*) as answers from {outcome.stage} "
        f"where v{place} is not null and _problems = 0 and not _is_repeat group by all"
        for place in outcome.part.answered
    )
    con.execute(
        f"""
        insert into ledger.not_mapped
        with spellings as ({spellings}),
        answers as (
            select spellings.*, coalesce(known.code, 'not_mapped') = 'not_mapped' as is_lost
            from spellings
            left join {outcome.answers} as known
                on spellings.place = known.place and spellings.spelling = known.delivered
        )
        select $delivery, $authority, $raw_table, column_name, sum(answers),
            sum(answers) filter (where is_lost),
            count(*) filter (where is_lost),
            list(answers order by answers desc) filter (where is_lost)[:10]
        from answers
        group by place, column_name
        having count(*) filter (where is_lost) > 0
        order by place
        """,
        {
            "delivery": landed.delivery_id,
            "authority": landed.authority_code,
            "raw_table": outcome.raw_table,
        },
    )


def record_absent_tables(
    con: duckdb.DuckDBPyConnection,
    landed: LandedDelivery,
    contract: Contract,
    outcomes: list[PartOutcome],
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
            "insert into ledger.drift select ?, null, null, unnest(?), null, 'missing'",
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
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, state: LoadState, reading: str
) -> None:
    """Record the delivery itself, and by which reading of its contract it was judged."""
    con.execute(
        "insert into ledger.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            landed.delivery_id,
            delivery_number(landed.delivery_id),
            landed.authority_code,
            landed.source,
            landed.as_of,
            as_warehouse_time(landed.delivered_at),
            len(landed.files),
            state,
            as_warehouse_time(datetime.now(UTC)),
            reading,
        ],
    )


def record_parts(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcomes: Sequence[PartOutcome]
) -> None:
    """Record the parts of files and their counts, counted from the tables; they must add up."""
    counted = count_rows(con, landed, [outcome for outcome in outcomes if outcome.is_readable])
    rows = [_recorded_part(con, landed, outcome, counted) for outcome in outcomes]
    if rows:
        # Planned once, whatever number of parts there are.
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"insert into ledger.files values ({marks})", rows)


def _recorded_part(
    con: duckdb.DuckDBPyConnection,
    landed: LandedDelivery,
    outcome: PartOutcome,
    counted: dict[int, TableCounts],
) -> list[object]:
    state, reason = "loaded", None
    counts = TableCounts(outcome.raw_table or "", 0, 0, 0, 0)
    if outcome.part.refusal is not None:
        state, (reason, expected) = "quarantined", outcome.part.refusal
        con.execute(
            f"insert into ledger.quarantined_rows select {QUARANTINE_HEAD}, null, null, "
            "$rule, $expected",
            quarantine_parameters(landed, outcome) | {"rule": reason, "expected": expected},
        )
    else:
        counts = counted[outcome.number]
        if outcome.is_copy:
            state, reason = "duplicate", "SAME_BYTES"
    return [
        landed.delivery_id,
        outcome.file.name,
        outcome.part.label,
        outcome.number,
        outcome.file.sha256,
        outcome.file.size,
        outcome.raw_table,
        state,
        reason,
        counts.rows_in,
        counts.rows_loaded,
        counts.rows_quarantined,
        counts.rows_duplicate,
        outcome.file.rows,
        counts.rows_erased,
    ]


def record_ignored(con: duckdb.DuckDBPyConnection, landed: LandedDelivery) -> None:
    """Record what lay in the folder and was left alone."""
    if landed.ignored:
        con.execute(
            "insert into ledger.files select ?, unnest(?), '', null, null, null, null, 'ignored', "
            "unnest(?), 0, 0, 0, 0, null, 0",
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
        select $delivery, $number, $authority, $source, cast($as_of as date), $delivered_at,
            $extent, raw_table, sum(rows_in), sum(rows_loaded), sum(rows_quarantined),
            sum(rows_duplicate), sum(rows_erased)
        from ledger.files
        where delivery_id = $delivery and state in ('loaded', 'duplicate', 'erased')
        group by raw_table
        """,
        {
            "delivery": landed.delivery_id,
            "number": delivery_number(landed.delivery_id),
            "authority": landed.authority_code,
            "source": landed.source,
            "as_of": landed.as_of,
            "delivered_at": as_warehouse_time(landed.delivered_at),
            "extent": contract.extent,
        },
    )
    rows = con.execute(
        "select raw_table, rows_in, rows_loaded, rows_quarantined, rows_duplicate, rows_erased "
        "from ledger.delivery_tables where delivery_id = ? order by raw_table",
        [landed.delivery_id],
    ).fetchall()
    return tuple(TableCounts(*row) for row in rows)
