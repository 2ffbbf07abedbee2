"""Work out what every indicator must be, from the generator's own lists.

Belongs here: the numerator and denominator of each indicator. Does not belong here: any SQL of
the warehouse, or reading the files that were written.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.characteristics import DATED, OF_COMPARED, STATIC, describe
from orchestration.synthetic.clocks import FAR, Array, add_months
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.counting import Calendar, Cell, add_up, make_calendar
from orchestration.synthetic.history import History
from orchestration.synthetic.outcomes import (
    last_event_before,
    open_children,
    open_spans,
    own_voice_events,
)
from orchestration.synthetic.recipe import Place

COMPARED = ("A1", "A5", "B1", "B3", "D4")
CHILD = [name for name in (*STATIC, *DATED) if name not in OF_COMPARED]
OCCASION = ["stage", "opportunity_type", "voice_owner", *CHILD]
_FAMILY = ["sex", "age_band", "ethnic_group", "disability"]
_OWN_WORDS = ["verbatim", "verbatim_aided", "own_image"]
_LEAVES_ALONE = ["declined", "not_appropriate", "not_able"]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that one authority's truth is worked out from."""

    history: History
    rows: pd.DataFrame
    expressions: pd.DataFrame
    influenced: Array
    replies: pd.DataFrame
    collective: Collective


def work_out(place: Place, told: Told) -> list[Cell]:
    """Return every cell of every indicator with something in its denominator."""
    calendar = make_calendar(place.opens, place.as_of)
    return [
        *_of_opportunities(calendar, told),
        *_of_expressions(calendar, told),
        *_of_children(calendar, told),
        *_of_surveys(calendar, told.collective),
        *_of_rights(place, calendar, told.collective),
    ]


def _by(indicator: str) -> list[str]:
    """Return the breakdowns of an indicator that has them all."""
    return [*OCCASION, *OF_COMPARED] if indicator in COMPARED else OCCASION


def _facts(frame: pd.DataFrame, numerator: Array, denominator: Array) -> pd.DataFrame:
    counted = frame.assign(numerator=numerator, denominator=denominator)
    return counted[counted["denominator"] > 0]


def _of_opportunities(calendar: Calendar, told: Told) -> list[Cell]:
    """Count A1, A2, A5, A6, A10 to A12, B3, C3 and C5."""
    rows = told.rows
    base = describe(told.history, rows["child"].to_numpy(), rows["date"].to_numpy())
    base["day"], base["stage"] = rows["date"], rows["stage"]
    base["opportunity_type"], base["voice_owner"] = rows["kind"], rows["owner"]
    outcome, held, own = rows["outcome"], rows["is_held"].to_numpy(), rows["own"].to_numpy()
    voiced, declined = outcome == "voiced", outcome == "declined"
    in_scope = voiced | (outcome == "missed")
    review = held & own & rows["is_review"].to_numpy()
    coded = review & rows["code"].isin([f"PN{n}" for n in range(1, 8)]).to_numpy()
    unheard = rows["code"].isin(["PN4", "PN7"]).to_numpy()
    seen = held & own & (rows["is_visit"] & (rows["seen"] == "Y")).to_numpy()
    seen &= ~rows["reason"].isin(_LEAVES_ALONE).to_numpy()
    assessed = held & own & (rows["kind"] == "SA_CHILD_SEEN").to_numpy()
    clocked = own & rows["is_clock"].to_numpy() & (rows["due"] < FAR).to_numpy()
    in_time = held & (rows["held"] <= rows["due"]).to_numpy()
    heard_all = _facts(base, voiced.to_numpy(), in_scope.to_numpy())
    counts = {
        "A5": (coded & ~unheard, coded),
        "A6": (coded & unheard, coded),
        "A12": (declined.to_numpy(), (voiced | declined).to_numpy()),
        "B3": (seen & (rows["seen_alone"] == "Y").to_numpy(), seen),
        "C3": (assessed & (rows["seen"] == "Y").to_numpy(), assessed),
        "C5": (clocked & in_time, clocked),
    }
    # The offer of a meeting of the family's own is one of the parents' voice, by the letter.
    unfit = (outcome == "not_appropriate").to_numpy()
    letter = held & (rows["kind"] == "FGDM_OFFER").to_numpy() & ~unfit
    letter &= (rows["owner"] == "parent_carer").to_numpy()
    not_asked = (rows["reason"] == "not_asked") | (rows["answer"] == "not_asked")
    offered = letter & ~((outcome == "missed") & not_asked).to_numpy()
    met = offered & (rows["family_met"] == "Y").to_numpy()
    cells = add_up(calendar, "A1", heard_all, _by("A1"))
    for indicator, (upper, lower) in {"A10": (met, offered), "A11": (offered, letter)}.items():
        cells += add_up(calendar, indicator, _facts(base, upper, lower), _FAMILY)
    cells += add_up(calendar, "A2", heard_all, ["stage"])
    for indicator, (numerator, denominator) in counts.items():
        cells += add_up(calendar, indicator, _facts(base, numerator, denominator), _by(indicator))
    return cells


def _of_expressions(calendar: Calendar, told: Told) -> list[Cell]:
    """Count B1, D1 and D4."""
    said, rows = told.expressions, told.rows
    base = describe(told.history, said["child"].to_numpy(), said["day"].to_numpy())
    at = said["row"].to_numpy()
    linked = at >= 0
    known = np.maximum(at, 0)
    stage, kind = rows["stage"].to_numpy()[known], rows["kind"].to_numpy()[known]
    base["day"], base["voice_owner"] = said["day"], said["owner"]
    base["stage"] = np.where(linked, stage, "not_applicable")
    base["opportunity_type"] = np.where(linked, kind, "not_applicable")
    every = np.arange(len(said))
    influenced = np.isin(every, told.influenced)
    status = pd.Series("", index=every, dtype=object)
    status.loc[told.replies["subject"].to_numpy()] = told.replies["status"].to_numpy()
    needs_reply = influenced | (status != "").to_numpy()
    needs_reply &= ~status.isin(["declined_to_hear", "not_possible"]).to_numpy()
    answered = status.isin(["told", "told_and_understood"]).to_numpy()
    own = said["own"].to_numpy()
    words = own & said["directness"].isin(_OWN_WORDS).to_numpy()
    decision = linked & rows["is_decision"].to_numpy()[known]
    counts = {
        "B1": (words, own),
        "D1": (decision & influenced, decision),
        "D4": (needs_reply & answered, needs_reply),
    }
    cells: list[Cell] = []
    for indicator, (numerator, denominator) in counts.items():
        cells += add_up(calendar, indicator, _facts(base, numerator, denominator), _by(indicator))
    return cells


def _of_children(calendar: Calendar, told: Told) -> list[Cell]:
    """Count A3 and A4 (children open at the period's end) and E2 (feedback per open child)."""
    events = own_voice_events(told.rows, told.expressions)
    ends = calendar.month_ends
    at_end = open_children(told.history, open_spans(told.history), ends)
    child, day = at_end["child"].to_numpy(), at_end["day"].to_numpy()
    half_year_before = add_months(day, -6)
    heard = last_event_before(events, child, day) > half_year_before
    start = at_end["start"].to_numpy()
    base = describe(told.history, child, day)
    base["day"], base["stage"] = day, at_end["stage"].to_numpy()
    six_weeks, six_months = start <= day - 42, start <= half_year_before
    by = ["stage", *CHILD]
    a3 = _facts(base, six_weeks & heard, six_weeks)
    a4 = _facts(base, six_months & ~heard, six_months)
    cells = add_up(calendar, "A3", a3, by, snapshot=True)
    cells += add_up(calendar, "A4", a4, by, snapshot=True)
    return cells + _volume(calendar, told, day)


def _volume(calendar: Calendar, told: Told, open_on: Array) -> list[Cell]:
    """Return E2: items of feedback in the period against children open at its end."""
    said, gathered = told.expressions, told.collective
    app = said[(said["method"] == "app") & (said["kind"] == "")]["day"]
    people = gathered.answers.drop_duplicates(["wave", "respondent"])["answered"]
    days = np.concatenate([app, people, gathered.feedback["day"]])
    items = pd.DataFrame({"day": days, "numerator": 0, "denominator": 1})
    children = pd.DataFrame({"day": open_on, "numerator": 0, "denominator": 1})
    counted = {cell[1:5]: cell[6] for cell in add_up(calendar, "E2", items, []) if cell[3] == "all"}
    return [
        (*cell[:5], counted.get(cell[1:5], 0), cell[6])
        for cell in add_up(calendar, "E2", children, [], snapshot=True)
    ]


def _of_surveys(calendar: Calendar, gathered: Collective) -> list[Cell]:
    """Count E1."""
    waves = gathered.waves
    day = np.where(waves["closed"] < FAR, waves["closed"], waves["opened"])
    facts = pd.DataFrame({"day": day, "voice_owner": waves["audience"]})
    facts["numerator"], facts["denominator"] = waves["responded"], waves["invited"]
    return add_up(calendar, "E1", facts, ["voice_owner"])


def _of_rights(place: Place, calendar: Calendar, gathered: Collective) -> list[Cell]:
    """Count F2."""
    asked = gathered.rights
    asked = asked[(asked["kind"] == "access") & (asked["outcome"] != "withdrawn")]
    asked = asked[asked["due"] < place.as_of]
    facts = pd.DataFrame({"day": asked["due"], "voice_owner": asked["owner"]})
    facts["numerator"] = (asked["completed"] <= asked["due"]).astype(int)
    facts["denominator"] = 1
    return add_up(calendar, "F2", facts, ["voice_owner"])
