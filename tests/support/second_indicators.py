"""Work out every indicator a second time, from events and the catalogue's words.

Belongs here: what is counted on opportunities and on open children. Does not belong here: when a
voice was owed (second_opportunities), what is counted on expressions (second_expressions) or on
feedback, requests and sessions (second_groups), adding up (second_periods), or any import from the
project.
"""

from zoneinfo import ZoneInfo

import pandas as pd

from tests.support.second_events import Events
from tests.support.second_expressions import expressions, of_expressions
from tests.support.second_groups import of_groups
from tests.support.second_opportunities import CODED, HEARD, opportunities, own_voice_days
from tests.support.second_people import described
from tests.support.second_periods import (
    Cells,
    counted,
    facts,
    months_before,
    quantiles,
    sums,
    together,
)

_LEAVES_ALONE = ("declined", "not_appropriate", "not_able")
_LONDON = ZoneInfo("Europe/London")


def second_cells(events: Events) -> Cells:
    """Return every indicator's counts, by authority, period and breakdown value."""
    rows = described(events, opportunities(events))
    said = described(events, expressions(events, rows))
    open_days = described(events, _open_at_month_ends(events))
    return together(
        [
            _of_opportunities(events, rows),
            _of_meetings(events, rows, said),
            of_expressions(events, said),
            _of_children(events, open_days, own_voice_days(events, rows)),
            _of_asks(events, rows),
            of_groups(events, rows, said, open_days),
        ]
    )


def _of_opportunities(events: Events, rows: pd.DataFrame) -> Cells:
    held, own, kind = rows["held"].notna(), rows["own"], rows["kind"]
    voiced, declined = rows["outcome"] == "voiced", rows["outcome"] == "declined"
    heard_or_not = voiced | (rows["outcome"] == "missed")
    review = held & own & kind.str.startswith("CLA_REVIEW")
    visit = held & own & kind.str.contains("_VISIT") & (rows["seen"] == "Y")
    excused, alone = rows["reason"].isin(_LEAVES_ALONE), rows["seen_alone"] == "Y"
    assessed = held & own & (kind == "SA_CHILD_SEEN")
    # Without an entry on being alone a visit was not alone only where a reason says why.
    not_alone = visit & ((rows["seen_alone"] == "N") | (rows["seen_alone"].isna() & excused))
    parent = held & (kind == "SA_PARENT_VIEW") & (rows["voice_owner"] == "parent_carer")
    letter = held & (kind == "FGDM_OFFER") & (rows["voice_owner"] == "parent_carer")
    letter &= rows["outcome"] != "not_appropriate"
    unasked = rows["reason"].fillna(rows["answer"]) == "not_asked"
    offer = letter & ~((rows["outcome"] == "missed") & unasked)
    counts = {
        "A1": (voiced, heard_or_not),
        "A10": (rows["family_met"].eq(True), offer),
        "A11": (offer, letter),
        "A5": (rows["code"].isin(HEARD), review & rows["code"].isin(CODED)),
        "A6": (rows["code"].isin(["PN4", "PN7"]), review & rows["code"].isin(CODED)),
        "A9": (voiced, parent),
        "A12": (declined, voiced | declined),
        "B3": (alone, visit & ~excused),
        "B4": (excused, not_alone),
        "C3": (rows["seen"] == "Y", assessed),
        "C5": (held & (rows["held"] <= rows["due"]), own & kind.str.startswith("CLA_")),
    }
    cells = counted(events, rows, counts)
    by_stage = sums(events, "A2", facts(rows, voiced, heard_or_not), ["stage"])
    return together([cells, by_stage])


def _of_meetings(events: Events, rows: pd.DataFrame, said: pd.DataFrame) -> Cells:
    """Return what needs what was said at the occasion: A7, A8, B8, C1 and C4."""
    linked = said.dropna(subset=["row"])
    at = linked.groupby("row")["day"].min().reindex(rows["row"]).to_numpy()
    watched = (linked["method"] == "observation") | (linked["directness"] == "observed")
    seen = rows["row"].isin(linked.loc[watched, "row"])
    spoken_for = rows["row"].isin(linked.loc[linked["method"] == "advocate", "row"])
    spoken_for |= rows["code"].isin(["PN2", "PN5"]) | (rows["advocate"] == "Y")
    held, own = rows["held"].notna(), rows["own"]
    conference = held & own & rows["kind"].isin(["ICPC", "RCPC_FIRST", "RCPC_NEXT"])
    meeting = conference | (held & own & rows["kind"].str.startswith("CLA_REVIEW"))
    voiced = rows["outcome"] == "voiced"
    decided = held & rows["decision"] & (voiced | (rows["outcome"] == "missed"))
    in_time = pd.isna(at) | (at <= rows["held"]) | (own & rows["code"].isin(HEARD))
    offered = own & (rows["kind"] == "RHI_DONE") & (rows["offered"] == "Y")
    counts = {
        "A7": (rows["code"].isin(HEARD), conference & rows["code"].isin(CODED)),
        "A8": (seen, own & (rows["age"] < 4)),
        "B8": (spoken_for, meeting),
        "C1": (voiced & in_time, decided),
        "C4": (_within_72_hours(events, rows), offered),
    }
    return counted(events, rows, counts)


def _within_72_hours(events: Events, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether an interview was held within the hours that truly passed, clocks or not."""
    gone = events["missing_episodes"]
    gone = gone[gone["recorded"]].dropna(subset=["held"])
    hours = {}
    for one in gone.itertuples(index=False):
        times = [
            (day + pd.Timedelta(minutes=int(minute))).tz_localize(_LONDON)
            for day, minute in ((one.end, one.returned_minute), (one.held, one.held_minute))
        ]
        hours[one.authority, one.missing_id] = (times[1] - times[0]).total_seconds() / 3600
    passed = rows.set_index(["authority", "occasion_id"]).index.map(hours.get)
    passed = pd.Series(passed, index=rows.index, dtype=float)
    return (passed >= 0) & (passed <= 72) & rows["held"].notna()


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
    days = pd.date_range(every["start"].min(), events.as_of, freq="ME").astype("datetime64[ns]")
    now = every.merge(days.to_frame(name="day"), how="cross")
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
    heard_lately = sums(events, "A3", facts(latest, ~quiet, six_weeks), at_end=True)
    silent = sums(events, "A4", facts(latest, quiet, six_months), at_end=True)
    waited = (latest["day"] - latest["last"].fillna(latest["since"])).dt.days
    by = ["stage", "sex", "age_band", "ethnic_group", "disability", "communication_need"]
    waits = quantiles(events, "C6", latest.assign(measured=waited), 0.5, by, at_end=True)
    return together([heard_lately, silent, waits])


def _of_asks(events: Events, rows: pd.DataFrame) -> Cells:
    """Return E7: on how many days of ninety a child was asked."""
    spoke = rows[rows["own"] & rows["outcome"].isin(["voiced", "declined"])]
    answered = events["survey_answers"].dropna(subset=["child_id"])
    answered = answered.assign(day=answered["answered"])
    columns = ["authority", "child_id", "day"]
    days = pd.concat([spoke[columns], answered[columns]]).drop_duplicates()
    ends = pd.date_range(days["day"].min(), events.as_of, freq="ME").astype("datetime64[ns]")
    asked = days.rename(columns={"day": "asked"}).merge(ends.to_frame(name="day"), how="cross")
    since = asked["day"] - asked["asked"]
    asked = asked[(since >= pd.Timedelta(0)) & (since < pd.Timedelta(days=90))]
    number = asked.groupby(columns).size().rename("measured").reset_index()
    return quantiles(events, "E7", number, 0.9, [], at_end=True)
