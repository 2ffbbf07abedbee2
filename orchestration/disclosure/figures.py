"""The cells of a release, and of the one before it, as arrays for the nightly attacker.

Belongs here: which published tables have parts that add up, read once and in the order of their
figures, and their sums. Does not belong here: any number that is not published, or arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from orchestration.disclosure.propagation import COUNTS, Sheet, Sums
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Where the names of the cells stand while they are attacked, one row each.
CELLS = "attacked_cells"
_WHOLE = 0
_QUARTERS = 4

_READ = """
select
    '{side}' as side,
    authority_code,
    'indicator_value' as relation,
    indicator_id as figure,
    period_type,
    period_start,
    period_end,
    breakdown,
    breakdown_value,
    status,
    numerator,
    denominator,
    exempt
from {schema}.indicator_value
where status <> 'not_available'
"""
_READ_FEEDBACK = """
union all
select
    '{side}',
    authority_code,
    'feedback',
    voice_owner,
    period_type,
    period_start,
    period_end,
    case
        when source <> 'all' then 'source'
        when voice_kind <> 'all' then 'voice_kind'
        when theme_code <> 'all' then 'theme'
        else 'all'
    end,
    case
        when source <> 'all' then source
        when voice_kind <> 'all' then voice_kind
        else theme_code
    end,
    status,
    replied,
    items,
    null
from {schema}.feedback
"""
# One statement can have several themes, so they (by_no -1) add up to nothing.
# Cells are gathered under numbers: to group and to order by text takes five times as long.
_NAMES = {
    "figures": "authority_code, relation, figure",
    "periods": "period_type, period_start, period_end",
    "parts": "breakdown, breakdown_value",
}
_NAMED = """
create or replace temp table attacked_{names} as
select row_number() over (order by {columns}) as {names}_no, *
from (select distinct {columns} from attacked_rows)
"""
_GATHER = """
create or replace temp table attacked_numbers as
select
    row_number() over (order by figures_no, periods_no, parts_no) - 1 as cell_no,
    *
from (
    select
        figures_no,
        periods_no,
        parts_no,
        {sides}
    from attacked_rows
    inner join attacked_figures using (authority_code, relation, figure)
    inner join attacked_periods using (period_type, period_start, period_end)
    inner join attacked_parts using (breakdown, breakdown_value)
    group by figures_no, periods_no, parts_no
)
"""
_VIEW = """
create or replace temp view {cells} as
select
    cell_no, authority_code, relation, figure, period_type, period_start, breakdown, breakdown_value
from attacked_numbers
inner join attacked_figures using (figures_no)
inner join attacked_periods using (periods_no)
inner join attacked_parts using (parts_no)
"""
_SIDE = """
        coalesce(max(case status when 'not_applicable' then 2 else 1 end)
            filter (where side = '{side}'), 0) as {side}_state,
        coalesce(max(numerator) filter (where side = '{side}'), -1) as {side}_numerator,
        coalesce(max(denominator) filter (where side = '{side}'), -1) as {side}_denominator,
        coalesce(max(exempt) filter (where side = '{side}'), -1) as {side}_exempt"""
_FETCH = """
select
    figures_no as figure_no,
    periods_no as period_no,
    parts_no as part_no,
    case
        when breakdown = 'all' then 0
        when breakdown in ('theme', 'divergence_pair') then -1
        else first_of_breakdown
    end as by_no,
    period_type = 'quarter' as is_quarter,
    datediff('day', date '1970-01-01', period_start) as first_day,
    datediff('day', date '1970-01-01', period_end) as last_day,
    relation = 'indicator_value' and figure in ({stocks}) as is_stock,
    relation = 'indicator_value' and figure in ({people}) as is_people,
    {sides}
from attacked_numbers
inner join attacked_figures using (figures_no)
inner join attacked_periods using (periods_no)
inner join (
    select *, min(parts_no) over (partition by breakdown) as first_of_breakdown from attacked_parts
) using (parts_no)
order by cell_no
"""


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells, in the order of their figures; ``told`` and ``states`` may be changed."""

    columns: dict[str, np.ndarray]
    told: np.ndarray
    states: np.ndarray

    def figures(self) -> Iterator[slice]:
        """The rows of each figure."""
        number = self.columns["figure_no"]
        edges = np.flatnonzero(np.diff(number, prepend=-1, append=-1))
        for start, stop in pairwise(edges):
            yield slice(int(start), int(stop))


def read_cells(
    connection: "DuckDBPyConnection",
    schemas: dict[str, str],
    with_feedback: bool,
    stocks: Sequence[str],
    people: Sequence[str],
) -> Cells:
    """Gather the cells of one release or of two.

    Args:
        connection: A connection that sees the releases.
        schemas: Where each stands: ``before``, if there is one, and ``now``.
        with_feedback: Whether all of them have feedback as it is now.
        stocks: Indicators whose counts do not add up over time.
        people: Indicators whose denominator is the number of people behind a cell.
    """
    read = " union all ".join(
        (_READ + (_READ_FEEDBACK if with_feedback else "")).format(side=side, schema=schema)
        for side, schema in schemas.items()
    )
    sides = ",".join(_SIDE.format(side=side) for side in schemas)
    connection.execute(f"create or replace temp table attacked_rows as {read}")
    for names, columns in _NAMES.items():
        connection.execute(_NAMED.format(names=names, columns=columns))
    connection.execute(_GATHER.format(sides=sides))
    connection.execute(_VIEW.format(cells=CELLS))
    wanted = [f"{side}_{name}" for side in schemas for name in ("state", *COUNTS)]
    columns_of = connection.execute(
        _FETCH.format(
            sides=", ".join(wanted),
            stocks=", ".join(map(literal, stocks)) or "null",
            people=", ".join(map(literal, people)) or "null",
        )
    ).fetchnumpy()
    told = np.stack(
        [
            np.stack(
                [np.asarray(columns_of[f"{side}_{name}"], dtype=np.int64) for name in COUNTS], 1
            )
            for side in schemas
        ],
        axis=1,
    )
    states = np.stack([np.asarray(columns_of[f"{side}_state"]) for side in schemas], axis=1)
    return Cells({name: np.asarray(columns_of[name]) for name in columns_of}, told, states)


def make_sheet(cells: Cells, rows: np.ndarray, with_time: bool) -> Sheet:
    """The sheet of some cells of one figure; quarters add up to years if asked for."""
    column = {name: cells.columns[name][rows] for name in cells.columns}
    told, states = cells.told[rows], cells.states[rows]
    sums = [_breakdown_sums(column)]
    if with_time and not column["is_stock"].any():
        sums.append(_time_sums(column))
    named = np.concatenate([each[0] for each in sums])
    parts = np.concatenate([each[1] for each in sums])
    totals = np.concatenate([each[2] for each in sums])
    _, first, sum_of = np.unique(named, return_index=True, return_inverse=True)
    order = np.argsort(sum_of, kind="stable")
    return Sheet(
        told,
        states,
        (told >= 0).any(axis=0),
        Sums(sum_of[order], parts[order], totals[first]),
        bool(column["is_people"].any()),
    )


def _breakdown_sums(column: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Each breakdown of a period adds up to the whole of the period."""
    period, by = column["period_no"], column["by_no"]
    whole_of = np.full(period.max() + 1, -1)
    is_whole = by == _WHOLE
    whole_of[period[is_whole]] = np.flatnonzero(is_whole)
    parts = np.flatnonzero((by > _WHOLE) & (whole_of[period] >= 0))
    named = period[parts].astype(np.int64) * (by.max() + 1) + by[parts]
    return named, parts, whole_of[period[parts]]


def _time_sums(column: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Four quarters add up to the year that they make, cell by cell."""
    part_no, first, last = column["part_no"], column["first_day"], column["last_day"]
    quarters = np.flatnonzero(column["is_quarter"])
    order = quarters[np.lexsort((first[quarters], part_no[quarters]))]
    years = np.flatnonzero(~column["is_quarter"])
    # The quarter that begins with the year, and the three that follow it in the same part.
    span = int(last.max()) + 2
    key = part_no[order].astype(np.int64) * span + first[order]
    at = np.searchsorted(key, part_no[years].astype(np.int64) * span + first[years])
    is_whole = at + _QUARTERS <= len(order)
    years, at = years[is_whole], at[is_whole]
    four = order[at[:, None] + np.arange(_QUARTERS)]
    follows = (
        (part_no[four] == part_no[years][:, None]).all(axis=1)
        & (first[four[:, 0]] == first[years])
        & (last[four[:, -1]] == last[years])
        & (first[four[:, 1:]] == last[four[:, :-1]] + 1).all(axis=1)
    )
    four, years = four[follows], years[follows]
    # Told apart from the names of breakdowns by being negative.
    return -1 - np.repeat(years, _QUARTERS), four.ravel(), np.repeat(years, _QUARTERS)
