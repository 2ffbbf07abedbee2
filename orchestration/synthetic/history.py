"""Put one authority's history together and give every event its identifier.

Belongs here: the order of invention, identifiers, and which event belongs to which. Does not
belong here: how an event is timed (events), what was said (voice), or the layout of a file.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic import events
from orchestration.synthetic.before_court import plan_cases
from orchestration.synthetic.care import Care, plan_care, plan_leavers
from orchestration.synthetic.clocks import FAR, Array, age_on, padded, year_ends
from orchestration.synthetic.edge_cases import (
    merged_identities,
    near_leap_birthdays,
    on_changing_nights,
)
from orchestration.synthetic.education import plan_education
from orchestration.synthetic.journeys import plan_journeys
from orchestration.synthetic.people import invent_children
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.routine import questionnaires


@dataclass(frozen=True, slots=True)
class History:
    """All that happened in one authority, one frame a subject; dates are day numbers."""

    children: pd.DataFrame
    early_help: pd.DataFrame
    spells: pd.DataFrame
    care: Care
    leavers: pd.DataFrame
    conferences: pd.DataFrame
    cp_plans: pd.DataFrame
    cin_plans: pd.DataFrame
    cin_visits: pd.DataFrame
    cp_visits: pd.DataFrame
    cp_reviews: pd.DataFrame
    cla_visits: pd.DataFrame
    cla_reviews: pd.DataFrame
    missing: pd.DataFrame
    health: pd.DataFrame
    questionnaires: pd.DataFrame
    identities: pd.DataFrame
    before_court: pd.DataFrame
    education: pd.DataFrame


def identifiers(place: Place, prefix: str, count: int) -> Array:
    """Return identifiers that are unique in the authority: prefix, authority, number."""
    return padded(f"{prefix}{place.authority}-", np.arange(1, count + 1), 6)


def invent_history(place: Place) -> History:
    """Invent one authority's children and all that happened to them."""
    children = invent_children(place)
    journeys = plan_journeys(place, children)
    spells, early_help = journeys.spells, journeys.early_help
    spells["source"] = place.draws("referral tables").pick(
        place.recipe.rates["referral_sources"], len(spells)
    )
    _name(place, spells, contact_id="CON", referral_id="REF", assessment_id="ASM", s47_id="S47")
    _name(place, early_help, episode_id="EHE")
    care = plan_care(place, children, spells)
    _name(place, care.periods, cla_id="CLA")
    _name(place, care.placements, placement_id="PLC")
    _name(place, care.episodes, episode_id="EPI")
    _name(place, care.statuses, status_id="LEG")
    _add_officer_contacts(place, care)
    leavers = plan_leavers(place, children, care.periods)
    _name(place, leavers, leaver_id="LEV")
    _add_assessment_facts(place, spells, children)
    conferences = _conferences(place, children, spells)
    cp_plans = _protection_plans(place, spells, conferences)
    cin_plans = _need_plans(place, spells)
    missing = events.missing_episodes(place, care, children)
    _name(place, missing, missing_id="MIS")
    identities = merged_identities(place, children)
    _name(place, identities, link_id="LNK")
    return History(
        children=children,
        early_help=early_help,
        spells=spells,
        care=care,
        leavers=leavers,
        conferences=conferences,
        cp_plans=cp_plans,
        cin_plans=cin_plans,
        cin_visits=_visits(place, children, cin_plans, "CIV", "need visits", (18, 48)),
        cp_visits=_visits(place, children, cp_plans, "CPV", "protection visits", (7, 24)),
        cp_reviews=_conference_reviews(place, children, cp_plans),
        cla_visits=_care_visits(place, care),
        cla_reviews=_care_reviews(place, children, care),
        missing=missing,
        health=_health(place, care),
        questionnaires=_questionnaires(place, care),
        identities=identities,
        before_court=_before_court(place, children, cp_plans),
        education=_education(place, children),
    )


def _before_court(place: Place, children: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    cases = plan_cases(place, children, plans)
    _name(place, cases, case_id="PPC")
    # Of a case that only the census tells, nobody could name the record.
    cases["occasion_id"] = np.where(cases["in_extract"], cases["case_id"], "")
    return cases


def _education(place: Place, children: pd.DataFrame) -> pd.DataFrame:
    rows = plan_education(place, children)
    _name(place, rows, pupil_id="SEN", request_id="EHR", assessment_id="EHA", plan_id="EHP")
    return rows


def _add_officer_contacts(place: Place, care: Care) -> None:
    """Add the reviewing officer's latest contact, which the extract holds for open episodes."""
    rows = care.episodes
    contact = place.as_of - place.draws("episodes").whole(1, 160, len(rows))
    known = (rows["end"] >= FAR) & (contact >= rows["start"])
    rows["officer_contact"] = np.where(known, contact, FAR)


def _health(place: Place, care: Care) -> pd.DataFrame:
    health = events.health_assessments(place, care)
    _name_held(place, health, "health_id", "HEA")
    return health


def _questionnaires(place: Place, care: Care) -> pd.DataFrame:
    asked = questionnaires(place, care)
    _name(place, asked, sdq_id="SDQ")
    return asked


def _name(place: Place, frame: pd.DataFrame, **columns: str) -> None:
    for column, prefix in columns.items():
        frame[column] = identifiers(place, prefix, len(frame))


def _name_held(place: Place, frame: pd.DataFrame, column: str, prefix: str) -> None:
    """Give identifiers to what was held; a missed due date has none."""
    held = frame["held"].to_numpy() < FAR
    frame[column] = ""
    frame.loc[held, column] = identifiers(place, prefix, int(held.sum()))


def _add_assessment_facts(place: Place, spells: pd.DataFrame, children: pd.DataFrame) -> None:
    draws, count = place.draws("assessments"), len(spells)
    needs = draws.pick(place.recipe.rates["needs"], count)
    spells["need"] = np.where(spells["kind"] == "short_break", "N2", needs)
    seen = draws.pick(place.recipe.rates["child_seen"], count)
    born = children["born"].to_numpy()[spells["child"]]
    unborn = age_on(born, np.minimum(spells["authorised"], place.as_of)) < 0
    spells["child_seen"] = np.where(unborn | (spells["authorised"] >= FAR), "", seen)
    # Some extracts lose the link from assessment to referral.
    spells["linked"] = ~draws.whether(0.01, count)
    begun = spells["assessment_start"].to_numpy()
    start = np.where(spells["linked"], spells["referral"], np.where(begun < FAR, begun, 0))
    spells["assessment_due"] = np.where(
        begun < FAR, place.recipe.working_days.after(start, 45), FAR
    )
    asked = np.where(spells["s47_start"] < FAR, spells["s47_start"], 0)
    due = place.recipe.working_days.after(asked, 15)
    spells["s47_due"] = np.where(spells["s47_start"] < FAR, due, FAR)


def _conferences(place: Place, children: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Return initial conferences, also those still to come (no date yet)."""
    chosen = spells[spells["conference_expected"]]
    frame = chosen[["child", "spell", "s47_id", "s47_start", "referral_id"]].copy()
    frame["held"] = chosen["conference"]
    frame["target"] = chosen["conference_target"]
    late = place.recipe.working_days.after(chosen["s47_start"].to_numpy(), 15)
    frame["due"] = np.where(frame["target"] < FAR, frame["target"], late)
    frame = frame.reset_index(drop=True)
    _name(place, frame, conference_id="ICP")
    # Siblings meet in one room: one meeting, and one row for each child.
    family = children["family"].to_numpy()[frame["child"]]
    meeting = pd.factorize(pd.Series(list(zip(family, frame["held"], strict=True))))[0]
    frame["meeting_id"] = padded(f"MEE{place.authority}-", meeting + 1, 6)
    held = frame["held"].to_numpy()
    codes = events.participation(
        place,
        "conference codes",
        children,
        frame["child"].to_numpy(),
        np.minimum(held, place.as_of),
    )
    unknown = place.draws("conference records").whether(0.06, len(frame))
    frame["code"] = np.where((held >= FAR) | unknown, "", codes)
    frame["recorded"] = (held < FAR) & ~unknown
    return frame


def _protection_plans(
    place: Place, spells: pd.DataFrame, conferences: pd.DataFrame
) -> pd.DataFrame:
    chosen = spells[spells["cp_start"] < FAR]
    plans = chosen[["child", "spell", "referral_id"]].copy()
    plans["start"], plans["end"] = chosen["cp_start"], chosen["cp_end"]
    plans = plans.merge(conferences[["spell", "conference_id", "held"]], on="spell", how="left")
    draws = place.draws("protection plans")
    lost = draws.whether(0.02, len(plans))
    plans["conference_id"] = np.where(lost, "", plans["conference_id"])
    plans["anchor"] = np.where(lost, plans["start"], plans["held"]).astype(np.int64)
    categories = {"NEG": 0.48, "EMO": 0.37, "PHY": 0.1, "SAB": 0.05}
    plans["category"] = draws.pick(categories, len(plans))
    plans["plan"] = np.arange(len(plans))
    _name(place, plans, plan_id="CPP")
    return plans


def _need_plans(place: Place, spells: pd.DataFrame) -> pd.DataFrame:
    chosen = spells[spells["cin_start"] < FAR]
    plans = chosen[["child", "spell", "referral_id"]].copy().reset_index(drop=True)
    plans["start"] = chosen["cin_start"].to_numpy()
    plans["end"] = chosen["cin_end"].to_numpy()
    _name(place, plans, plan_id="CIP")
    return plans


def _visits(
    place: Place,
    children: pd.DataFrame,
    plans: pd.DataFrame,
    prefix: str,
    topic: str,
    gap: tuple[int, int],
) -> pd.DataFrame:
    visits = events.unclocked_visits(place, topic, plans, gap)
    near_leap_birthdays(children, visits, plans)
    visits["at_night"] = on_changing_nights(place, visits, plans)
    events.add_seen(place, f"{topic} seen", visits)
    unborn = age_on(children["born"].to_numpy()[visits["child"]], visits["held"].to_numpy()) < 0
    visits.loc[unborn, ["seen", "seen_alone"]] = ""
    _name(place, visits, visit_id=prefix)
    return visits


def _conference_reviews(place: Place, children: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Return review conferences, held and missed, with the code where each system keeps it."""
    reviews = events.conference_reviews(place, children, plans)
    _name_held(place, reviews, "review_id", "CPR")
    held = reviews["held"].to_numpy()
    day = np.minimum(held, place.as_of)
    child = reviews["child"].to_numpy()
    codes = events.participation(place, "review codes", children, child, day)
    draws = place.draws("review records")
    placeholder = place.case_system == "liquidlogic"
    unknown = draws.whether(0.04, len(reviews))
    kept = np.where(unknown | (held >= FAR), "", codes)
    reviews["in_extract"] = "PLACEHOLDER_DATA" if placeholder else kept
    also = placeholder | draws.whether(0.4, len(reviews))
    reviews["recorded"] = also & (held < FAR) & ~unknown
    reviews["code"] = kept
    return reviews


def _care_visits(place: Place, care: Care) -> pd.DataFrame:
    visits = events.placement_visits(place, care)
    _name_held(place, visits, "visit_id", "CLV")
    events.add_seen(place, "care visits seen", visits)
    return visits


def _care_reviews(place: Place, children: pd.DataFrame, care: Care) -> pd.DataFrame:
    """Return looked-after reviews; a code that the extract lost may stand in the yearly return."""
    reviews = pd.concat(
        [events.care_reviews(place, care), events.short_break_reviews(place, care)],
        ignore_index=True,
    )
    _name_held(place, reviews, "review_id", "CLR")
    held = reviews["held"].to_numpy()
    child = reviews["child"].to_numpy()
    codes = events.participation(
        place, "care review codes", children, child, np.minimum(held, place.as_of)
    )
    draws = place.draws("care review records")
    lost = draws.whether(place.recipe.rates["code_blank"], len(reviews))
    reviews["in_extract"] = np.where(lost | (held >= FAR), "", codes)
    lost_there = lost & draws.whether(0.5, len(reviews))
    returned = held <= max(year_ends(place.opens, place.as_of), default=0)
    reviews["in_return"] = np.where(returned & ~lost_there, codes, "")
    reviews["code"] = np.where(lost, reviews["in_return"], reviews["in_extract"])
    return reviews
