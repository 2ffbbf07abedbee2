"""Invent what happens before care proceedings: the decision, the letter, the family's own meeting.

Belongs here: cases before court, what the case system and the census each know of them, and their
table of the dataset. Does not belong here: the XML of the census, or what an indicator makes of it.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, add_months, iso, iso_day, year_ends
from orchestration.synthetic.recipe import Place

# The census first asks for family group decision-making in the year that ends in 2027.
_FIRST_ASKED = 2027
_NEVER = -1
_DAYS = ("letter", "meeting", "met", "step", "court")


def plan_cases(place: Place, children: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Return one row a case before court: what happened, and what each source knows of it."""
    draws, rates = place.draws("before court"), place.recipe.rates["before_court"]
    count, begun = len(plans), plans["start"].to_numpy()
    start = begun + draws.whole(15, 150, count)
    limit = np.minimum(plans["end"].to_numpy(), place.as_of)
    chosen = draws.whether(rates["cases"], count) & (start < limit - 5)
    cases = plans.loc[chosen, ["child", "referral_id", "end"]].reset_index(drop=True)
    cases["start"], count = start[chosen], int(chosen.sum())
    cases["family"] = children["family"].to_numpy()[cases["child"]]
    letter = cases["start"] + draws.whole(2, 16, count)
    offered = draws.whether(rates["offered"], count)
    step = letter + draws.whole(50, 160, count)
    drawn = {
        "letter": (letter, draws.whether(rates["letter"], count)),
        "meeting": (letter + draws.whole(6, 35, count), draws.whether(rates["meeting"], count)),
        "met": (letter + draws.whole(8, 45, count), offered & draws.whether(rates["met"], count)),
        "step": (step, draws.whether(rates["step"], count)),
        "court": (step + draws.whole(1, 30, count), draws.whether(rates["court"], count)),
    }
    for name, (day, happens) in drawn.items():
        # A case ends with the plan; without a letter nothing follows.
        known = happens & drawn["letter"][1] & (day <= limit[chosen])
        cases[name] = np.where(known, day, FAR)
    cases["offer"] = offered
    return _as_recorded(place, cases)


def _as_recorded(place: Place, cases: pd.DataFrame) -> pd.DataFrame:
    """Add what the case system lost and what the latest census that has the case can know."""
    draws, count = place.draws("before court records"), len(cases)
    lost = place.recipe.rates["before_court"]["lost"]
    cases["in_extract"] = draws.whether(1 - lost["case"], count)
    cases["in_census"] = draws.whether(1 - lost["census"], count)
    ends = cases[["step", "court", "end"]].min(axis=1).to_numpy()
    census = np.full(count, _NEVER)
    for year_end in census_days(place):
        opens = int(add_months(np.array([year_end + 1]), -12)[0])
        told = cases["in_census"] & (cases["start"] <= year_end) & (ends >= opens)
        census = np.where(told, year_end, census)
    cases["told_on"], cases["ends"] = census, ends
    cases = cases[cases["in_extract"] | (census > _NEVER)].reset_index(drop=True)
    count, census = len(cases), cases["told_on"].to_numpy()
    here = cases["in_extract"].to_numpy()
    kept = {name: here & draws.whether(1 - lost["day"], count) for name in ("letter", "step")}
    # One of the two days by which both sources are known to speak of one case always stays.
    matched = (census == _NEVER) | (cases["letter"].to_numpy() <= census)
    keeps_decision = draws.whether(1 - lost["day"], count) | ~kept["letter"] | ~matched
    cases["extract_start"] = np.where(keeps_decision, cases["start"], FAR)
    for name in _DAYS:
        day = cases[name].to_numpy()
        in_extract = np.where(kept.get(name, here & (name == "meeting")), day, FAR)
        cases[f"extract_{name}"] = in_extract
        in_census = np.where(day <= census, day, FAR)
        cases[f"known_{name}"] = np.where(in_extract < FAR, in_extract, in_census)
    answered = cases["letter"].to_numpy() <= census
    cases["offered"] = np.where(answered, np.where(cases["offer"], "Y", "N"), "")
    met = cases["met"].to_numpy() <= census
    cases["family_met"] = np.where(answered, np.where(met, "Y", "N"), "")
    return cases


def census_days(place: Place) -> list[int]:
    """Return the last days of the years in which the census asks about it."""
    ends = year_ends(place.opens, place.as_of)
    return [day for day in ends if int(iso_day(day)[:4]) >= _FIRST_ASKED]


def extract_table(place: Place, cases: pd.DataFrame, person: Array) -> pd.DataFrame:
    """Return the table of the dataset."""
    draws, count = place.draws("before court tables"), len(cases)
    frame = pd.DataFrame(
        {
            "prep_table_id": cases["case_id"],
            "prep_person_id": person,
            "prep_plo_family_id": np.char.add(
                f"F{place.authority}", cases["family"].to_numpy().astype(str)
            ).astype(object),
            "prep_pre_pro_decision_date": iso(cases["extract_start"]),
            "prep_initial_pre_pro_meeting_date": iso(cases["extract_meeting"]),
            "prep_agree_stepdown_issue_date": iso(cases["extract_step"]),
            "prep_pre_pro_letter_date": iso(cases["extract_letter"]),
            "prep_pre_pro_meetings_num": draws.whole(0, 3, count).astype(str),
            "prep_pre_pro_parents_legal_rep": draws.pick({"Y": 0.8, "N": 0.2}, count),
        }
    )
    return frame[cases["in_extract"].to_numpy()]


def census_table(cases: pd.DataFrame, person: Array) -> pd.DataFrame:
    """Return what the census is made from: days as they happened, whatever the extract lost."""
    told = cases["in_census"].to_numpy()
    days = {name: iso(cases[name]) for name in ("start", *_DAYS)}
    frame = pd.DataFrame({"child": person, "referral": cases["referral_id"], **days})
    frame["ends"] = iso(cases["ends"])
    frame["offered"] = np.where(cases["offer"], "1", "0")
    return frame[told]
