"""Follow clocks that an authority set for itself, and find moments before court and of education.

Belongs here: which local rule is in force, what falls due under it, letters, family meetings, plans
of pupils. Does not belong here: what became of a voice, or any import from the project.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from tests.support import synthetic_clock as clock
from tests.support.second_events import Events, looked_up, years_old
from tests.support.second_moments import dates, occasions

Interval = tuple[int, str]


@dataclass(frozen=True, slots=True)
class LocalRule:
    """One interval of one authority, for those that begin from a day on and before another."""

    authority: str
    kind: str
    first: Interval
    later: Interval | None
    begins: date
    ends: date | None

    def row(self) -> str:
        """Return it as a line of local_clocks.csv."""
        later = self.later or ("", "")
        days = self.begins.isoformat(), self.ends.isoformat() if self.ends else ""
        return ",".join(map(str, (self.authority, self.kind, *self.first, *later, *days)))


def _later(day: date, interval: Interval, times: int = 1) -> date:
    count, unit = interval[0] * times, interval[1]
    if unit == "month":
        return clock.months_later(day, count)
    if unit == "working_day":
        return clock.working_days_later(day, count)
    return day + timedelta(days=count * {"day": 1, "week": 7}[unit])


def local_chain(
    rules: list[LocalRule], start: date, end: date | None, held: list[Any], as_of: date
) -> list[tuple[date | None, date | None, str]]:
    """Return due day, day held and identifier of what was held and of what was missed."""
    found: list[tuple[date | None, date | None, str]] = []
    anchor = start
    for number, (day, key) in enumerate([*sorted(held), (None, "")], start=1):
        rule = next(
            (
                one
                for one in rules
                if one.begins <= anchor and (one.ends is None or anchor < one.ends)
            ),
            None,
        )
        interval = rule and (rule.first if number == 1 else rule.later)
        limit = day or min(end or as_of, as_of)
        dues: list[date] = []
        if rule and interval:
            due, times = _later(anchor, interval), 0
            while not times or (rule.later and due < limit):
                dues.append(due)
                times += 1
                due = _later(dues[0], rule.later, times) if rule.later else due
        passed = [one for one in dues if one < limit]
        if day is None:
            return found + [(one, None, "") for one in passed]
        found += [(one, None, "") for one in passed[:-1]]
        met = passed[-1] if passed else dues[0] if dues else None
        found.append((met, day, key))
        anchor = day
    return found


def visits_by_local_clock(events: Events, kind: str, plans: str, visits: str) -> list[pd.DataFrame]:
    """Return visits of plans: with a due day, and the missed ones, only where a rule says so."""
    asked = defaultdict(list)
    for rule in events.local_rules:
        if rule.kind == kind:
            asked[rule.authority].append(rule)
    made = events[visits]
    here = made["authority"].isin(asked)
    held = defaultdict(list)
    for one, day in zip(made[here].itertuples(index=False), dates(made[here]["held"]), strict=True):
        held[one.authority, one.child_id].append((day, one.visit_id))
    spans = events[plans]
    spans = spans[spans["authority"].isin(asked)]
    edges = zip(dates(spans["start"]), dates(spans["end"]), strict=True)
    last, rows = events.as_of.date(), []
    for plan, (start, end) in zip(spans.itertuples(index=False), edges, strict=True):
        assert start is not None
        inside = [
            one
            for one in held[plan.authority, plan.child_id]
            if start <= one[0] <= min(end or last, last)
        ]
        for due, day, key in local_chain(asked[plan.authority], start, end, inside, last):
            rows.append((plan.authority, plan.child_id, kind, due, day, key or None))
    columns = ["authority", "child_id", "kind", "due", "held", "occasion_id"]
    frame = pd.DataFrame(rows, columns=columns)
    facts = made[["authority", "visit_id", "seen", "seen_alone"]]
    facts = facts.rename(columns={"visit_id": "occasion_id"})
    timed = frame.merge(facts, on=["authority", "occasion_id"], how="left")
    named = pd.MultiIndex.from_frame(frame[["authority", "occasion_id"]])
    known = pd.MultiIndex.from_frame(made[["authority", "visit_id"]]).isin(named)
    return [occasions(made[~known], kind, "visit_id"), timed]


def before_court(events: Events) -> list[pd.DataFrame]:
    """Return the letter and its offer, the family's own meeting, and the first meeting."""
    cases = events["cases_before_court"]
    met, offered = cases["family_met"] == "Y", cases["offered"] == "Y"
    took_part = met.map({True: "voiced", False: None})
    left_out = took_part.where(met | offered, "not_asked")
    letter = occasions(cases, "FGDM_OFFER", "case_id", held=cases["letter"])
    letter = letter.assign(parent_answer=left_out, network_answer=left_out, family_met=met)
    # The day of the family's meeting is not written down; it was held by the next known day.
    by = cases["step"].fillna(cases["application"]).fillna(cases["letter"])
    meeting = occasions(cases, "FGDM_MEET", "case_id", held=by.where(met))
    meeting = meeting.assign(due=cases["application"], network_answer=took_part)
    rules = {rule.authority: rule for rule in events.local_rules if rule.kind == "PRE_PROC"}
    first = occasions(cases, "PRE_PROC", "case_id", held=cases["first_meeting"])
    first["due"] = pd.to_datetime(
        pd.Series(
            [
                _first_due(rules.get(authority), sent)
                for authority, sent in zip(cases["authority"], dates(cases["letter"]), strict=True)
            ],
            index=cases.index,
            dtype=object,
        )
    )
    return [letter[cases["offered"].notna()], meeting[offered], first]


def _first_due(rule: LocalRule | None, sent: date | None) -> date | None:
    if rule is None or sent is None or sent < rule.begins or (rule.ends and sent >= rule.ends):
        return None
    return _later(sent, rule.first)


def education(events: Events) -> list[pd.DataFrame]:
    """Return assessments for a plan, the latest review of each plan, and the next one due."""
    asked = events["education_requests"]
    begun = asked[asked["assessment_id"].notna()]
    half = begun["requested"] + pd.Timedelta(weeks=20)
    reviewed = asked[asked["plan_id"].notna() & asked["reviewed"].notna()]
    born = looked_up(events.born, reviewed)
    small = years_old(born, reviewed["reviewed"]) < 5
    kind = np.where(small, "EHC_REVIEW_U5", "EHC_REVIEW")
    following = [
        clock.months_later(day.date(), 6 if young else 12)
        for day, young in zip(reviewed["reviewed"], small, strict=True)
    ]
    return [
        occasions(begun, "EHC_ASSESS", "assessment_id", due=half, held=begun["assessed"]),
        occasions(reviewed, "", "plan_id", held=reviewed["reviewed"]).assign(kind=kind),
        occasions(reviewed, "", "plan_id", held=pd.NaT).assign(
            kind=kind, occasion_id=None, due=pd.to_datetime(pd.Series(following, reviewed.index))
        ),
    ]
