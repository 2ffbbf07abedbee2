"""Say from events alone what is true of a child on a day, for the breakdowns of reports.

Belongs here: breakdown values. Does not belong here: counting, or any import from the project.
"""

from typing import Any

import numpy as np
import pandas as pd

from tests.support.second_events import KEY, Events, looked_up, years_old

BREAKDOWNS = [
    *("sex", "age_band", "ethnic_group", "disability", "communication_need", "uasc"),
    *("interpreter_needed", "first_language_group", "care_leaver", "area"),
    *("placement_group", "placement_distance", "legal_group", "category_of_need"),
]
_GROUPS = {"W": "white", "M": "mixed", "A": "asian", "B": "black", "O": "other"}
_WHOLE = {"CHNE": "asian", "REFU": "refused", "NOBT": "unknown", "": "unknown"}
_SPEECH = {"COMM", "LD", "HEAR", "VIS", "AUT"}
_HOMES = {
    **dict.fromkeys(("U1", "U2", "U3"), "kinship_foster"),
    **dict.fromkeys(("U4", "U5", "U6"), "foster"),
    **dict.fromkeys(("K1", "K2", "R1", "R3"), "residential"),
    **dict.fromkeys(("K3", "H5"), "supported_accommodation"),
    "R2": "health_setting",
    "R5": "custody",
    "S1": "residential_school",
    "P1": "with_parents",
    "P2": "independent",
}
_ORDERS = {
    **dict.fromkeys(("C1", "C2"), "care_order"),
    **dict.fromkeys(("L1", "L2"), "emergency_protection"),
    "E1": "adoption_order",
    "V2": "voluntary",
    "V4": "short_break",
    "J1": "youth_justice",
}
_BANDS = {-1: "unborn", 3: "0-3", 7: "4-7", 11: "8-11", 15: "12-15", 17: "16-17", 25: "18-25"}


def described(events: Events, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of authority, child_id and day with every breakdown value of the child."""
    people = _fixed(events)
    frame = frame.reset_index(drop=True)
    for column in people.columns:
        frame[column] = looked_up(people[column], frame).fillna("unknown")
    someone = frame["child_id"].notna()
    age = years_old(looked_up(events.born, frame), frame["day"])
    band = pd.cut(age, [-2, *_BANDS, 200], labels=[*_BANDS.values(), "26+"]).astype(str)
    frame["age_band"] = np.where(someone, band, "unknown")
    leaver = frame["is_leaver"].eq(True) & (age >= 16)
    frame["care_leaver"] = np.where(someone, np.where(leaver, "Y", "N"), "unknown")
    homes, orders, referred = (
        events[name] for name in ("placements", "legal_statuses", "referrals")
    )
    for column, spans, last_day in (
        ("placement_group", homes.assign(value=homes["type"].map(_HOMES)), 0),
        ("placement_distance", homes.assign(value=homes["miles"].map(_how_far)), 0),
        ("legal_group", orders.assign(value=orders["status"].map(_ORDERS)), 0),
        # A referral still says what a child needs on the day it is closed.
        ("category_of_need", referred.assign(value=referred["need"].fillna("unknown")), 1),
    ):
        assert spans["value"].notna().all(), f"a code without a group: {column}"
        frame[column] = _in_force(frame, spans, last_day).fillna("not_applicable")
    return frame


def _in_force(frame: pd.DataFrame, spans: pd.DataFrame, last_day: int) -> "pd.Series[Any]":
    """Return the value of the latest span in which each row's day lies."""
    days = frame[[*KEY, "day"]].dropna().drop_duplicates()
    both = days.merge(spans[[*KEY, "start", "end", "value"]], on=KEY)
    ended = both["end"] + pd.Timedelta(days=last_day) <= both["day"]
    both = both[(both["start"] <= both["day"]) & ~ended]
    both = both.sort_values(["start", "value"], ascending=[False, True])
    found = both.drop_duplicates([*KEY, "day"]).set_index([*KEY, "day"])["value"]
    wanted = pd.MultiIndex.from_frame(frame[[*KEY, "day"]])
    return pd.Series(found.reindex(wanted).to_numpy(), index=frame.index)


def _fixed(events: Events) -> pd.DataFrame:
    people = events["children"].set_index(KEY)
    codes = people["disability_codes"].fillna("").str.split(";").map(set)
    ethnicity = people["ethnicity"].fillna("")
    broad = ethnicity.str[:1].map(_GROUPS)
    record = people["need_record"]
    speech = codes.map(lambda known: "Y" if known & _SPEECH else "unknown")
    leavers = pd.MultiIndex.from_frame(events["care_leavers"][KEY])
    return pd.DataFrame(
        {
            "sex": people["sex"].where(people["sex"].isin(["M", "F"]), "unknown"),
            "ethnic_group": ethnicity.map(_WHOLE).fillna(broad),
            "disability": codes.map(_disability),
            "communication_need": record.fillna(speech),
            "interpreter_needed": people["interpreter_record"].fillna("unknown"),
            "first_language_group": people["language"].fillna("").map(_language),
            "uasc": people["unaccompanied"].map({True: "Y", False: "N"}),
            "area": people["district"].fillna("unknown"),
            "is_leaver": people.index.isin(leavers),
        }
    )


def _how_far(miles: int) -> str:
    if miles < 0:
        return "unknown"
    return "over_20_miles" if miles > 20 else "up_to_20_miles"


def _language(code: str) -> str:
    return {"": "unknown", "eng": "english"}.get(code, "other_language")


def _disability(codes: set[Any]) -> str:
    if codes == {""}:
        return "unknown"
    return "N" if codes == {"NONE"} else "Y"
