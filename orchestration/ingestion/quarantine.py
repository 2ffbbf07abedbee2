"""Write what is in quarantine where the people who send extracts can read it.

Belongs here: one small CSV per authority, source, date and table, without a single value of a row.
Does not belong here: deciding what goes to quarantine.
"""

from datetime import date
from pathlib import Path

import duckdb

from orchestration.ingestion.files import make_private_folder, sync_file, sync_folder
from orchestration.ingestion.sql import literal

# A file that no table claims has no table to be named after.
_NO_TABLE = "unrecognised_files"

# A spreadsheet runs a cell that begins with one of these, also in their full-width forms.
_FORMULA = "(?s)[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20].*"


def export_quarantine(
    con: duckdb.DuckDBPyConnection, home: Path, authority_code: str, source: str, as_of: date
) -> int:
    """Rewrite the quarantine folder of one authority, source and date; return the entries in it.

    Where the same date was delivered several times, each table shows its latest delivery.
    """
    folder = home / "quarantine" / authority_code / source / as_of.isoformat()
    key = [authority_code, source, as_of]
    con.execute(_CURRENT_ENTRIES, key)
    counts = dict(
        con.execute("select table_name, count(*) from quarantine_export group by all").fetchall()
    )
    if counts or folder.exists():
        make_private_folder(folder)
        for stale in folder.iterdir():
            if stale.suffix == ".csv" and stale.stem not in counts:
                stale.unlink()
        for table in sorted(counts):
            _write(con, folder, table)
        sync_folder(folder)
    con.execute("drop table quarantine_export")
    return sum(counts.values())


def _write(con: duckdb.DuckDBPyConnection, folder: Path, table: str) -> None:
    partial = folder / f".{table}.csv.part"
    con.execute(
        f"""
        copy (
            select {_safe("file_name")} as file, row_number,
                {_safe("column_name")} as "column", rule, expected,
                nullif({_safe("part")}, '') as part
            from quarantine_export
            where table_name = {literal(table)}
            order by file_name, part, row_number, column_name, rule
        ) to {literal(str(partial))} (format csv, header true)
        """
    )
    partial.chmod(0o600)
    sync_file(partial)
    partial.replace(folder / f"{table}.csv")


def _safe(column: str) -> str:
    return (
        f"case when regexp_full_match({column}, {literal(_FORMULA)}) "
        f"then chr(39) || {column} else {column} end"
    )


_CURRENT_ENTRIES = f"""
create or replace temp table quarantine_export as
with files as (
    select
        files.delivery_id,
        files.file_name,
        files.part,
        coalesce(files.raw_table, '{_NO_TABLE}') as table_name,
        deliveries.delivered_at
    from ledger.files as files
    inner join ledger.deliveries as deliveries on files.delivery_id = deliveries.delivery_id
    where
        deliveries.authority_code = ?
        and deliveries.source = ?
        and deliveries.as_of = ?
        and files.state <> 'ignored'
),

latest as (
    select *
    from files
    qualify dense_rank() over (
        partition by table_name order by delivered_at desc, delivery_id desc
    ) = 1
)

select
    latest.table_name,
    entries.file_name,
    entries.part,
    entries.row_number,
    entries.column_name,
    entries.rule,
    entries.expected
from ledger.quarantined_rows as entries
inner join latest
    on
        entries.delivery_id = latest.delivery_id
        and entries.file_name = latest.file_name
        and entries.part = latest.part
"""
