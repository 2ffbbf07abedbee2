"""What every run does before anything is published: attack the release, and mend what gives way.

A late correction that shows too closely waits: the figure of that period stays as it was released
before. A new figure that shows too closely goes without the count that does it, for a whole
breakdown at a time, so that what is missing does not point at one cell. Both follow from published
numbers alone. What cannot be mended so holds the release.

Belongs here: what is attacked, and what releases say of each other. Does not belong here: what a
figure goes without (``family``), or writing what was decided (``reporting.mending``).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from orchestration.disclosure.gathering import CELLS, Cells, read_cells, read_figures
from orchestration.disclosure.profiles import attack_settings, ties
from orchestration.disclosure.propagation import COUNTS, DENOMINATOR, NOT_THERE, UNTOLD
from orchestration.releases.family import KEPT, Family, Guarded, has_moved
from orchestration.releases.places import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def guard(
    connection: "DuckDBPyConnection",
    schemas: dict[str, str],
    beside: Collection[str],
    families: Mapping[str, str],
    only_moved: bool,
    places: Collection[Place] = (),
) -> Guarded:
    """Attack a release that is about to be published, with the one before if there is one.

    Args:
        connection: A connection that sees both.
        schemas: Where each stands: ``before``, if there is one, and ``now``.
        beside: Tables beside indicator_value that all of them have.
        families: The family of each indicator: those of one share the offset of a cell.
        only_moved: The one before was attacked as well, so what did not move is safe.
        places: What is left out before the attack begins.
    """
    told_of = attack_settings()
    cells = read_cells(connection, schemas, beside, **told_of)
    result = Guarded()
    if "before" in schemas and len(cells.told):
        _go_on_withholding(cells, result)
    numbers = read_figures(connection)
    asked = _rows_of(connection, places)
    for figures in _families(cells, numbers, families):
        rows = np.concatenate(list(figures.values()))
        chosen = [each for each in asked if each[0] in rows]
        near = figures if chosen or not only_moved else _near_what_moved(cells, figures)
        if near:
            result.attacked += sum(map(len, near.values()))
            family = Family(cells, near, result)
            family.leave_out(chosen)
            family.mend()
    if KEPT in result.marks.values():
        _keep_together(cells, numbers, result)
    return result


def _rows_of(connection: "DuckDBPyConnection", places: Collection[Place]) -> list[tuple[int, int]]:
    """The cell and the count of each place that the release has."""
    connection.execute(
        "create or replace temp table asked_places (authority_code varchar, figure varchar,"
        " count_name varchar, period_type varchar, period_start date, breakdown varchar,"
        " breakdown_value varchar)"
    )
    if places:
        connection.executemany("insert into asked_places values (?, ?, ?, ?, ?, ?, ?)", places)
    found = connection.execute(
        f"select cell_no, count_name from asked_places inner join {CELLS} using (authority_code,"
        " figure, period_type, period_start, breakdown, breakdown_value) order by all"
    ).fetchall()
    return [(int(cell), COUNTS.index(count)) for cell, count in found]


def _families(
    cells: Cells, numbers: Mapping[tuple[str, str], int], families: Mapping[str, str]
) -> Iterator[dict[str, np.ndarray]]:
    """The rows of each figure of those that share offsets; one that is in no family is alone."""
    named = {number: name for name, number in numbers.items()}
    together: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for rows in cells.figures():
        authority, figure = named[int(cells.columns["figure_no"][rows.start])]
        family = together.setdefault((authority, families.get(figure, figure)), {})
        family[figure] = np.arange(rows.start, rows.stop)
    yield from together.values()


def _keep_together(cells: Cells, figures: Mapping[tuple[str, str], int], result: Guarded) -> None:
    """A period that one indicator keeps is kept by those that tell the same count."""
    number, period = cells.columns["figure_no"], cells.columns["period_no"]
    kept = np.zeros(len(number), dtype=bool)
    kept[[row for row, done in result.marks.items() if done == KEPT]] = True
    for authority in {code for code, _ in figures}:
        for first, second, _ in ties():
            of_first, of_second = (
                number == figures.get((authority, name), -1) for name in (first, second)
            )
            chosen = of_second & np.isin(period, np.unique(period[of_first & kept]))
            # A period that is new in this release has nothing to keep.
            rows = np.flatnonzero(chosen & (cells.states[:, 0] != NOT_THERE) & ~kept)
            result.marks.update(dict.fromkeys(rows.tolist(), KEPT))


def _near_what_moved(cells: Cells, figures: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The cells of periods that overlap one in which a number of any of the figures moved."""
    rows = np.concatenate(list(figures.values()))
    moved = rows[has_moved(cells, rows)]
    if not len(moved):
        return {}
    first, last = cells.columns["first_day"], cells.columns["last_day"]
    begin, end = first[moved].min(), last[moved].max()
    near = {
        name: each[(first[each] <= end) & (last[each] >= begin)] for name, each in figures.items()
    }
    return {name: each for name, each in near.items() if len(each)}


def _go_on_withholding(cells: Cells, result: Guarded) -> None:
    """What was left out of a period of which no number moved stays left out."""
    was, now = cells.told[:, 0], cells.told[:, -1]
    moved = ((was != now) & (was != UNTOLD) & (now != UNTOLD)).any(axis=1)
    moved |= (was[:, DENOMINATOR] == UNTOLD) != (now[:, DENOMINATOR] == UNTOLD)
    moved |= cells.states[:, 0] != cells.states[:, -1]
    group = cells.columns["figure_no"] * (cells.columns["period_no"].max() + 1)
    group = group + cells.columns["period_no"]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    of_row = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(group)))
    is_new = np.logical_or.reduceat(moved, starts)[of_row]
    left_out = np.logical_or.reduceat((was != now).any(axis=1), starts)[of_row] & ~is_new
    rows = np.flatnonzero(left_out)
    cells.told[rows, -1] = cells.told[rows, 0]
    result.marks.update(dict.fromkeys(rows.tolist(), KEPT))
