"""What was left out of the marts, and why: totals of the account of rows (decision 0018).

Belongs here: reading the account, for whoever runs Heard; small numbers are not told even there.
Does not belong here: drawing it, or judging it (checks MRT-129 to MRT-131 do).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse

FEWEST_TOLD = 10
# What an indicator counts, by its measure; of the others no account is kept.
THINGS = {"opportunities": "opportunity", "expressions": "expression", "children": "child"}

_LEFT_OUT = """
select
    fates.thing,
    fates.row_fate_code,
    meanings.meaning,
    fates.is_accounted_for,
    case when sum(fates.staged_rows) >= $fewest then cast(sum(fates.staged_rows) as bigint) end
        as left_out
from marts.fct_reconciled_rows as fates
inner join reference.ref_row_fates as meanings using (row_fate_code)
where
    ($thing is null or fates.thing = $thing)
    and ($authority is null or fates.authority_code = $authority)
group by fates.thing, fates.row_fate_code, meanings.meaning, fates.is_accounted_for
having not fates.is_accounted_for or (sum(fates.staged_rows) > 0 and sum(fates.mart_rows) = 0)
order by fates.thing, fates.is_accounted_for, sum(fates.staged_rows) desc, fates.row_fate_code
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that were delivered and are not in a mart, for one reason; None: too few to tell."""

    thing: str
    row_fate_code: str
    meaning: str
    is_accounted_for: bool
    rows: int | None


def read_left_out(
    home: Path, thing: str | None = None, authority: str | None = None
) -> tuple[LeftOut, ...] | None:
    """Read what was left out, the most first; None while a run is writing.

    Args:
        home: The home folder.
        thing: child, opportunity or expression; all when left out.
        authority: An authority's code; all together when left out.
    """
    wanted = {"thing": thing, "authority": authority, "fewest": FEWEST_TOLD}
    try:
        with open_warehouse(home, read_only=True) as con:
            known = con.execute(
                "select count(*) from duckdb_tables() where schema_name = 'marts'"
                " and table_name = 'fct_reconciled_rows'"
            ).fetchone()
            if not known or not known[0]:
                return ()
            return tuple(LeftOut(*row) for row in con.execute(_LEFT_OUT, wanted).fetchall())
    except WarehouseMissingError:
        return ()
    except duckdb.IOException:
        # DuckDB lets nobody in beside a writer.
        return None
