"""Work out every indicator a second time, from events and the catalogue's words.

Belongs here: what each indicator counts. Does not belong here: when a voice was owed
(second_opportunities), adding up (second_periods), or any import from the project.
"""

from typing import Any

import numpy as np
import pandas as pd

from tests.support.second_events import OWN, Events, group_of
from tests.support.second_opportunities import CODED, HEARD, opportunities, own_voice_days
from tests.support.second_people import described
from tests.support.second_periods import Cells, months_before, sums

_OWN_WORDS = ("verbatim", "verbatim_aided", "own_image")
_LEAVES_ALONE = ("declined", "not_appropriate", "not_able")
_TOLD = ("told", "told_and_understood")
_OUT_OF_REACH = ("declined_to_hear", "not_possible")


def second_cells(events: Events) -> Cells:
    """Return every indicator's counts, by authority, period and breakdown value."""
    rows = described(events, opportunities(events))
    said = described(events, _expressions(events, rows))
    open_days = described(events, _open_at_month_ends(events))
    cells = _of_opportunities(events, rows)
    cells |= _of_expressions(events, said)
    cells |= _of_children(events, open_days, own_voice_days(events, rows))
    cells |= _of_feedback(events, open_days)
    cells |= _of_groups(events)
    return cells


def _of_opportunities(events: Events, rows: pd.DataFrame) -> Cells:
    held, own, kind = rows["held"].notna(), rows["own"], rows["kind"]
    voiced, declined = rows["outcome"] == "voiced", rows["outcome"] == "declined"
    heard_or_not = voiced | (rows["outcome"] == "missed")
    review = held & own & kind.str.startswith("CLA_REVIEW")
    coded = review & rows["code"].isin(CODED)
    visited = held & own & kind.str.contains("_VISIT") & (rows["seen"] == "Y")
    visited &= ~rows["reason"].isin(_LEAVES_ALONE)
    assessed = held & own & (kind == "SA_CHILD_SEEN")
    clocked = own & kind.str.startswith("CLA_")
    counts = {
        "A1": (voiced, heard_or_not),
        "A5": (rows["code"].isin(HEARD), coded),
        "A6": (rows["code"].isin(["PN4", "PN7"]), coded),
        "A12": (declined, voiced | declined),
        "B3": (rows["seen_alone"] == "Y", visited),
        "C3": (rows["seen"] == "Y", assessed),
        "C5": (held & (rows["held"] <= rows["due"]), clocked),
    }
    cells = _counted(events, rows, counts)
    return cells | sums(events, "A2", _facts(rows, voiced, heard_or_not), ["stage"])


def _facts(frame: pd.DataFrame, numerator: Any, denominator: Any) -> pd.DataFrame:
    """Return the rows of a denominator, with ones and noughts for the numerator."""
    chosen = np.asarray(denominator, dtype=bool)
    upper = np.asarray(numerator, dtype=bool)[chosen]
    return frame[chosen].assign(numerator=upper.astype(int), denominator=1)


def _counted(events: Events, frame: pd.DataFrame, counts: dict[str, tuple[Any, Any]]) -> Cells:
    cells: Cells = {}
    for indicator, (numerator, denominator) in counts.items():
        cells |= sums(events, indicator, _facts(frame, numerator, denominator))
    return cells


def _expressions(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Return expressions with the occasion they were made at and what followed."""
    said = events["expressions"]
    said["group"] = group_of(said["owner"])
    key = ["authority", "occasion_id", "group"]
    at = rows.dropna(subset=["occasion_id"])[[*key, "kind", "stage", "decision", "row"]]
    said = said.merge(at, on=key, how="left")
    said["linked"] = said["row"].notna()
    said["opportunity_type"] = said["kind"].fillna("not_applicable")
    said["stage"] = said["stage"].fillna("not_applicable")
    said["voice_owner"], said["own"] = said["owner"], said["owner"].isin(OWN)
    subject = ["authority", "expression_id"]
    named = pd.MultiIndex.from_frame(said[subject])
    followed = {}
    for name in ("influences", "replies"):
        one = events[name]
        followed[name] = one[one["subject_kind"] == "expression"].set_index(
            ["authority", "subject_id"]
        )
    said["influenced"] = named.isin(followed["influences"].index)
    said["status"] = followed["replies"]["status"].reindex(named).to_numpy()
    return said[said["day"] <= events.as_of].reset_index(drop=True)


def _of_expressions(events: Events, said: pd.DataFrame) -> Cells:
    owed = (said["influenced"] | said["status"].notna()) & ~said["status"].isin(_OUT_OF_REACH)
    decision = said["linked"] & said["decision"].eq(True)
    counts = {
        "B1": (said["directness"].isin(_OWN_WORDS), said["own"]),
        "D1": (said["influenced"], decision),
        "D4": (said["status"].isin(_TOLD), owed),
    }
    return _counted(events, said, counts)


def _open_at_month_ends(events: Events) -> pd.DataFrame:
    """Return one row a child open at the end of a month: since when, and the highest stage."""
    spans = []
    for name, stage in (
        ("care_periods", "1 looked_after"),
        ("protection_plans", "2 child_protection"),
        ("referrals", "3 child_in_need"),
        ("early_help", "4 family_help"),
    ):
        one = events[name][["authority", "child_id", "start", "end"]]
        spans.append(one.assign(stage=stage))
    every = pd.concat(spans, ignore_index=True)
    every["end"] = every["end"].fillna(pd.Timestamp("2099-12-31"))
    every = every.sort_values(["authority", "child_id", "start", "end"], ignore_index=True)
    child = [every["authority"], every["child_id"]]
    reached = every.groupby(child)["end"].cummax().groupby(child).shift()
    # Spans that touch, or part for a day, are one stay.
    apart = reached.isna() | (every["start"] > reached + pd.Timedelta(days=1))
    every["stay"] = apart.cumsum()
    every["since"] = every.groupby("stay")["start"].transform("min")
    days = pd.date_range(every["start"].min(), events.as_of, freq="ME").to_frame(name="day")
    days["day"] = days["day"].astype("datetime64[ns]")
    now = every.merge(days, how="cross")
    now = now[(now["start"] <= now["day"]) & (now["day"] < now["end"])]
    best = now.sort_values("stage").drop_duplicates(["authority", "child_id", "day"])
    return best.assign(stage=best["stage"].str[2:]).reset_index(drop=True)


def _of_children(events: Events, opened: pd.DataFrame, heard: pd.DataFrame) -> Cells:
    latest = pd.merge_asof(
        opened.sort_values("day"),
        heard.sort_values("day").assign(last=lambda frame: frame["day"]),
        on="day",
        by=["authority", "child_id"],
    )
    half_a_year = months_before(latest["day"], 6)
    quiet = ~(latest["last"] > half_a_year)
    six_weeks = latest["since"] <= latest["day"] - pd.Timedelta(days=42)
    six_months = latest["since"] <= half_a_year
    cells = sums(events, "A3", _facts(latest, ~quiet, six_weeks), at_end=True)
    return cells | sums(events, "A4", _facts(latest, quiet, six_months), at_end=True)


def _of_feedback(events: Events, opened: pd.DataFrame) -> Cells:
    """Return E2: what people said without being at a meeting, for each hundred open children."""
    said = events["expressions"]
    app = said[(said["method"] == "app") & said["opportunity_type"].isna()]
    answers = events["survey_answers"].drop_duplicates(["authority", "wave_id", "respondent_id"])
    items = pd.concat(
        [
            app[["authority", "day"]],
            answers[["authority", "answered"]].rename(columns={"answered": "day"}),
            events["feedback"][["authority", "day"]],
        ]
    ).assign(numerator=0, denominator=1)
    told = sums(events, "E2", items, [])
    children = sums(events, "E2", opened.assign(numerator=0, denominator=1), [], at_end=True)
    return {
        cell: (told.get(cell, (0, 0))[1], counted[1]) for cell, counted in children.items()
    }


def _of_groups(events: Events) -> Cells:
    waves = events["survey_waves"]
    closed = waves["closed"].fillna(waves["opened"])
    waves = waves.assign(day=closed, voice_owner=waves["audience"])
    waves = waves.assign(numerator=waves["responded"], denominator=waves["invited"])
    cells = sums(events, "E1", waves, ["voice_owner"])
    asked = events["information_rights"]
    asked = asked[(asked["kind"] == "access") & ~asked["outcome"].eq("withdrawn")]
    a_month = asked["day"] + pd.DateOffset(months=1)
    due = asked["extended"].fillna(a_month)
    asked = asked.assign(day=due, voice_owner=asked["owner"])
    in_time = asked["completed"] <= due
    return cells | sums(
        events, "F2", _facts(asked, in_time, due < events.as_of), ["voice_owner"]
    )
