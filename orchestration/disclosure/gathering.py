"""The cells of a release, and of the one before it, read once and in the order of their figures.

Belongs here: which published tables the nightly attacker reads, and how they become arrays. Does
not belong here: which cells add up (``figures``), or any number that is not published.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from orchestration.disclosure.propagation import COUNTS
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Where the names of the cells stand while they are attacked, one row each.
CELLS = "attacked_cells"
# Tables that are read where every release has them, and what they must have.
BESIDE = {
    "feedback": frozenset({"items", "replied", "source", "voice_kind", "theme_code"}),
    "voice_thread": frozenset({"opportunities", "voiced", "stage", "voice_owner", "voice_kind"}),
}

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
_READ_BESIDE = {
    # Feedback is a figure for each of those whose voice it is; its whole is told nowhere, but its
    # sources and its kinds add up to the same.
    "feedback": """
select
    '{side}',
    authority_code,
    'feedback',
    'feedback ' || voice_owner,
    period_type,
    period_start,
    period_end,
    case
        when source <> 'all' then 'source'
        when voice_kind <> 'all' then 'voice_kind'
        else 'theme'
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
union all
select distinct
    '{side}',
    authority_code,
    'feedback',
    'feedback ' || voice_owner,
    period_type,
    period_start,
    period_end,
    'all',
    'all',
    'suppressed',
    cast(null as bigint),
    cast(null as bigint),
    null
from {schema}.feedback
""",
    # Opportunities and voices of a stage and owner lie inside A1's cells of that stage and owner;
    # a voice without an opportunity lies nowhere else.
    "voice_thread": """
select
    '{side}',
    authority_code,
    'voice_thread',
    'A1',
    period_type,
    period_start,
    period_end,
    'stage and voice_owner',
    stage || '|' || voice_owner,
    status,
    voiced,
    opportunities,
    null
from {schema}.voice_thread
where voice_kind = 'as_information' and stage <> 'not_applicable'
""",
}
# One statement can have several themes, so they (by_no -1) add up to nothing.
# Cells are gathered under numbers: to group and to order by text takes five times as long.
_NAMES = {
    "figures": "authority_code, figure",
    "periods": "period_type, period_start, period_end",
    "parts": "relation, breakdown, breakdown_value",
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
    inner join attacked_figures using (authority_code, figure)
    inner join attacked_periods using (period_type, period_start, period_end)
    inner join attacked_parts using (relation, breakdown, breakdown_value)
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
        when relation = 'voice_thread' then -2 - stage_no
        else first_of_breakdown
    end as by_no,
    stage_no,
    owner_no,
    period_type = 'quarter' as is_quarter,
    datediff('day', date '1970-01-01', period_start) as first_day,
    datediff('day', date '1970-01-01', period_end) as last_day,
    figure in ({stocks}) as is_stock,
    figure in ({people}) as is_people,
    figure in ({apart}) as is_apart,
    {sides}
from attacked_numbers
inner join attacked_figures using (figures_no)
inner join attacked_periods using (periods_no)
inner join (
    select
        parts.*,
        min(parts.parts_no) over (partition by parts.relation, parts.breakdown)
            as first_of_breakdown,
        coalesce(stages.parts_no, -1) as stage_no,
        coalesce(owners.parts_no, -1) as owner_no
    from attacked_parts as parts
    left join attacked_parts as stages
        on
            parts.relation = 'voice_thread'
            and stages.relation = 'indicator_value'
            and stages.breakdown = 'stage'
            and stages.breakdown_value = split_part(parts.breakdown_value, '|', 1)
    left join attacked_parts as owners
        on
            parts.relation = 'voice_thread'
            and owners.relation = 'indicator_value'
            and owners.breakdown = 'voice_owner'
            and owners.breakdown_value = split_part(parts.breakdown_value, '|', 2)
) using (parts_no)
order by cell_no
"""


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells, in the order of their figures; ``told`` and ``states`` may be changed.

    ``known`` is what tables of exact numbers tell beside them (``propagation.Sheet``).
    """

    columns: dict[str, np.ndarray]
    told: np.ndarray
    states: np.ndarray
    known: np.ndarray | None = None

    def figures(self) -> Iterator[slice]:
        """The rows of each figure."""
        number = self.columns["figure_no"]
        edges = np.flatnonzero(np.diff(number, prepend=-1, append=-1))
        for start, stop in pairwise(edges):
            yield slice(int(start), int(stop))


def read_cells(
    connection: "DuckDBPyConnection",
    schemas: dict[str, str],
    beside: Collection[str],
    stocks: Sequence[str],
    people: Sequence[str],
    apart: Sequence[str] = (),
) -> Cells:
    """Gather the cells of one release or of two.

    Args:
        connection: A connection that sees the releases.
        schemas: Where each stands: ``before``, if there is one, and ``now``.
        beside: Tables of ``BESIDE`` that all of them have.
        stocks: Indicators whose counts do not add up over time.
        people: Indicators whose denominator is the number of people behind a cell.
        apart: Indicators whose numerator is not counted among the denominator.
    """
    tables = [_READ, *(_READ_BESIDE[name] for name in sorted(beside))]
    read = " union all ".join(
        table.format(side=side, schema=schema)
        for side, schema in schemas.items()
        for table in tables
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
            apart=", ".join(map(literal, apart)) or "null",
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


def read_figures(connection: "DuckDBPyConnection") -> dict[tuple[str, str], int]:
    """The number of each figure of each authority, of the cells that were read last."""
    found = connection.execute(
        "select authority_code, figure, figures_no from attacked_figures"
    ).fetchall()
    return {(str(authority), str(figure)): int(number) for authority, figure, number in found}
