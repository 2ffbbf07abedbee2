"""The statements that write the ledger of a load, counted from the tables it wrote.

Belongs here: deliveries, files, tables, drift, and the reconciliation. Does not belong here: rows
(writing) or the order of a load (load).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.erased_parts import erased_from
from orchestration.ingestion.ledger import as_warehouse_time, delivery_number
from orchestration.ingestion.outcomes import QUARANTINE_HEAD, PartOutcome, quarantine_parameters
from orchestration.ingestion.results import LandedDelivery, LoadState, TableCounts
from orchestration.ingestion.sql import identifier, literal
from orchestration.ingestion.writing import CONFLICT

# Parts that one statement counts: planning each alone costs more than counting most of them.
_AT_ONCE = 16


class ReconciliationError(RuntimeError):
    """Rows in are not rows loaded, quarantined and duplicate; the load is undone."""


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


def record_not_mapped(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Record how many answers no rule understands: counts only, for a spelling may name somebody.

    The commonest spellings appear as how often each came, largest first.
    """
    if outcome.table is None or not outcome.part.answered:
        return
    columns = outcome.table.loaded_columns
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
    counted = _count(con, landed, [outcome for outcome in outcomes if outcome.is_readable])
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


def _count(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcomes: Sequence[PartOutcome]
) -> dict[int, TableCounts]:
    """What became of each part's rows, by the part's number."""
    found: dict[int, TableCounts] = {}
    for first in range(0, len(outcomes), _AT_ONCE):
        some = outcomes[first : first + _AT_ONCE]
        rows = con.execute(
            " union all ".join(map(_counting, some)),
            {
                "delivery": landed.delivery_id,
                "rows_of": delivery_number(landed.delivery_id),
                "conflict": CONFLICT,
            }
            | {f"file_{each.number}": each.file.name for each in some}
            | {f"part_{each.number}": each.part.label for each in some},
        ).fetchall()
        counts = {row[0]: row[1:] for row in rows}
        found |= {each.number: _reconciled(landed, each, counts[each.number]) for each in some}
    return found


def _counting(outcome: PartOutcome) -> str:
    """SQL for one part's number and counts: counted from the tables, never carried over."""
    return f"""
        select {outcome.number}, staged, loaded, broken, repeated, named, to_name, conflicts
        from (
            select
                count(*) as staged,
                count(*) filter (_is_repeat) as repeated,
                count(*) filter (_problems <> 0 and not _is_repeat) as broken,
                count(distinct _row_number) filter (_problems <> 0 and not _is_repeat) as to_name
            from {outcome.stage}
        )
        cross join (
            select count(*) as loaded from raw.{identifier(outcome.raw_table or "")}
            where _delivery_number = $rows_of and _file_number = {outcome.number}
        )
        cross join (
            select
                count(distinct row_number) as named,
                count(*) filter (rule = $conflict) as conflicts
            from ledger.quarantined_rows
            where delivery_id = $delivery
                and file_name = $file_{outcome.number} and part = $part_{outcome.number}
        )
        """


def _reconciled(
    landed: LandedDelivery, outcome: PartOutcome, counted: tuple[int, ...]
) -> TableCounts:
    raw_table = outcome.raw_table or ""
    staged, loaded, broken, repeated, named, to_name, conflicts = counted
    malformed = len(outcome.part.malformed)
    rows, quarantined = staged + malformed, broken + malformed + conflicts
    erased = erased_from(outcome)
    if outcome.is_copy:
        return TableCounts(raw_table, rows + erased, 0, 0, rows, erased)
    # One delivered row may give several; each is counted, and its number is named once.
    if rows != loaded + quarantined + repeated or named < to_name + malformed:
        raise ReconciliationError(
            f"{landed.label}: {outcome.file.name} has {rows} rows, but {loaded} loaded, "
            f"{quarantined} quarantined and {repeated} duplicate; nothing was written"
        )
    return TableCounts(raw_table, rows + erased, loaded, quarantined, repeated, erased)


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
