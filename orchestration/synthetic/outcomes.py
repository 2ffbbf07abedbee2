"""Decide what became of each opportunity, and list every voice event.

Belongs here: outcome per opportunity and expected voice, events of a child's own voice, and who
is open to the authority on a day. Does not belong here: counting (truth). Never reads the
warehouse: it follows the generator's own lists.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array
from orchestration.synthetic.events import was_heard
from orchestration.synthetic.history import History


def add_outcomes(rows: pd.DataFrame, expressions: pd.DataFrame, reasons: pd.DataFrame) -> None:
    """Add the outcome of each opportunity row, and its recorded reason if there is one."""
    spoke = np.zeros(len(rows), dtype=bool)
    at = expressions["row"].to_numpy()
    spoke[at[at >= 0]] = True
    reason = np.full(len(rows), "", dtype=object)
    reason[reasons["row"].to_numpy()] = reasons["reason"].to_numpy()
    own = rows["own"].to_numpy()
    held = rows["is_held"].to_numpy()
    accepted = (rows["accepted"] == "Y").to_numpy()
    refused = ((rows["offered"] == "Y") & (rows["accepted"] == "N")).to_numpy()
    coded = own & held & rows["is_coded"].to_numpy() & was_heard(rows["code"].to_numpy())
    young = own & rows["is_review"].to_numpy() & (rows["age"].to_numpy() < 4)
    answer = rows["answer"].to_numpy()
    rows["reason"] = reason
    rows["coded"] = coded
    rows["outcome"] = np.select(
        [
            coded | accepted | spoke | (answer == "voiced"),
            refused | (reason == "declined") | (answer == "declined"),
            (reason == "not_appropriate") | young | (answer == "not_appropriate"),
        ],
        ["voiced", "declined", "not_appropriate"],
        "missed",
    )


def own_voice_events(rows: pd.DataFrame, expressions: pd.DataFrame) -> pd.DataFrame:
    """Return child and day of every event of a child's own voice, recorded or derived."""
    said = expressions[expressions["own"] & (expressions["child"] >= 0)][["child", "day"]]
    answered = rows["own"] & (rows["answer"] == "voiced")
    derived = rows[rows["coded"] | (rows["accepted"] == "Y") | answered][["child", "date"]]
    events = pd.concat([said, derived.rename(columns={"date": "day"})], ignore_index=True)
    return events.sort_values(["day", "child"], kind="stable").reset_index(drop=True)


def open_spans(history: History) -> pd.DataFrame:
    """Return the merged spans in which each child is open to the authority."""
    parts = _open_parts(history)
    spans = pd.concat([frame for _, frame in parts], ignore_index=True)
    spans = spans.sort_values(["child", "start", "end"], kind="stable").reset_index(drop=True)
    reached = spans.groupby("child")["end"].cummax().groupby(spans["child"]).shift()
    fresh = reached.isna() | (spans["start"] > reached + 1)
    spans["span"] = fresh.cumsum()
    merged = spans.groupby("span", sort=True).agg(
        child=("child", "first"), start=("start", "first"), end=("end", "max")
    )
    return merged.reset_index(drop=True)


def _open_parts(history: History) -> list[tuple[str, pd.DataFrame]]:
    """Return what keeps a child open, highest stage first."""
    spells = history.spells[["child", "referral", "close"]]
    columns = ["child", "start", "end"]
    return [
        ("looked_after", history.care.periods[columns]),
        ("child_protection", history.cp_plans[columns]),
        ("child_in_need", spells.rename(columns={"referral": "start", "close": "end"})),
        ("family_help", history.early_help[columns]),
    ]


def open_children(history: History, spans: pd.DataFrame, days: Array) -> pd.DataFrame:
    """Return one row a child open on each day: when the span began, and the stage."""
    parts = []
    for day in days.tolist():
        active = spans[(spans["start"] <= day) & (spans["end"] > day)]
        stage = np.full(len(history.children), "family_help", dtype=object)
        for name, frame in reversed(_open_parts(history)):
            now = frame[(frame["start"] <= day) & (frame["end"] > day)]
            stage[now["child"].to_numpy()] = name
        part = active[["child", "start"]].assign(day=day)
        part["stage"] = stage[part["child"].to_numpy()]
        parts.append(part)
    opened: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return opened


def last_event_before(events: pd.DataFrame, child: Array, day: Array) -> Array:
    """Return the latest own-voice event of each child on or before a day, -FAR for none."""
    asked = pd.DataFrame({"child": child, "day": day, "asked": np.arange(len(child))})
    asked = asked.sort_values(["day", "asked"], kind="stable")
    listed = events[["child", "day"]].assign(event=events["day"])
    listed = listed.astype({"day": asked["day"].dtype, "child": asked["child"].dtype})
    found = pd.merge_asof(asked, listed, on="day", by="child")
    latest = np.full(len(child), -FAR)
    latest[found["asked"].to_numpy()] = found["event"].fillna(-FAR).to_numpy(dtype=np.int64)
    return latest
