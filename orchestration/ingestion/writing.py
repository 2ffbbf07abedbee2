"""The statements that write the rows of a judged part: raw tables, pseudonyms, quarantine.

Belongs here: SQL into the raw tables and `ledger.quarantined_rows`, run inside the load's
transaction. Does not belong here: the rest of the ledger (recording), deciding what happens when
(load) or what a row is worth (judging).
"""

import duckdb

from orchestration.contracts import Column
from orchestration.ingestion.ledger import TECHNICAL_COLUMNS, delivery_number, raw_columns
from orchestration.ingestion.london import derived, spelling
from orchestration.ingestion.outcomes import QUARANTINE_HEAD, PartOutcome, quarantine_parameters
from orchestration.ingestion.results import LandedDelivery
from orchestration.ingestion.sql import identifier, literal
from orchestration.privacy.keys import pseudonym_key
from orchestration.privacy.pseudonyms import pseudonyms

CONFLICT = "CONFLICT"
# The temporary table that maps the ids of one delivery; it ends with the load.
PSEUDONYMS = "pseudonyms"


def map_pseudonyms(
    con: duckdb.DuckDBPyConnection, parts: list[PartOutcome], master_key: bytes, authority: str
) -> None:
    """Fill the temporary table `pseudonyms` for every distinct id of the delivery.

    The key stays in Python: SQL sees ids and their pseudonyms, never what joins them.
    """
    con.execute(
        f"create or replace temp table {PSEUDONYMS} "
        "(kind varchar, plain varchar, pseudonym varchar)"
    )
    selects: dict[str, list[str]] = {}
    for part in parts:
        for place, column in enumerate(_columns(part)):
            if column.pseudonym is not None:
                select = f"select v{place} as plain from {part.stage}"
                selects.setdefault(column.pseudonym, []).append(select)
    for kind, each in selects.items():
        con.execute(
            "create or replace temp table plain_ids as select distinct plain from "
            f"({' union all '.join(each)}) where plain is not null"
        )
        rows = con.execute("select plain from plain_ids order by rowid").fetchall()
        hashed = pseudonyms((row[0] for row in rows), pseudonym_key(master_key, kind, authority))
        # One long text binds far faster than a list of texts.
        con.execute(
            f"""
            insert into {PSEUDONYMS}
            select $kind, plain, pseudonym
            from (select plain from plain_ids order by rowid)
            positional join (select unnest(string_split($hashed, ',')) as pseudonym)
            where plain is not null
            """,
            {"kind": kind, "hashed": ",".join(hashed)},
        )
    con.execute("drop table if exists plain_ids")


def insert_rows(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Copy the good rows of a stage into their raw table, ids replaced."""
    if outcome.table is None:
        return
    places = {column.name: place for place, column in enumerate(outcome.table.loaded_columns)}
    values, joins = _values_and_joins(outcome)
    # Nulls become empty texts.
    key = ", chr(31), ".join(f"v{places[name]}" for name in outcome.table.key)
    columns = ", ".join(identifier(name) for name in raw_columns(outcome.table))
    con.execute(
        f"""
        insert into raw.{identifier(outcome.raw_table or "")} ({columns})
        with good as (
            select {", ".join(values)}, stage._row_number
            from {outcome.answered_stage} as stage {" ".join(joins)}
            where stage._problems = 0 and not stage._is_repeat
        )
        select * exclude (_row_number), $delivery, cast($as_of as date), $number,
            _row_number, md5_number(concat({key}))
        from good
        """,
        {
            "delivery": delivery_number(landed.delivery_id),
            "as_of": landed.as_of,
            "number": outcome.number,
        },
    )


def _values_and_joins(outcome: PartOutcome) -> tuple[list[str], list[str]]:
    """The staged values, each id taken from `pseudonyms`, and the joins that this needs."""
    values: list[str] = []
    joins: list[str] = []
    for place, column in enumerate(_columns(outcome)):
        if column.pseudonym is None:
            values.append(f"stage.v{place}")
        else:
            values.append(f"p{place}.pseudonym as v{place}")
            joins.append(
                f"left join {PSEUDONYMS} as p{place} on p{place}.kind = "
                f"{literal(column.pseudonym)} and p{place}.plain = stage.v{place}"
            )
        if column.answers:
            values.append(f"stage.a{place}")
        if column.type == "datetime":
            values.extend(derived(f"stage.v{place}", f"stage.d{place}"))
    return values, joins


def quarantine_rows(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcome: PartOutcome
) -> None:
    """Record every bad cell and every row of the wrong width; places and rules, never values."""
    parameters, part = quarantine_parameters(landed, outcome), outcome.part
    if part.rules and part.has_problems:
        columns, rules, expected = zip(*part.rules, strict=True)
        con.execute(
            f"""
            insert into ledger.quarantined_rows
            with rules as (
                select unnest($bits) as bit, unnest($columns) as column_name,
                    unnest($rules) as rule, unnest($expected) as expected
            )
            select {QUARANTINE_HEAD}, stage._row_number,
                rules.column_name, rules.rule, rules.expected
            from {outcome.stage} as stage
            inner join rules on (stage._problems & rules.bit) <> 0
            where stage._problems <> 0 and not stage._is_repeat
            """,
            parameters
            | {
                "bits": [1 << place for place in range(len(part.rules))],
                "columns": list(columns),
                "rules": list(rules),
                "expected": list(expected),
            },
        )
    if part.malformed:
        con.execute(
            f"insert into ledger.quarantined_rows select {QUARANTINE_HEAD}, "
            "unnest(cast(string_split($rows, ',') as bigint[])), null, $rule, $expected",
            parameters
            | {
                "rows": ",".join(map(str, part.malformed)),
                "rule": part.malformed_because[0],
                "expected": part.malformed_because[1],
            },
        )


def quarantine_conflicts(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcomes: list[PartOutcome]
) -> None:
    """Take back rows of which two files of one delivery say different things.

    Neither file is the later one, so a person has to choose; both rows wait, whichever file came
    first.
    """
    by_table: dict[str, list[PartOutcome]] = {}
    for outcome in outcomes:
        by_table.setdefault(outcome.raw_table or "", []).append(outcome)
    for raw_table, parts in by_table.items():
        if len(parts) > 1 and _mark_conflicts(con, landed, raw_table, parts[0]):
            for outcome in parts:
                con.execute(
                    f"""
                    insert into ledger.quarantined_rows
                    select {QUARANTINE_HEAD}, _row_number, null, '{CONFLICT}',
                        'one version of the row in all files of a delivery'
                    from conflicts where _file_number = $number
                    """,
                    quarantine_parameters(landed, outcome) | {"number": outcome.number},
                )
            con.execute(
                f"delete from raw.{identifier(raw_table)} "
                "where _delivery_number = ? and _row_key in (select _row_key from conflicts)",
                [delivery_number(landed.delivery_id)],
            )


def _mark_conflicts(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, raw_table: str, outcome: PartOutcome
) -> bool:
    """Put the rows of one key but different content, out of several files, aside in `conflicts`."""
    left_out = {*TECHNICAL_COLUMNS, *spelling(_columns(outcome))}
    content = (
        ", ".join(identifier(name) for name in raw_columns(outcome.table) if name not in left_out)
        if outcome.table
        else "null"
    )
    con.execute(
        f"""
        create or replace temp table conflicts as
        select _row_key, _row_number, _file_number
        from raw.{identifier(raw_table)}
        where _delivery_number = $delivery
        qualify
            count(distinct _file_number) over (partition by _row_key) > 1
            and count(distinct hash({content})) over (partition by _row_key) > 1
        """,
        {"delivery": delivery_number(landed.delivery_id)},
    )
    found = con.execute("select count(*) from conflicts").fetchone()
    return bool(found and found[0])


def _columns(outcome: PartOutcome) -> tuple[Column, ...]:
    return outcome.table.loaded_columns if outcome.table else ()
