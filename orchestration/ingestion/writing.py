"""The statements that write the rows of a judged file: raw tables, pseudonyms, quarantine.

Belongs here: SQL into the raw tables and `ledger.quarantined_rows`, run inside the load's
transaction. Does not belong here: the rest of the ledger (recording), deciding what happens when
(load) or what a row is worth (judging).
"""

import duckdb

from orchestration.ingestion.judging import JudgedFile
from orchestration.ingestion.ledger import raw_columns
from orchestration.ingestion.outcomes import QUARANTINE_HEAD, FileOutcome, quarantine_parameters
from orchestration.ingestion.results import LandedDelivery
from orchestration.ingestion.sql import identifier, literal
from orchestration.privacy.keys import derive_key
from orchestration.privacy.pseudonyms import pseudonyms

# The temporary table that maps the ids of one delivery; it ends with the load.
PSEUDONYMS = "pseudonyms"


def map_pseudonyms(
    con: duckdb.DuckDBPyConnection, files: list[JudgedFile], master_key: bytes, authority: str
) -> None:
    """Fill the temporary table `pseudonyms` for every distinct id of the delivery.

    The key stays in Python: SQL sees ids and their pseudonyms, never what joins them.
    """
    con.execute(
        f"create or replace temp table {PSEUDONYMS} "
        "(kind varchar, plain varchar, pseudonym varchar)"
    )
    selects: dict[str, list[str]] = {}
    for file in files:
        for place, column in enumerate(file.header.table.loaded_columns):
            if column.pseudonym is not None:
                select = f"select v{place} as plain from {file.stage}"
                selects.setdefault(column.pseudonym, []).append(select)
    for kind, parts in selects.items():
        rows = con.execute(
            f"select distinct plain from ({' union all '.join(parts)}) where plain is not null"
        ).fetchall()
        plain = [row[0] for row in rows]
        hashed = pseudonyms(plain, derive_key(master_key, kind, authority))
        con.execute(
            f"insert into {PSEUDONYMS} select ?, unnest(?), unnest(?)", [kind, plain, hashed]
        )


def insert_rows(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: FileOutcome, file: JudgedFile
) -> None:
    """Copy the good rows of a stage into their raw table, ids replaced."""
    table = file.header.table
    values, joins = _values_and_joins(file)
    places = {column.name: place for place, column in enumerate(table.loaded_columns)}
    key = " || chr(31) || ".join(
        f"coalesce(cast(v{places[name]} as varchar), '')" for name in table.key
    )
    columns = ", ".join(identifier(name) for name in raw_columns(table))
    con.execute(
        f"""
        insert into raw.{identifier(outcome.raw_table or "")} ({columns})
        with good as (
            select stage._row_number, {", ".join(values)}
            from {file.stage} as stage {" ".join(joins)}
            where stage._problems = 0 and not stage._is_repeat
        )
        select {", ".join(f"v{place}" for place in places.values())},
            $authority, $delivery, cast($as_of as date), $sha256, _row_number,
            left(sha256({key}), 32)
        from good
        """,
        {
            "authority": landed.authority_code,
            "delivery": landed.delivery_id,
            "as_of": landed.as_of,
            "sha256": outcome.file.sha256,
        },
    )


def _values_and_joins(file: JudgedFile) -> tuple[list[str], list[str]]:
    """The staged values, each id taken from `pseudonyms`, and the joins that this needs."""
    values: list[str] = []
    joins: list[str] = []
    for place, column in enumerate(file.header.table.loaded_columns):
        if column.pseudonym is None:
            values.append(f"stage.v{place}")
            continue
        values.append(f"p{place}.pseudonym as v{place}")
        joins.append(
            f"left join {PSEUDONYMS} as p{place} on p{place}.kind = {literal(column.pseudonym)} "
            f"and p{place}.plain = stage.v{place}"
        )
    return values, joins


def quarantine_rows(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: FileOutcome, file: JudgedFile
) -> None:
    """Record every bad cell and every row of the wrong width; places and rules, never values."""
    parameters = quarantine_parameters(landed, outcome)
    if file.rules:
        con.execute(
            f"""
            insert into ledger.quarantined_rows
            with rules as (
                select unnest($bits) as bit, unnest($columns) as column_name,
                    unnest($rules) as rule, unnest($expected) as expected
            )
            select {QUARANTINE_HEAD}, stage._row_number,
                rules.column_name, rules.rule, rules.expected
            from {file.stage} as stage
            inner join rules on (stage._problems & rules.bit) <> 0
            where stage._problems <> 0 and not stage._is_repeat
            """,
            parameters
            | {
                "bits": [1 << place for place in range(len(file.rules))],
                "columns": [rule.column for rule in file.rules],
                "rules": [rule.name for rule in file.rules],
                "expected": [rule.expected for rule in file.rules],
            },
        )
    if file.malformed:
        con.execute(
            f"insert into ledger.quarantined_rows select {QUARANTINE_HEAD}, unnest($rows), "
            "null, 'WRONG_CELL_COUNT', $expected",
            parameters | {"rows": list(file.malformed), "expected": f"{file.header.width} cells"},
        )
