"""The tables that Heard publishes, as the attacker reads them.

Belongs here: which cells of a published database add up, and to what. Does not belong here: any
number that is not published; the attacker has no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.profiles import identities
from orchestration.disclosure.published_values import THREAD
from orchestration.disclosure.tables import ABSENT, HIDDEN, IMPOSSIBLE, LEFT_OUT, SHOWN, Grid

COUNTS = ("numerator", "denominator", "exempt")
# One statement can have several themes, so they add up to nothing; cells of the thread add up to
# their stage and to their owner.
_NO_PARTITION = ("theme", "divergence_pair", THREAD)
# A cell of which a release says nothing, and which is there all the same.
NOT_PUBLISHED = "not_published"
_STATES = {
    "shown": SHOWN,
    "rate_withheld": SHOWN,
    "suppressed": HIDDEN,
    "not_applicable": IMPOSSIBLE,
    NOT_PUBLISHED: LEFT_OUT,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One part of a release that can be attacked by itself, and what is known of it."""

    authority_code: str
    family: str
    grid: Grid
    knowledge: Knowledge
    # For each sum, whether it ties cells that are published under two names.
    is_tie: np.ndarray

    def loosened(self) -> "Question":
        """The same without ties and identities: frozen beside new, they need not hold."""
        kept = np.flatnonzero(~self.is_tie)
        rows = ~self.is_tie[self.grid.sum_of]
        grid = replace(
            self.grid,
            sum_of=np.searchsorted(kept, self.grid.sum_of[rows]),
            parts=self.grid.parts[rows],
            totals=self.grid.totals[kept],
            is_over_time=self.grid.is_over_time[kept],
        )
        return replace(
            self,
            grid=grid,
            knowledge=replace(self.knowledge, identities=()),
            is_tie=self.is_tie[kept],
        )


def make_questions(
    releases: Mapping[str, pd.DataFrame],
    stocks: Sequence[str] = (),
    people: Sequence[str] = (),
    apart: Sequence[str] = (),
    is_sticky: bool = True,
    with_time: bool = False,
    with_same_days: bool = False,
) -> list[Question]:
    """Cut releases into parts that share no number.

    Args:
        releases: Values by name of the release, in the order of publication.
        stocks: Indicators whose counts do not add up over time.
        people: Indicators whose denominator is the number of people behind a cell.
        apart: Indicators whose numerator is not counted among the denominator.
        is_sticky: All were protected with the same key.
        with_time: Also use that quarters add up to years; that ties all periods into one large
            programme, which takes minutes.
        with_same_days: Also use that a rolling year that ends in March is the financial year.
    """
    every = pd.concat(
        [values.assign(release=at) for at, values in enumerate(releases.values())],
        ignore_index=True,
    )
    found = []
    for (authority, family), values in every.groupby(["authority_code", "family"]):
        grid, knowledge, is_tie = _question(
            tuple(releases), values, stocks, people, apart, is_sticky, (with_time, with_same_days)
        )
        found.append(Question(str(authority), str(family), grid, knowledge, is_tie))
    return found


def _question(
    names: tuple[str, ...],
    values: pd.DataFrame,
    stocks: Sequence[str],
    people: Sequence[str],
    apart: Sequence[str],
    is_sticky: bool,
    with_: tuple[bool, bool],
) -> tuple[Grid, Knowledge, np.ndarray]:
    period = values["period_type"] + ":" + values["period_start"].astype(str).str.slice(0, 10)
    part = "|" + values["breakdown"] + "=" + values["breakdown_value"]
    named = period + part.where(values["breakdown"] != "all", "")
    cells, cell_names = pd.factorize(named)
    indicators, indicator_names = pd.factorize(values["indicator_id"])
    measures = tuple(f"{name} {count}" for name in indicator_names for count in COUNTS)
    shape = (len(names), len(cell_names), len(measures))
    states, told = np.full(shape, ABSENT), np.full(shape, np.nan)
    at = values["release"].to_numpy()
    state = values["status"].map(_STATES).to_numpy()
    # A breakdown of which nothing is told may have been hidden whole: not for being small.
    together = [values["release"], values["indicator_id"], period, values["breakdown"]]
    some_told = (values["status"].map(_STATES) == SHOWN).groupby(together).transform("any")
    state = np.where((state == HIDDEN) & ~some_told.to_numpy(), LEFT_OUT, state)
    for number, count in enumerate(COUNTS):
        value = values[count].to_numpy(dtype=float)
        measure = indicators * len(COUNTS) + number
        # A count that the indicator does not have is null in every cell; one that is null beside
        # others was left out, and says no more than a hidden one.
        is_there = np.isin(indicators, np.unique(indicators[~np.isnan(value)]))
        said = np.where((state == SHOWN) & np.isnan(value), LEFT_OUT, state)
        index = (at[is_there], cells[is_there], measure[is_there])
        states[index], told[index] = said[is_there], value[is_there]
    margins = _margins(values, named, period, *with_)
    place = pd.Series(np.arange(len(cell_names)), index=cell_names)
    sum_of, _ = pd.factorize(margins["sum"])
    _, first = np.unique(sum_of, return_index=True)
    grid = Grid(
        names,
        tuple(str(name) for name in cell_names),
        states,
        told,
        sum_of,
        place[margins["part"]].to_numpy(),
        place[margins["total"]].to_numpy()[first],
        margins["is_over_time"].to_numpy()[first],
    )
    parts = [
        (f"{name} numerator", f"{name} denominator")
        for name in indicator_names
        if name not in apart
        and not np.isnan(values.loc[values["indicator_id"] == name, "numerator"]).all()
    ]
    knowledge = Knowledge(
        dimensions=(),
        measures=measures,
        families=(measures,),
        subset=tuple(parts),
        sensitive=tuple(parts),
        hidden={f"{name} denominator": (0, 9) for name in people if name in set(indicator_names)},
        not_additive=frozenset(f"{name} {count}" for name in stocks for count in COUNTS),
        is_sticky=is_sticky,
        identities=tuple(
            (whole, parts) for whole, parts in identities() if {whole, *parts} <= set(measures)
        ),
    )
    return grid, knowledge, margins["is_tie"].to_numpy()[first]


def _margins(
    values: pd.DataFrame,
    named: "pd.Series[str]",
    period: "pd.Series[str]",
    with_time: bool,
    with_same_days: bool,
) -> pd.DataFrame:
    """Breakdowns add up to the whole of their period, and quarters to what they are part of."""
    rows = values.assign(part=named, period=period).drop_duplicates("part")
    split = rows[~rows["breakdown"].isin(("all", *_NO_PARTITION))]
    found = [
        pd.DataFrame(
            {
                "sum": split["period"] + ">" + split["breakdown"],
                "part": split["part"],
                "total": split["period"],
                "is_over_time": False,
                "is_tie": False,
            }
        ),
        _thread_margins(rows),
    ]
    if with_same_days:
        found.append(_same_days(rows))
    if with_time:
        quarters = rows[rows["period_type"] == "quarter"]
        longer = rows[rows["period_type"] != "quarter"]
        both = longer.merge(quarters, on=["breakdown", "breakdown_value"], suffixes=("", "_q"))
        is_within = (both["period_start_q"] >= both["period_start"]) & (
            both["period_end_q"] <= both["period_end"]
        )
        both = both[is_within]
        # A year whose first quarters were never published adds up to nothing that is known.
        whole = both.groupby("part")["part_q"].transform("nunique") == 4
        both = both[whole]
        found.append(
            pd.DataFrame(
                {
                    "sum": "time>" + both["part"],
                    "part": both["part_q"],
                    "total": both["part"],
                    "is_over_time": True,
                    "is_tie": False,
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def _thread_margins(rows: pd.DataFrame) -> pd.DataFrame:
    """A cell of the voice thread lies in its stage, and in its owner, of the first indicator."""
    thread = rows[rows["breakdown"] == THREAD]
    inside = thread["breakdown_value"].str.partition("|")
    found = []
    for place, name in ((0, "stage"), (2, "voice_owner")):
        total = thread["period"] + f"|{name}=" + (inside[place] if len(thread) else "")
        told = total.isin(set(rows["part"]))
        found.append(
            pd.DataFrame(
                {"sum": "thread>" + total[told], "part": thread["part"][told], "total": total[told]}
            )
        )
    return pd.concat(found).assign(is_over_time=False, is_tie=True)


def _same_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Periods of two kinds with the same days: one count, told twice."""
    days = ["period_start", "period_end", "breakdown", "breakdown_value"]
    year, other = (rows[rows["period_type"] == kind] for kind in ("year", "rolling_12_months"))
    both = year.merge(other, on=days, suffixes=("", "_again"))
    return pd.DataFrame(
        {"sum": "days>" + both["part"], "part": both["part_again"], "total": both["part"]}
    ).assign(is_over_time=False, is_tie=True)
