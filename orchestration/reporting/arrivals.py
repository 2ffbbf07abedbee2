"""What arrived: every delivery with its counts, from the ledger beside the raw tables.

Belongs here: counts, states and reasons, for whoever runs Heard; they stay in the restricted tier.
Does not belong here: a value of a row, or what is published (`standing`).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.ingestion.belonging_doubts import DOUBTS
from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery; rows in are always rows loaded, quarantined, duplicate and erased."""

    authority_code: str
    source: str
    as_of: date
    state: str
    files: int
    files_quarantined: int
    files_ignored: int
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    columns_drifted: int
    answers_not_mapped: int
    rows_erased: int
    doubts: tuple[str, ...] = ()


def read_arrivals(home: Path) -> tuple[Arrival, ...] | None:
    """Every delivery in order of authority, source and date; None while a run is writing."""
    try:
        with open_warehouse(home, read_only=True) as con:
            rows = con.execute(_ARRIVALS, {"doubts": list(DOUBTS)}).fetchall()
            return tuple(Arrival(*(*told, tuple(doubts or ()))) for *told, doubts in rows)
    except WarehouseMissingError:
        return ()
    except duckdb.IOException:
        # DuckDB lets nobody in beside a writer.
        return None


_ARRIVALS = """
with files as (
    select
        delivery_id,
        count(distinct file_name) filter (where state <> 'ignored') as files,
        count(distinct file_name) filter (where state = 'quarantined') as files_quarantined,
        count(distinct file_name) filter (where state = 'ignored') as files_ignored,
        sum(rows_in) as rows_in,
        sum(rows_loaded) as rows_loaded,
        sum(rows_quarantined) as rows_quarantined,
        sum(rows_duplicate) as rows_duplicate,
        sum(rows_erased) as rows_erased
    from ledger.files
    group by delivery_id
),

drift as (
    select
        delivery_id,
        count(column_name) filter (where not list_contains($doubts, kind)) as columns_drifted,
        list(file_name || ': ' || kind order by file_name, kind)
            filter (where list_contains($doubts, kind)) as doubts
    from ledger.drift
    group by delivery_id
),

-- One authority's file in another's folder; a handful of rows may be alike by chance.
filled as (
    select
        files.delivery_id,
        files.file_name,
        files.sha256,
        deliveries.authority_code,
        deliveries.source
    from ledger.files as files
    inner join ledger.deliveries as deliveries on files.delivery_id = deliveries.delivery_id
    group by all
    having sum(files.rows_loaded) >= 10
),

copies as (
    select
        filled.delivery_id,
        list(distinct filled.file_name || ': same_bytes') as doubts
    from filled
    inner join filled as others
        on
            filled.sha256 = others.sha256
            and filled.source = others.source
            and filled.authority_code <> others.authority_code
    group by filled.delivery_id
),

answers as (
    select delivery_id, sum(answers_not_mapped) as answers_not_mapped
    from ledger.not_mapped
    group by delivery_id
)

select
    deliveries.authority_code,
    deliveries.source,
    deliveries.as_of,
    deliveries.state,
    files.files,
    files.files_quarantined,
    files.files_ignored,
    cast(files.rows_in as bigint),
    cast(files.rows_loaded as bigint),
    cast(files.rows_quarantined as bigint),
    cast(files.rows_duplicate as bigint),
    coalesce(drift.columns_drifted, 0),
    cast(coalesce(answers.answers_not_mapped, 0) as bigint),
    cast(coalesce(files.rows_erased, 0) as bigint),
    list_concat(drift.doubts, list_sort(copies.doubts))
from ledger.deliveries as deliveries
inner join files on deliveries.delivery_id = files.delivery_id
left join drift on deliveries.delivery_id = drift.delivery_id
left join copies on deliveries.delivery_id = copies.delivery_id
left join answers on deliveries.delivery_id = answers.delivery_id
order by deliveries.authority_code, deliveries.source, deliveries.as_of, deliveries.delivered_at
"""
