"""Say what is true of a child on a day, for every breakdown of the indicators.

Belongs here: the breakdown values of a child and a date, from the generator's own lists. Does not
belong here: what is counted. Never reads the warehouse.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, age_on
from orchestration.synthetic.history import History

STATIC = [
    "sex",
    "ethnic_group",
    "disability",
    "communication_need",
    "interpreter_needed",
    "first_language_group",
    "uasc",
    "area",
]
DATED = [
    "age_band",
    "placement_group",
    "placement_distance",
    "legal_group",
    "category_of_need",
    "care_leaver",
]
# Told of the indicators that are compared between groups only.
OF_COMPARED = ("first_language_group", "placement_distance")
_BANDS = [
    (-1, "unborn"),
    (3, "0-3"),
    (7, "4-7"),
    (11, "8-11"),
    (15, "12-15"),
    (17, "16-17"),
    (25, "18-25"),
]


def describe(history: History, child: Array, day: Array) -> pd.DataFrame:
    """Return the breakdown values of children (-1 for nobody in particular) on days."""
    someone = child >= 0
    known = np.maximum(child, 0)
    facts = _static(history)
    frame = pd.DataFrame(
        {name: np.where(someone, facts[name].to_numpy()[known], "unknown") for name in STATIC}
    )
    age = age_on(history.children["born"].to_numpy()[known], day)
    band = np.full(len(child), "26+", dtype=object)
    for highest, name in reversed(_BANDS):
        band = np.where(age <= highest, name, band)
    frame["age_band"] = np.where(someone, band, "unknown")
    leaver = np.isin(known, history.leavers["child"].to_numpy())
    leaver &= age >= 16
    frame["care_leaver"] = np.where(someone, np.where(leaver, "Y", "N"), "unknown")
    care = history.care
    frame["placement_group"] = _latest(known, someone, day, care.placements, "group", 0)
    frame["placement_distance"] = _latest(known, someone, day, care.placements, "distance", 0)
    frame["legal_group"] = _latest(known, someone, day, care.statuses, "group", 0)
    spells = history.spells[["child", "referral", "close", "need"]]
    spells = spells.rename(columns={"referral": "start", "close": "end"})
    # A referral that closes on the day still counts on it.
    need = _latest(known, someone, day, spells, "need", 1)
    frame["category_of_need"] = np.where(need == "", "unknown", need)
    return frame


def _static(history: History) -> pd.DataFrame:
    facts = history.children[[name for name in STATIC if name != "uasc"]].copy()
    sex = facts["sex"].map({"M": "M", "F": "F"}).fillna("unknown")
    facts["sex"] = sex
    facts["uasc"] = np.where(history.children["uasc"], "Y", "N")
    return facts


def _latest(
    child: Array, someone: Array, day: Array, spans: pd.DataFrame, column: str, last_day: int
) -> Array:
    """Return a column of the latest-started span active on the day, or not_applicable."""
    asked = pd.DataFrame({"child": child, "day": day, "asked": np.arange(len(child))})[someone]
    asked = asked.sort_values(["day", "asked"], kind="stable")
    listed = spans.sort_values("start", kind="stable")[["child", "start", "end", column]]
    listed = listed.astype({"start": asked["day"].dtype, "child": asked["child"].dtype})
    found = pd.merge_asof(asked, listed, left_on="day", right_on="start", by="child")
    end = found["end"].fillna(-1).to_numpy()
    active = found["day"].to_numpy() < np.where(end >= FAR, FAR, end + last_day)
    values = np.full(len(child), "not_applicable", dtype=object)
    values[found["asked"].to_numpy()[active]] = found[column].to_numpy()[active]
    return values
