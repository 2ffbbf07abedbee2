"""What one export of another program is made of, and how such programs word what they hold.

Belongs here: the file with what becomes of its rows, wordings, the flaws and the writing. Does not
belong here: the layout of any one program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import Array, iso_day
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.write import delivery_folder

Ways = Mapping[Any, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Export:
    """One file of another program.

    Attributes:
        source: The mapped source that it is delivered as.
        stem: Its name without the year.
        frame: Its rows.
        makes: How many rows of each table every row becomes.
        bad_row: A row that cannot load.
        bad_makes: How many rows of each table the bad row would become.
        whole: How many rows of a table the file becomes as a whole, such as its waves.
    """

    source: str
    stem: str
    frame: pd.DataFrame
    makes: Mapping[str, Array]
    bad_row: Mapping[str, str]
    bad_makes: Mapping[str, int]
    whole: Mapping[str, int] = field(default_factory=dict)


def every(frame: pd.DataFrame) -> Array:
    """Each row becomes one."""
    return np.ones(len(frame), dtype=np.int64)


def write_export(out: Path, place: Place, export: Export, counts: Counts) -> None:
    """Write one file with its flaws: a row that cannot load, and one that comes twice."""
    frame = export.frame
    if not len(frame):
        # A program that holds nothing exports nothing.
        return
    day = iso_day(place.as_of)
    bad = pd.DataFrame([export.bad_row] if export.bad_row else [], columns=frame.columns)
    copied = frame.iloc[:1] if export.bad_row else frame.iloc[:0]
    flawed = pd.concat([frame, bad, copied], ignore_index=True).fillna("")
    folder = delivery_folder(out, place, export.source, day)
    name = f"{export.stem}_{day[:4]}"
    flawed.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    for table, rows in export.makes.items():
        key = f"{export.source}/{day}/{name}/{table}"
        unfit = export.bad_makes.get(table, 0) if len(bad) else 0
        twice = int(rows[0]) if len(copied) else 0
        _count(counts.rows, key, int(rows.sum()) + unfit + twice)
        _count(counts.quarantined, key, unfit)
        _count(counts.duplicates, key, twice)
    for table, number in export.whole.items():
        _count(counts.rows, f"{export.source}/{day}/{name}/{table}", number)


def _count(counts: dict[str, int], key: str, number: int) -> None:
    if number:
        counts[key] = number


def worded(draws: Draws, ways: Ways, codes: "pd.Series[Any]") -> Array:
    """Return each code in one of the program's wordings, blank where it has none."""
    words = np.full(len(codes), "", dtype=object)
    for code, wordings in ways.items():
        here = (codes == code).to_numpy()
        words[here] = draws.one_of(wordings, int(here.sum()))
    return words


def several(draws: Draws, ways: Ways, codes: "pd.Series[Any]", separator: str) -> Array:
    """Return lists of codes in the program's wordings; a code without a wording is left out."""
    parts = codes.str.split(";").explode()
    words = pd.Series(worded(draws, ways, parts), index=parts.index)
    joined = words[words != ""].groupby(level=0).agg(separator.join)
    return np.asarray(joined.reindex(codes.index, fill_value="").to_numpy(dtype=object))


def somebody(place: Place, children: Array, days: Array, draws: Draws, rate: float) -> pd.DataFrame:
    """Return children and days drawn from a list, as many as a rate says."""
    count = int(place.children * rate) if len(children) else 0
    chosen = draws.whole(0, max(len(children) - 1, 0), count)
    return pd.DataFrame({"child": children[chosen], "day": days[chosen]})
