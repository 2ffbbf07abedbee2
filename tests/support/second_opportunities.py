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
from tests.support.second_events import KEY, OWN, Events, group_of, looked_up, years_old
from tests.support.second_local import before_court, education, visits_by_local_clock
from tests.support.second_moments import ANSWERS, FACTS, dates, moments, occasions, visit_clocks

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
    "PATHWAY_PLAN": ("leaving_care", ("young_person",), True),
    "PA_VISIT": ("leaving_care", ("young_person",), False),
    "EXIT_CARE": ("leaving_care", ("young_person",), False),
    "CONTACT": ("front_door", ("own", "parent_carer"), False),
    "IRO_CONTACT": ("looked_after", ("own",), False),
    "S20_START": ("looked_after", ("own", "parent_carer"), True),
    "CLA_VISIT_HOME_CO": ("looked_after", ("own", "parent_carer"), False),
    "FH_CLOSE": ("family_help", ("own", "parent_carer"), True),
}
KINDS |= dict.fromkeys(("RCPC_FIRST", "RCPC_NEXT"), KINDS["ICPC"])
KINDS |= dict.fromkeys(
    ("CLA_VISIT_FIRST", "CLA_VISIT_YEAR1", "CLA_VISIT_LONG", "CLA_VISIT_TEMP"),
    ("looked_after", ("own", "caregiver"), False),
)
KINDS |= dict.fromkeys(
    ("CLA_REVIEW_1", "CLA_REVIEW_2", "CLA_REVIEW_N", "SHORT_BREAK", "PLACEMENT_DECISION"),
    ("looked_after", ("own", "parent_carer", "caregiver"), True),
)
KINDS |= dict.fromkeys(("HEALTH_ASSESS", "SDQ"), KINDS["CLA_VISIT_FIRST"])
KINDS |= {
    "FGDM_OFFER": ("family_network", ("parent_carer", "family_network"), True),
    "FGDM_MEET": ("family_network", ("own", "parent_carer", "family_network"), True),
    "PRE_PROC": ("family_network", ("own", "parent_carer"), True),
    "EHC_ASSESS": ("send", ("own", "parent_carer"), True),
}
KINDS |= dict.fromkeys(
    ("EHC_REVIEW", "EHC_REVIEW_U5"), ("send", ("own", "parent_carer", "partner_professional"), True)
)
# One row of a list, of care leavers or of cases before court, is the occasion of several.
_SHARED = ("PATHWAY_PLAN", "PA_VISIT", "FGDM_OFFER", "FGDM_MEET", "PRE_PROC")
LINK = ["authority", "occasion_id", "group", "shared"]
HEARD = ("PN1", "PN2", "PN3", "PN5", "PN6")
CODED = (*HEARD, "PN4", "PN7")
_days_later = lru_cache(maxsize=None)(clock.working_days_later)


def opportunities(events: Events) -> pd.DataFrame:
    """Return one row a child, occasion and expected voice, with its outcome."""
    rows = pd.concat([*_dated(events), *moments(events), *_clocked(events)], ignore_index=True)
    for column in ("held", "due"):
        rows[column] = pd.to_datetime(rows[column]).astype("datetime64[ns]")
    rows["held"] = rows["held"].where(rows["held"] <= events.as_of)
    rows = rows[rows["held"].notna() | (rows["due"] < events.as_of)]
    rows = rows.assign(on=rows["held"].fillna(rows["due"]))
    rows = rows.assign(expected=rows["kind"].map({kind: KINDS[kind][1] for kind in KINDS}))
    rows = rows.explode("expected", ignore_index=True)
    rows["age"] = years_old(looked_up(events.born, rows), rows["on"])
    rows["own"] = rows["expected"].isin(["own", "young_person"])
    # Before birth there is nobody to hear; parents and others are still to be heard.
    rows = rows[~rows["own"] | (rows["age"] >= 0)]
    # What only a young person is asked, nobody under 16 is; a carer fills in the questionnaire.
    rows = rows[(rows["expected"] != "young_person") | (rows["age"] >= 16)]
    rows = rows[(rows["kind"] != "SDQ") | ~rows["own"] | rows["own_answer"].notna()]
    rows = rows.reset_index(drop=True)
    grown = np.where(rows["age"] >= 16, "young_person", "child")
    rows["voice_owner"] = np.where(rows["own"], grown, rows["expected"])
    rows["stage"] = rows["kind"].map({kind: KINDS[kind][0] for kind in KINDS})
    rows["decision"] = rows["kind"].map({kind: KINDS[kind][2] for kind in KINDS}).astype(bool)
    rows["opportunity_type"], rows["day"] = rows["kind"], rows["on"]
    return _with_outcome(events, rows)


def _dated(events: Events) -> list[pd.DataFrame]:
    """Return occasions that stand by themselves; a clock runs at most from one day to one event."""
    assessed, enquired = events["assessments"], events["enquiries"]
    due = [_days_later(day, 45) for day in dates(assessed["referral_start"])]
    held = assessed["authorised"]
    parts = [
        occasions(assessed, "SA_CHILD_SEEN", "assessment_id", due=due, held=held).assign(
            seen=assessed["child_seen"]
        ),
        occasions(assessed, "SA_PARENT_VIEW", "assessment_id", due=due, held=held),
    ]
    due = [_days_later(day, 15) for day in dates(enquired["start"])]
    parts.append(occasions(enquired, "S47_ENQ", "s47_id", due=due, held=enquired["end"]))
    met = events["conferences"]
    due = [
        target or _days_later(start, 15)
        for target, start in zip(dates(met["target"]), dates(met["enquiry_start"]), strict=True)
    ]
    parts.append(occasions(met, "ICPC", "conference_id", due=due))
    parts += visits_by_local_clock(events, "CIN_VISIT", "need_plans", "need_visits")
    parts += visits_by_local_clock(events, "CP_VISIT", "protection_plans", "protection_visits")
    parts += [*before_court(events), *education(events)]
    missing = events["missing_episodes"].dropna(subset=["end"])
    three_days = missing["end"] + pd.Timedelta(days=3)
    parts.append(occasions(missing, "RHI_DONE", "missing_id", due=three_days))
    return parts


def _clocked(events: Events) -> list[pd.DataFrame]:
    """Return occasions of clocks that start again with every event, met and missed."""
    plans, periods = events["protection_plans"], events["care_periods"]
    reviews, visits, checks = (
        events[name] for name in ("care_reviews", "care_visits", "health_assessments")
    )
    meetings = _by_key(events["protection_reviews"], ["authority", "plan_id"], "review_id")
    rows = []
    for plan, anchor, end in _spans(plans, "conference_held", "end"):
        held = meetings[plan.authority, plan.plan_id]
        rows += _followed(events, plan, anchor, end, held, clock.conference_clock)
    held_reviews = _by_key(reviews, KEY, "review_id")
    held_checks = _by_key(checks, KEY, "health_id")
    born = dict(zip(events.born.index, dates(events.born), strict=True))
    for period, start, end in _spans(periods, "start", "end"):
        child = period.authority, period.child_id
        runs = clock.short_break_clock if period.short_break else clock.review_clock
        inside = _inside(held_reviews[child], start, end)
        rows += _followed(events, period, start, end, inside, runs)
        if not period.short_break:
            inside, runs = _inside(held_checks[child], start, end), clock.health_clock(born[child])
            rows += _followed(events, period, start, end, inside, runs)
    held_visits = _by_key(visits, KEY, "visit_id")
    for home, start, end, runs in visit_clocks(events):
        # On the day of a move the child is where it moved to.
        held = held_visits[home.authority, home.child_id]
        inside = [one for one in held if start <= one[0] and (not end or one[0] < end)]
        rows += _followed(events, home, start, end, inside, runs)
    columns = ["authority", "child_id", "kind", "due", "held", "occasion_id"]
    frame = pd.DataFrame(rows, columns=columns)
    names = ["authority", "occasion_id"]
    held_events = [events["protection_reviews"].rename(columns={"review_id": "occasion_id"})]
    held_events.append(reviews.rename(columns={"review_id": "occasion_id"}))
    held_events.append(visits.rename(columns={"visit_id": "occasion_id"}))
    held_events.append(checks.rename(columns={"health_id": "occasion_id"}))
    facts = pd.concat(held_events, ignore_index=True)
    kept = [column for column in FACTS if column in facts]
    return [frame.merge(facts[names + kept], on=names, how="left")]


def _inside(held: list[Any], start: date, end: date | None) -> list[Any]:
    return [one for one in held if start <= one[0] and (not end or one[0] <= end)]


def _by_key(frame: pd.DataFrame, key: list[str], identifier: str) -> Any:
    found: Any = defaultdict(list)
    days = dates(frame["held"])
    for name, day, one in zip(
        frame[key].itertuples(index=False), days, frame[identifier], strict=True
    ):
        found[tuple(name)].append((day, one, ""))
    return found


def _spans(frame: pd.DataFrame, start: str, end: str) -> Any:
    return zip(frame.itertuples(index=False), dates(frame[start]), dates(frame[end]), strict=True)


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
    rows["shared"] = shared(rows["kind"])
    said = events["expressions"].dropna(subset=["occasion_id"])
    said["group"], said["shared"] = group_of(said["owner"]), shared(said["opportunity_type"])
    spoke = pd.MultiIndex.from_frame(said[LINK])
    absent = events["absent_voices"]
    absent["group"], absent["shared"] = (
        group_of(absent["owner"]),
        shared(absent["opportunity_type"]),
    )
    why = absent.drop_duplicates(LINK).set_index(LINK)["reason"]
    named = pd.MultiIndex.from_frame(rows[LINK])
    rows["reason"] = why.reindex(named).to_numpy()
    has_expression = named.isin(spoke) & rows["occasion_id"].notna()
    rows["by_code"] = rows["own"] & rows["code"].isin(HEARD) & rows["held"].notna()
    accepted, offered = rows["accepted"] == "Y", rows["offered"] == "Y"
    rows["answer"] = None
    for group, answer in ANSWERS.items():
        rows["answer"] = rows["answer"].where(rows["group"] != group, rows[answer])
    rows["by_code"] |= rows["own"] & (rows["answer"] == "voiced")
    voiced = rows["by_code"] | accepted | has_expression | (rows["answer"] == "voiced")
    declined = (offered & (rows["accepted"] == "N")) | (rows["reason"] == "declined")
    declined |= rows["answer"] == "declined"
    too_young = rows["own"] & rows["kind"].str.startswith("CLA_REVIEW") & (rows["age"] < 4)
    unfit = (rows["reason"] == "not_appropriate") | too_young
    unfit |= rows["answer"] == "not_appropriate"
    rows["outcome"] = np.select(
        [voiced, declined, unfit], ["voiced", "declined", "not_appropriate"], "missed"
    )
    return rows


def shared(kind: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the kind where one record is the occasion of several, by which they are told apart."""
    return kind.where(kind.isin(_SHARED), "")


def own_voice_days(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Return child and day of every event of a child's own voice, recorded or told by a code."""
    said = events["expressions"].dropna(subset=["child_id"])
    said = said[said["owner"].isin(OWN)]
    told = rows[rows["by_code"] | (rows["own"] & (rows["accepted"] == "Y"))]
    both = [said[["authority", "child_id", "day"]], told[["authority", "child_id", "day"]]]
    return pd.concat(both, ignore_index=True)
