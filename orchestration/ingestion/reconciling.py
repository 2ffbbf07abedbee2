"""Hold the rows that came against the rows that loaded, were quarantined or repeat: each is one.

Belongs here: the counts of a part, from the tables that its load wrote. Does not belong here: the
ledger's entry of them (recording).
"""

from collections.abc import Sequence

import duckdb

from orchestration.ingestion.erased_parts import erased_from
from orchestration.ingestion.ledger import delivery_number
from orchestration.ingestion.outcomes import PartOutcome
from orchestration.ingestion.results import LandedDelivery, TableCounts
from orchestration.ingestion.sql import identifier
from orchestration.ingestion.stages import AT_ONCE
from orchestration.ingestion.writing import CONFLICT


class ReconciliationError(RuntimeError):
    """Rows in are not rows loaded, quarantined and duplicate; the load is undone."""


def count_rows(
    con: duckdb.DuckDBPyConnection, landed: LandedDelivery, outcomes: Sequence[PartOutcome]
) -> dict[int, TableCounts]:
    """What became of the rows of each part, by its number.

    Raises:
        ReconciliationError: They do not add up; the load must be undone.
    """
    found: dict[int, TableCounts] = {}
    for first in range(0, len(outcomes), AT_ONCE):
        some = outcomes[first : first + AT_ONCE]
        rows = con.execute(
            f"""
            with staged as ({" union all ".join(map(_staged, some))}),
            loaded as ({" union all ".join(map(_loaded, some))}),
            named as (
                select file_name, part, count(distinct row_number) as named,
                    count(*) filter (rule = $conflict) as conflicts
                from ledger.quarantined_rows
                where delivery_id = $delivery
                group by all
            )
            select number, staged, loaded, broken, repeated, coalesce(named, 0), to_name,
                coalesce(conflicts, 0)
            from staged
            inner join loaded using (number)
            left join named using (file_name, part)
            """,
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


def _staged(outcome: PartOutcome) -> str:
    """SQL that counts what one part brought; what it is said not to have has to add up without."""
    is_broken, number = "_problems <> 0 and not _is_repeat", outcome.number
    repeated = "count(*) filter (_is_repeat)" if outcome.part.has_repeats else "0"
    broken, to_name = "0", "0"
    if outcome.part.has_problems:
        broken = f"count(*) filter ({is_broken})"
        to_name = f"count(distinct _row_number) filter ({is_broken})"
    return f"""
        select {number} as number, $file_{number} as file_name, $part_{number} as part,
            count(*) as staged, {repeated} as repeated, {broken} as broken, {to_name} as to_name
        from {outcome.stage}
        """


def _loaded(outcome: PartOutcome) -> str:
    """SQL that counts the rows of one part in its raw table."""
    return f"""
        select {outcome.number} as number, count(*) as loaded
        from raw.{identifier(outcome.raw_table or "")}
        where _delivery_number = $rows_of and _file_number = {outcome.number}
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
