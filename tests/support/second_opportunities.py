"""Work out from events alone when a voice was owed, and what became of it: a second time, apart.

Belongs here: the opportunities of the catalogue, their clocks and their outcomes. Does not belong
here: any import from the project, or counting.
"""

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from tests.support import synthetic_clock as clock
from tests.support.second_events import OWN, Events, group_of, looked_up, years_old

# Kind: stage, whose voice (own is the child's), whether something is decided there.
KINDS: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "SA_CHILD_SEEN": ("child_in_need", ("own",), True),
    "SA_PARENT_VIEW": ("child_in_need", ("parent_carer", "family_network"), True),
    "CIN_VISIT": ("child_in_need", ("own", "parent_carer"), False),
    "S47_ENQ": ("child_protection", ("own", "parent_carer"), True),
    "ICPC": (
        "child_protection",
        ("own", "parent_carer", "family_network", "partner_professional"),
        True,
    ),
    "CP_VISIT": ("child_protection", ("own",), False),
    "RHI_DONE": ("missing", ("own",), False),
    "PATHWAY_PLAN": ("leaving_care", ("own",), True),
    "FH_CLOSE": ("family_help", ("own", "parent_carer"), True),
}
KINDS |= dict.fromkeys(("RCPC_FIRST", "RCPC_NEXT"), KINDS["ICPC"])
KINDS |= dict.fromkeys(
    ("CLA_VISIT_FIRST", "CLA_VISIT_YEAR1", "CLA_VISIT_LONG"),
    ("looked_after", ("own", "caregiver"), False),
)
KINDS |= dict.fromkeys(
    ("CLA_REVIEW_1", "CLA_REVIEW_2", "CLA_REVIEW_N"),
    ("looked_after", ("own", "parent_carer", "caregiver"), True),
)
HEARD = ("PN1", "PN2", "PN3", "PN5", "PN6")
CODED = (*HEARD, "PN4", "PN7")
_FACTS = ["code", "seen", "seen_alone", "offered", "accepted", "advocate"]
_days_later = lru_cache(maxsize=None)(clock.working_days_later)


def opportunities(events: Events) -> pd.DataFrame:
    """Return one row a child, occasion and expected voice, with its outcome."""
    rows = pd.concat([*_dated(events), *_clocked(events)], ignore_index=True)
    for column in ("held", "due"):
        rows[column] = pd.to_datetime(rows[column]).astype("datetime64[ns]")
    rows["held"] = rows["held"].where(rows["held"] <= events.as_of)
    rows = rows[rows["held"].notna() | (rows["due"] < events.as_of)]
    rows = rows.assign(on=rows["held"].fillna(rows["due"]))
    rows = rows.assign(expected=rows["kind"].map({kind: KINDS[kind][1] for kind in KINDS}))
    rows = rows.explode("expected", ignore_index=True)
    rows["age"] = years_old(looked_up(events.born, rows), rows["on"])
    rows["own"] = rows["expected"] == "own"
    # Before birth there is nobody to hear; parents and others are still to be heard.
    rows = rows[~rows["own"] | (rows["age"] >= 0)].reset_index(drop=True)
    grown = np.where(rows["age"] >= 16, "young_person", "child")
    rows["voice_owner"] = np.where(rows["own"], grown, rows["expected"])
    rows["stage"] = rows["kind"].map({kind: KINDS[kind][0] for kind in KINDS})
    rows["decision"] = rows["kind"].map({kind: KINDS[kind][2] for kind in KINDS}).astype(bool)
    rows["opportunity_type"], rows["day"] = rows["kind"], rows["on"]
    return _with_outcome(events, rows)


def _occasions(frame: pd.DataFrame, kind: str, identifier: str, **columns: Any) -> pd.DataFrame:
    shaped = frame[["authority", "child_id"]].assign(
        kind=kind, occasion_id=frame[identifier], due=pd.NaT
    )
    shaped["held"] = frame.get("held", pd.NaT)
    for fact in _FACTS:
        shaped[fact] = frame.get(fact, None)
    return shaped.assign(**columns)


def _dated(events: Events) -> list[pd.DataFrame]:
    """Return occasions that stand by themselves; a clock runs at most from one day to one event."""
    assessed, enquired = events["assessments"], events["enquiries"]
    due = [_days_later(day, 45) for day in _dates(assessed["referral_start"])]
    held = assessed["authorised"]
    parts = [
        _occasions(assessed, "SA_CHILD_SEEN", "assessment_id", due=due, held=held).assign(
            seen=assessed["child_seen"]
        ),
        _occasions(assessed, "SA_PARENT_VIEW", "assessment_id", due=due, held=held),
    ]
    due = [_days_later(day, 15) for day in _dates(enquired["start"])]
    parts.append(_occasions(enquired, "S47_ENQ", "s47_id", due=due, held=enquired["end"]))
    met = events["conferences"]
    due = [
        target or _days_later(start, 15)
        for target, start in zip(_dates(met["target"]), _dates(met["enquiry_start"]), strict=True)
    ]
    parts.append(_occasions(met, "ICPC", "conference_id", due=due))
    parts.append(_occasions(events["need_visits"], "CIN_VISIT", "visit_id"))
    parts.append(_occasions(events["protection_visits"], "CP_VISIT", "visit_id"))
    missing = events["missing_episodes"].dropna(subset=["end"])
    three_days = missing["end"] + pd.Timedelta(days=3)
    parts.append(_occasions(missing, "RHI_DONE", "missing_id", due=three_days))
    leavers = events["care_leavers"]
    leavers = leavers[leavers["in_case_system"]]
    parts.append(_occasions(leavers, "PATHWAY_PLAN", "leaver_id", held=leavers["plan_review"]))
    helped = events["early_help"]
    parts.append(_occasions(helped, "FH_CLOSE", "episode_id", held=helped["end"]))
    return parts


def _dates(days: "pd.Series[Any]") -> list[date | None]:
    return [None if pd.isna(day) else day.date() for day in days]


def _clocked(events: Events) -> list[pd.DataFrame]:
    """Return occasions of clocks that start again with every event, met and missed."""
    plans, periods, homes = (
        events[name] for name in ("protection_plans", "care_periods", "placements")
    )
    reviews, visits = events["care_reviews"], events["care_visits"]
    meetings = _by_key(events["protection_reviews"], ["authority", "plan_id"], "review_id")
    rows = []
    for plan, anchor, end in _spans(plans, "conference_held", "end"):
        held = meetings[plan.authority, plan.plan_id]
        rows += _followed(events, plan, anchor, end, held, clock.conference_clock)
    held_reviews = _by_key(reviews, ["authority", "child_id"], "review_id")
    for period, start, end in _spans(periods[~periods["short_break"]], "start", "end"):
        held = held_reviews[period.authority, period.child_id]
        inside = [one for one in held if start <= one[0] and (not end or one[0] <= end)]
        rows += _followed(events, period, start, end, inside, clock.review_clock)
    held_visits = _by_key(visits, ["authority", "child_id"], "visit_id")
    for home, start, end in _spans(homes[~homes["short_break"]], "start", "end"):
        held = held_visits[home.authority, home.child_id]
        # On the day of a move the child is where it moved to.
        inside = [one for one in held if start <= one[0] and (not end or one[0] < end)]
        runs = clock.visit_clock(start, home.type)
        rows += _followed(events, home, start, end, inside, runs)
    columns = ["authority", "child_id", "kind", "due", "held", "occasion_id"]
    frame = pd.DataFrame(rows, columns=columns)
    names = ["authority", "occasion_id"]
    held_events = [events["protection_reviews"].rename(columns={"review_id": "occasion_id"})]
    held_events.append(reviews.rename(columns={"review_id": "occasion_id"}))
    held_events.append(visits.rename(columns={"visit_id": "occasion_id"}))
    facts = pd.concat(held_events, ignore_index=True)
    kept = [column for column in _FACTS if column in facts]
    return [frame.merge(facts[names + kept], on=names, how="left")]


def _by_key(frame: pd.DataFrame, key: list[str], identifier: str) -> Any:
    found: Any = defaultdict(list)
    days = _dates(frame["held"])
    for name, day, one in zip(
        frame[key].itertuples(index=False), days, frame[identifier], strict=True
    ):
        found[tuple(name)].append((day, one, ""))
    return found


def _spans(frame: pd.DataFrame, start: str, end: str) -> Any:
    return zip(frame.itertuples(index=False), _dates(frame[start]), _dates(frame[end]), strict=True)


def _followed(
    events: Events, of: Any, start: date, end: date | None, held: list[Any], runs: Any
) -> list[tuple[Any, ...]]:
    as_of = events.as_of.date()
    steps = clock.chain(start, end, [one for one in held if one[0] <= as_of], runs, as_of)
    return [
        (of.authority, of.child_id, kind, due, day, identifier or None)
        for kind, due, day, identifier, _ in steps
    ]


def _with_outcome(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Add what became of each opportunity."""
    rows["group"] = group_of(rows["voice_owner"])
    rows["row"] = np.arange(len(rows))
    key = ["authority", "occasion_id", "group"]
    said = events["expressions"].dropna(subset=["occasion_id"])
    said["group"] = group_of(said["owner"])
    spoke = pd.MultiIndex.from_frame(said[key])
    absent = events["absent_voices"]
    absent["group"] = group_of(absent["owner"])
    why = absent.drop_duplicates(key).set_index(key)["reason"]
    named = pd.MultiIndex.from_frame(rows[key])
    rows["reason"] = why.reindex(named).to_numpy()
    has_expression = named.isin(spoke) & rows["occasion_id"].notna()
    rows["by_code"] = rows["own"] & rows["code"].isin(HEARD) & rows["held"].notna()
    accepted, offered = rows["accepted"] == "Y", rows["offered"] == "Y"
    voiced = rows["by_code"] | accepted | has_expression
    declined = (offered & (rows["accepted"] == "N")) | (rows["reason"] == "declined")
    too_young = rows["own"] & rows["kind"].str.startswith("CLA_REVIEW") & (rows["age"] < 4)
    unfit = (rows["reason"] == "not_appropriate") | too_young
    rows["outcome"] = np.select(
        [voiced, declined, unfit], ["voiced", "declined", "not_appropriate"], "missed"
    )
    return rows


def own_voice_days(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Return child and day of every event of a child's own voice, recorded or told by a code."""
    said = events["expressions"].dropna(subset=["child_id"])
    said = said[said["owner"].isin(OWN)]
    told = rows[rows["by_code"] | (rows["own"] & (rows["accepted"] == "Y"))]
    both = [said[["authority", "child_id", "day"]], told[["authority", "child_id", "day"]]]
    return pd.concat(both, ignore_index=True)
