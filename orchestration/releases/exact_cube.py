"""Exact numbers of one closed period, from the restricted cube, for a table that is made once.

Belongs here: asking for them, and refusing what is not there or is not what readers have. Does not
belong here: what may be told of them (``exact_release``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.hardening import connect
from orchestration.ingestion.sql import literal
from orchestration.ingestion.warehouse import WAREHOUSE_NAME

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

PERIOD_TYPES = ("year", "quarter")
WHOLE = "all"
_CUBE = """
select
    cells.authority_code,
    cells.family,
    cells.indicator_id,
    indicators.name,
    cells.period_type,
    cells.period_start,
    cells.period_end,
    cells.breakdown,
    cells.breakdown_value,
    cells.status,
    cells.numerator,
    cells.denominator,
    cells.contributors,
    cells.is_dominated
from warehouse.intermediate.int_indicator_values__complete as cells
inner join warehouse.marts.dim_indicators as indicators using (indicator_id)
where
    cells.period_type = $period_type
    and cells.period_start = $period_start
    and list_contains($indicators, cells.indicator_id)
    and list_contains($breakdowns, cells.breakdown)
    and (len($authorities) = 0 or list_contains($authorities, cells.authority_code))
order by
    cells.authority_code,
    cells.indicator_id,
    cells.breakdown <> 'all',
    cells.breakdown,
    cells.breakdown_value
"""
# What the rounding method makes of today's numbers, where readers have something else.
_MOVED = """
select count(*)
from warehouse.intermediate.int_indicator_values__protected as now
inner join release.published.indicator_value as told using (
    authority_code, period_type, period_start, indicator_id, breakdown, breakdown_value
)
inner join warehouse.marts.dim_indicators as indicators using (indicator_id)
where
    now.period_start = $period_start
    and now.period_end = $period_end
    and list_contains($families, indicators.family)
    and (now.numerator <> told.numerator or now.denominator <> told.denominator)
"""


class TableRefusedError(ValueError):
    """The table that was asked for cannot be made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table is to hold.

    Attributes:
        indicators: Their ids.
        breakdowns: Beside the whole, which each table has.
        period_type: A financial year or a quarter of one.
        period_start: Its first day.
        authorities: Their codes; all where none is named.
    """

    indicators: tuple[str, ...]
    breakdowns: tuple[str, ...]
    period_type: str
    period_start: date
    authorities: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """The same, for the record."""
        return {
            "indicators": list(self.indicators),
            "breakdowns": list(self.breakdowns),
            "period_type": self.period_type,
            "period_start": self.period_start.isoformat(),
            "authorities": list(self.authorities),
        }


def read_cube(home: Path, published: Path, asked: Asked) -> "pd.DataFrame":
    """Read what is asked for.

    Args:
        home: The home folder.
        published: The published database that readers have.
        asked: What the table is to hold.

    Raises:
        TableRefusedError: Something of it is not there, has no counts, or has moved since readers
            got it.
    """
    if not published.is_file():
        raise TableRefusedError(
            "nothing is published yet, so nobody can say what the table would add to it; publish a"
            " release first (`heard run`)"
        )
    attached = {"warehouse": home / WAREHOUSE_NAME, "release": published}
    if not attached["warehouse"].is_file():
        raise TableRefusedError("there is no warehouse; run `heard run` first")
    with connect(attached=attached) as connection:
        _require_known(connection, asked)
        rows = connection.execute(
            _CUBE,
            {
                "period_type": asked.period_type,
                "period_start": asked.period_start,
                "indicators": list(asked.indicators),
                "breakdowns": [WHOLE, *asked.breakdowns],
                "authorities": list(asked.authorities),
            },
        ).fetch_df()
        if rows.empty:
            raise TableRefusedError(
                f"there is no closed {asked.period_type} that begins on {asked.period_start} and"
                " has these breakdowns; a financial year begins in April, and has to be over"
            )
        (moved,) = connection.execute(
            _MOVED,
            {
                "period_start": asked.period_start,
                "period_end": rows["period_end"].iloc[0],
                "families": sorted(set(rows["family"])),
            },
        ).fetchone() or (0,)
    lacking = sorted(set(asked.breakdowns) - set(rows["breakdown"]))
    if lacking:
        raise TableRefusedError(f"none of these indicators is broken down by {', '.join(lacking)}")
    if moved:
        raise TableRefusedError(
            f"{moved} figures of this period are not those that readers have: a correction waits or"
            " came since. Publish a release first; exact numbers of one state beside rounded ones"
            " of another would tell what changed"
        )
    return rows


def _require_known(connection: "DuckDBPyConnection", asked: Asked) -> None:
    """Refuse indicators that do not exist or are no share of a count, by name."""
    listed = ", ".join(literal(name) for name in asked.indicators)
    known = {
        str(name): (str(unit), str(aggregation))
        for name, unit, aggregation in connection.execute(
            "select indicator_id, unit, aggregation from warehouse.marts.dim_indicators"
            f" where indicator_id in ({listed or 'null'})"
        ).fetchall()
    }
    lacking = sorted(set(asked.indicators) - set(known))
    if lacking or not known:
        raise TableRefusedError(
            f"there is no indicator {', '.join(lacking) or 'named'}; `heard explain` has them"
        )
    other = [name for name, kind in known.items() if kind != ("percent", "ratio")]
    if other:
        raise TableRefusedError(
            f"{', '.join(sorted(other))} is no share of a count, and this form has no column for it"
        )


def families_of(published: Path, families: Sequence[str]) -> list[str]:
    """All indicators of some families: they share what protects them."""
    with connect(published, read_only=True) as connection:
        found = connection.execute(
            "select indicator_id from published.indicator where list_contains(?, family)"
            " order by indicator_id",
            [list(families)],
        ).fetchall()
    return [str(name) for (name,) in found]


def release_of(published: Path) -> str:
    """The release that readers have."""
    with connect(published, read_only=True) as connection:
        found = connection.execute("select max(release_id) from published.indicator").fetchone()
    return str(found[0]) if found else ""
