"""A table of exact numbers beside all that a release says of other periods, which add up.

One figure at a time, by intervals: what the linear programme of one period (``suppression``) does
not see. Belongs here: that attack. Does not belong here: what is hidden for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from orchestration.disclosure.exact_attacker import Place
from orchestration.disclosure.exact_tables import COUNTS, Question
from orchestration.disclosure.figures import make_sheet
from orchestration.disclosure.gathering import CELLS, Cells, read_cells
from orchestration.disclosure.profiles import attack_settings
from orchestration.disclosure.programme import Exact
from orchestration.disclosure.propagation import SOMEBODY, UNTOLD, Narrowed, find_narrow

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

_KEY = ["authority_code", "figure", "period_type", "period_start", "breakdown", "breakdown_value"]
# One finding: which figure, cell, release, count and kind, and how many values are left of it.
_Found = dict[tuple[int, int, int, int, str], int]


class OverTime:
    """Reads a release once, and asks of each table what it adds to it."""

    def __init__(
        self, connection: "DuckDBPyConnection", schema: str, beside: "Collection[str]"
    ) -> None:
        self.cells = read_cells(connection, {"now": schema}, beside, **attack_settings())
        named = connection.execute(
            f"select cell_no, {', '.join(_KEY)} from {CELLS} where relation = 'indicator_value'"
        ).fetch_df()
        self.place = pd.Series(named["cell_no"].to_numpy(), index=_keys(named))
        self.figures = list(self.cells.figures())
        self.before: dict[int, _Found] = {}

    def recheck(self, question: Question, table: pd.DataFrame, exact: Exact) -> Sequence[Place]:
        """What can be told too closely of one part of a table: as numbers of its grid."""
        rows = table.loc[question.rows]
        own = self._own_cells(rows)
        known = np.full(self.cells.told.shape, UNTOLD)
        for number in range(len(COUNTS)):
            at = (question.cells, question.measures[:, number])
            said = np.where(exact.hidden[at], SOMEBODY, np.nan_to_num(exact.counts[at], nan=UNTOLD))
            for cells in own:
                is_there = cells >= 0
                known[cells[is_there], 0, number] = said[is_there]
        found: dict[Place, None] = {}
        for number in self._figures_of(own):
            for key in self._new(number, known):
                found.update(dict.fromkeys(self._places(question, own, number, key)))
        return list(found)

    def _own_cells(self, rows: pd.DataFrame) -> list[np.ndarray]:
        """The release's cell of each row, and its cell in a rolling year of the same days."""
        named = rows.rename(columns={"indicator_id": "figure"})
        as_it_is = [_place_of(self.place, named)]
        if (rows["period_type"] == "year").all():
            as_it_is.append(_place_of(self.place, named.assign(period_type="rolling_12_months")))
        return as_it_is

    def _figures_of(self, own: list[np.ndarray]) -> list[int]:
        cells = np.concatenate(own)
        cells = cells[cells >= 0]
        return [
            number
            for number, rows in enumerate(self.figures)
            if ((cells >= rows.start) & (cells < rows.stop)).any()
        ]

    def _new(self, number: int, known: np.ndarray) -> list[tuple[int, int, int, int, str]]:
        """What one figure tells that it did not tell without the table."""
        if number not in self.before:
            self.before[number] = self._attack(number, None)
        before, after = self.before[number], self._attack(number, known)
        return [key for key, left in after.items() if left < before.get(key, left + 1)]

    def _attack(self, number: int, known: np.ndarray | None) -> _Found:
        rows = np.arange(self.figures[number].start, self.figures[number].stop)
        cells = Cells(self.cells.columns, self.cells.told, self.cells.states, known)
        for with_time, with_thread in ((True, True), (False, True), (False, False)):
            found = find_narrow(make_sheet(cells, rows, with_time, with_thread))
            if found is not None:
                return {_key(number, each): each.values_left for each in found}
        # They contradict each other: the programme of the period says so as well.
        return {}

    def _places(
        self,
        question: Question,
        own: list[np.ndarray],
        number: int,
        key: tuple[int, int, int, int, str],
    ) -> list[Place]:
        """Numbers of the table behind a finding: of the same part in its own period, or of all."""
        cell = self.figures[number].start + key[1]
        parts = self.cells.columns["part_no"]
        of_figure = np.concatenate(
            [
                (cells >= self.figures[number].start) & (cells < self.figures[number].stop)
                for cells in own
            ]
        ).reshape(len(own), -1)
        at = np.flatnonzero(of_figure.any(axis=0))
        same = [row for row in at if parts[own[0][row]] == parts[cell]]
        chosen = same or list(at)
        count = min(key[3], len(COUNTS) - 1)
        return [
            (int(question.cells[row]), int(question.measures[row, count])) for row in chosen[:1]
        ]


def _key(number: int, each: Narrowed) -> tuple[int, int, int, int, str]:
    return (number, each.cell, each.release, each.count, each.kind)


def _keys(named: pd.DataFrame) -> pd.MultiIndex:
    plain = named.assign(period_start=named["period_start"].astype(str).str.slice(0, 10))
    return pd.MultiIndex.from_frame(plain[_KEY])


def _place_of(place: "pd.Series[int]", named: pd.DataFrame) -> np.ndarray:
    return place.reindex(_keys(named), fill_value=-1).to_numpy()
