"""Read the generator's event lists of several authorities, as tables with a column `authority`.

Belongs here: reading, and arithmetic on columns of dates. Does not belong here: what an indicator
counts, or any import from the project: the second implementation knows events and definitions only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
from pyarrow import parquet

KEY = ["authority", "child_id"]
OWN = ("child", "young_person")


def _read(path: Path) -> pd.DataFrame:
    """Return one list with its days as timestamps of one precision."""
    table = parquet.read_table(path)
    frame = table.to_pandas(date_as_object=False).assign(authority=path.parent.name)
    days = [field.name for field in table.schema if pyarrow.types.is_date(field.type)]
    return frame.astype(dict.fromkeys(days, "datetime64[ns]"))


class Events:
    """All event lists, one frame a list."""

    def __init__(self, folder: Path, as_of: str, local_rules: Sequence[Any] = ()) -> None:
        """Read every authority's lists below a folder; take the clocks it set for itself."""
        self.as_of = pd.Timestamp(as_of)
        self.local_rules = tuple(local_rules)
        self._lists: dict[str, pd.DataFrame] = {}
        for name in sorted({path.stem for path in folder.glob("*/*.parquet")}):
            parts = [_read(path) for path in sorted(folder.glob(f"*/{name}.parquet"))]
            full = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
            self._lists[name] = full
        self.renamed = self._identify()

    def _identify(self) -> dict[str, int]:
        """Write merged identifiers as the one that stays; count the rows that had another.

        A merge that was undone joins nobody: whoever has the identifier is a child of its own.
        """
        changes = self._lists["identity_changes"]
        merged = changes[changes["end"].isna()].set_index(["authority", "former_id"])["child_id"]
        renamed = {}
        for name in ("expressions", "absent_voices", "returned_homes"):
            frame = self._lists[name]
            stays = looked_up(merged, frame)
            renamed[name] = int(stays.notna().sum())
            frame["child_id"] = stays.fillna(frame["child_id"])
        return renamed

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return one list, free to be changed."""
        return self._lists[name].copy()

    @property
    def born(self) -> "pd.Series[Any]":
        """Return birth dates by authority and child."""
        born: pd.Series[Any] = self._lists["children"].set_index(KEY)["born"]
        return born


def looked_up(values: "pd.Series[Any]", frame: pd.DataFrame) -> "pd.Series[Any]":
    """Return a value for each row's authority and child; none for nobody in particular."""
    wanted = pd.MultiIndex.from_frame(frame[KEY])
    return pd.Series(values.reindex(wanted).to_numpy(), index=frame.index)


def years_old(born: "pd.Series[Any]", on: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return completed years; a birthday on 29 February falls on 1 March. -1 before birth."""
    born = pd.to_datetime(born)
    before = (on.dt.month * 100 + on.dt.day) < (born.dt.month * 100 + born.dt.day)
    years = on.dt.year - born.dt.year - before.astype(int)
    return years.where(born.notna() & (born <= on), -1).astype(int)


def group_of(owner: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the group in which owners are linked: child and young person are one."""
    return owner.where(~owner.isin(OWN), "own")


def either(first: Any, second: Any, condition: Any) -> Any:
    """Return the first where a condition holds, else the second."""
    return np.where(condition, first, second)
