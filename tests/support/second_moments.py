"""Find in event lists the moments that no visit or review is, and the clocks of a child at home.

Belongs here: contacts, moves, orders, questionnaires, officers' and advisers' contacts, leaving
care. Does not belong here: what became of a voice (second_opportunities), or any import from the
project.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from tests.support import synthetic_clock as clock
from tests.support.second_events import Events
from tests.support.synthetic_routine import parts_at_home

ANSWERS = {"own": "own_answer", "parent_carer": "parent_answer", "caregiver": "carer_answer"}
ANSWERS |= {"family_network": "network_answer"}
FACTS = ["code", "seen", "seen_alone", "offered", "accepted", "advocate", *ANSWERS.values()]
_SPEAKERS = {"1C": "own_answer", "1A": "parent_answer"}
_ASKED_TO_MOVE = {"CHILD": "own_answer", "CREQB": "carer_answer", "CREQO": "carer_answer"}
# Why no form came back: what the child said to it, and what the carer.
_NO_FORM = {
    "SDQ2": (None, "declined"),
    "SDQ3": ("not_appropriate", "not_appropriate"),
    "SDQ5": ("declined", "not_able"),
}
_NO_CONTACT = {
    "REFU": "declined",
    **dict.fromkeys(("NREQ", "RHOM", "DIED"), "not_appropriate"),
}
_CHILD = ["authority", "child_id"]


def occasions(frame: pd.DataFrame, kind: str, identifier: str, **columns: Any) -> pd.DataFrame:
    """Bring events of one kind into the common shape."""
    shaped = frame[_CHILD].assign(kind=kind, occasion_id=frame[identifier], due=pd.NaT)
    shaped["held"] = frame.get("held", pd.NaT)
    for fact in FACTS:
        shaped[fact] = frame.get(fact, None)
    return shaped.assign(**columns)


def dates(days: "pd.Series[Any]") -> list[date | None]:
    """Return days as plain dates."""
    return [None if pd.isna(day) else day.date() for day in days]


def moments(events: Events) -> list[pd.DataFrame]:
    """Return every moment that stands by itself and for which no clock runs."""
    leavers = events["care_leavers"]
    leavers = leavers[leavers["in_case_system"]]
    in_touch = leavers.assign(own_answer=leavers["in_touch"].map(_NO_CONTACT))
    cared = events["care_periods"]
    cared = cared[~cared["short_break"] & (cared["reason"] != "E2")]
    officer = events["officer_contacts"]
    officer = officer[~officer["short_break"]].sort_values("episode_id")
    officer = officer.drop_duplicates([*_CHILD, "held"])
    helped = events["early_help"]
    return [
        occasions(_answered(events["contacts"], "source", _SPEAKERS), "CONTACT", "contact_id"),
        occasions(helped, "FH_CLOSE", "episode_id", held=helped["end"]),
        _moves(events["placements"]),
        _accommodated(events["legal_statuses"]),
        occasions(officer, "IRO_CONTACT", "episode_id"),
        _questionnaires(events["questionnaires"]),
        occasions(leavers, "PATHWAY_PLAN", "leaver_id", held=leavers["plan_review"]),
        occasions(in_touch, "PA_VISIT", "leaver_id", held=in_touch["contact"]),
        occasions(cared, "EXIT_CARE", "care_id", held=cared["end"]),
    ]


def _answered(frame: pd.DataFrame, column: str, spoke: dict[str, str]) -> pd.DataFrame:
    """Note whose voice a code shows."""
    by = frame[column].map(spoke)
    shown = {name: by.eq(name).map({True: "voiced", False: None}) for name in ANSWERS.values()}
    return frame.assign(**shown)


def _moves(homes: pd.DataFrame) -> pd.DataFrame:
    """Return moves: for a reason that was given, or straight into another placement."""
    homes = homes[~homes["short_break"]].sort_values([*_CHILD, "start", "placement_id"])
    following = homes.groupby(_CHILD)["start"].shift(-1)
    straight = (following - homes["end"]).dt.days <= 1
    moved = homes[homes["end"].notna() & (homes["change_reason"].notna() | straight)]
    answered = _answered(moved, "change_reason", _ASKED_TO_MOVE)
    return occasions(answered, "PLACEMENT_DECISION", "placement_id", held=moved["end"])


def _accommodated(statuses: pd.DataFrame) -> pd.DataFrame:
    """Return beginnings of accommodation; a row that only goes on begins nothing."""
    ordered = statuses.sort_values([*_CHILD, "start", "status_id"])
    by_child = ordered.groupby(_CHILD)
    since = (ordered["start"] - by_child["end"].shift()).dt.days
    goes_on = (by_child["status"].shift() == "V2") & (since <= 1)
    begun = ordered[(ordered["status"] == "V2") & ~goes_on]
    return occasions(begun, "S20_START", "status_id", held=begun["start"])


def _questionnaires(asked: pd.DataFrame) -> pd.DataFrame:
    # A form that was not due at the child's age was no moment to be heard.
    asked = asked[asked["score"].notna() | (asked["reason"] != "SDQ1")]
    answers = [_NO_FORM.get(reason, (None, None)) for reason in asked["reason"]]
    own, carer = ([pair[at] for pair in answers] for at in (0, 1))
    scored = asked["score"].notna()
    return occasions(
        asked.assign(
            own_answer=pd.Series(own, index=asked.index, dtype=object).where(~scored, None),
            carer_answer=pd.Series(carer, index=asked.index, dtype=object).where(~scored, "voiced"),
        ),
        "SDQ",
        "sdq_id",
    )


def visit_clocks(events: Events) -> Iterator[tuple[Any, date, date | None, Any]]:
    """Return each stretch of a placement with the clock of visits that runs in it."""
    orders, reviews = defaultdict(list), defaultdict(list)
    status, held = events["legal_statuses"], events["care_reviews"]
    for one, start in zip(status.itertuples(index=False), dates(status["start"]), strict=True):
        orders[one.authority, one.care_id].append((start, one.status))
    for one, day in zip(held.itertuples(index=False), dates(held["held"]), strict=True):
        reviews[one.authority, one.care_id].append((day, one.review_id, ""))
    homes = events["placements"]
    homes = homes[~homes["short_break"]]
    edges = zip(dates(homes["start"]), dates(homes["end"]), strict=True)
    for home, (begun, left) in zip(homes.itertuples(index=False), edges, strict=True):
        assert begun is not None
        key, parts = (home.authority, home.care_id), [("", begun, left)]
        if home.type == "P1":
            known = [one for one in reviews[key] if one[0] <= events.as_of.date()]
            parts = parts_at_home(begun, left, orders[key], known)
        for variant, start, end in parts:
            runs = clock.home_clock(variant) if variant else clock.visit_clock(start, home.type)
            yield home, start, end, runs
