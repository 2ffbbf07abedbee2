"""What lies in quarantine, grouped so that a person can read it and act on it.

Belongs here: reading the ledger and the meaning of its reasons (`reasons.yaml`). Does not belong
here: deciding what goes to quarantine, or a single value of a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import yaml

_REASONS = Path(__file__).with_name("reasons.yaml")


class UnknownReasonError(LookupError):
    """No rule of that name sends anything to quarantine."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule: what it found in kind, what to do, and whose work that is."""

    code: str
    meaning: str
    what_to_do: str
    owner: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything that one rule found in one column of one part of a file.

    Attributes:
        rows: How many rows; 0 where the whole part was refused.
        first_rows: The first of them, as a spreadsheet counts them.
        days_waiting: Days since the delivery was first seen.
    """

    authority_code: str
    source: str
    as_of: date
    file_name: str
    part: str
    table: str
    column: str
    rule: str
    expected: str
    rows: int
    first_rows: tuple[int, ...]
    days_waiting: int


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by its code."""
    stored = yaml.safe_load(_REASONS.read_text(encoding="utf-8"))
    return {code: Reason(code, **words) for code, words in stored.items()}


def reason(code: str) -> Reason:
    """One reason.

    Raises:
        UnknownReasonError: There is none of that name.
    """
    found = reasons().get(code.upper())
    if found is None:
        raise UnknownReasonError(
            f"no rule is called {code}; `heard quarantine list` shows which rules found something"
        )
    return found


def list_entries(
    con: duckdb.DuckDBPyConnection,
    authority_code: str | None = None,
    source: str | None = None,
    as_of: date | None = None,
) -> list[Entry]:
    """What is in quarantine now; a newer delivery of the same date and table takes its place."""
    rows = con.execute(
        _ENTRIES, {"authority": authority_code, "source": source, "as_of": as_of}
    ).fetchall()
    names = [field.name for field in fields(Entry)]
    entries = [dict(zip(names, row, strict=True)) for row in rows]
    return [Entry(**entry | {"first_rows": tuple(entry["first_rows"])}) for entry in entries]


# Where the same date was delivered again, the later content of a table answers for it.
_ENTRIES = """
with parts as (
    select
        files.delivery_id,
        files.file_name,
        files.part,
        cast(current_date as date) - cast(deliveries.first_seen_at as date) as days_waiting,
        dense_rank() over (
            partition by
                deliveries.authority_code,
                deliveries.source,
                deliveries.as_of,
                coalesce(files.raw_table, '')
            order by deliveries.delivered_at desc, deliveries.delivery_id desc
        ) as recency
    from ledger.files as files
    inner join ledger.deliveries as deliveries on files.delivery_id = deliveries.delivery_id
    where
        files.state <> 'ignored'
        and ($authority is null or deliveries.authority_code = $authority)
        and ($source is null or deliveries.source = $source)
        and ($as_of is null or deliveries.as_of = cast($as_of as date))
)

select
    entries.authority_code,
    entries.source,
    entries.as_of,
    entries.file_name,
    entries.part,
    coalesce(entries.raw_table, '') as table_name,
    coalesce(entries.column_name, '') as column_name,
    entries.rule,
    entries.expected,
    count(entries.row_number) as row_count,
    coalesce(
        list(entries.row_number order by entries.row_number)
            filter (where entries.row_number is not null)[:5],
        []
    ) as first_rows,
    max(parts.days_waiting) as days_waiting
from ledger.quarantined_rows as entries
inner join parts
    on
        entries.delivery_id = parts.delivery_id
        and entries.file_name = parts.file_name
        and entries.part = parts.part
where parts.recency = 1
group by all
order by all
"""
