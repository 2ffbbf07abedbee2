"""Decide what happens to each child: early help, referral, assessment, plans, care and its end.

Belongs here: the dates of episodes and plans of a journey. Does not belong here: visits, reviews
and other events within them, or the layout of a file.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array
from orchestration.synthetic.edge_cases import cast_roles, share_dates, share_journeys
from orchestration.synthetic.people import eighteenth
from orchestration.synthetic.recipe import Draws, Place


@dataclass(frozen=True, slots=True)
class Journeys:
    """Early help episodes and referral journeys; dates after the extract are FAR."""

    early_help: pd.DataFrame
    spells: pd.DataFrame


def plan_journeys(place: Place, children: pd.DataFrame) -> Journeys:
    """Return the early help episodes and the journeys from each referral."""
    roles = cast_roles(place)
    # Death and a move to another authority end everything, as the eighteenth birthday does.
    gone = np.minimum(children["died"].to_numpy(), children["left"].to_numpy())
    adult = np.minimum(eighteenth(children["born"].to_numpy()), gone)
    early, referred = _early_help(place, children, adult)
    referred, early = share_journeys(roles, referred, early)
    chosen = referred < FAR
    first = _spells(
        place,
        "first spell",
        pd.DataFrame(
            {
                "child": children["child"][chosen],
                "kind": children["kind"][chosen],
                "referral": referred[chosen],
                "born": children["born"][chosen],
                "adult": adult[chosen],
            }
        ).reset_index(drop=True),
    )
    first = share_dates(roles, first)
    spells = pd.concat([first, _second_spells(place, first)], ignore_index=True)
    spells["spell"] = np.arange(len(spells))
    step_down = _step_down(place, first)
    episodes = pd.concat([early, step_down], ignore_index=True)
    episodes["end"] = place.known(episodes["end"].to_numpy())
    return Journeys(episodes.reset_index(drop=True), _as_known(place, spells))


def _early_help(place: Place, children: pd.DataFrame, adult: Array) -> tuple[pd.DataFrame, Array]:
    """Return early help episodes and each child's referral day (FAR for no referral)."""
    draws, count = place.draws("early help"), len(children)
    kind = children["kind"].to_numpy()
    start = children["first_contact"].to_numpy()
    born = children["born"].to_numpy()
    usual = np.isin(kind, ["no_further_action", "assessed", "plan", "protection", "care"])
    before = usual & (born <= start)
    before &= draws.whether(place.recipe.rates["early_help_before_referral"], count)
    helped = before | (kind == "early_help")
    end = start + draws.days(140, 0.6, 20, 420, count)
    end = np.minimum(end, np.where(adult >= FAR, FAR, adult - 1))
    gap = np.where(draws.whether(0.45, count), 0, draws.whole(10, 150, count))
    referral = np.where(before, end + gap, start)
    late = (referral > place.as_of - 3) | (referral > adult - 120)
    referral = np.where(np.isin(kind, ["early_help", "leaver"]) | late, FAR, referral)
    episodes = pd.DataFrame({"child": children["child"], "start": start, "end": end})
    return episodes[helped], referral


def _second_spells(place: Place, first: pd.DataFrame) -> pd.DataFrame:
    draws, rates = place.draws("second referrals"), place.recipe.rates
    close = first["close"].to_numpy()
    again = close + draws.whole(30, 700, len(first))
    usual = ~first["kind"].isin(["care", "uasc", "short_break"]).to_numpy()
    usual &= draws.whether(rates["referred_again"], len(first))
    usual &= (again < place.as_of - 3) & (again < first["adult"].to_numpy() - 120)
    chosen = first.loc[usual, ["child", "born", "adult"]].reset_index(drop=True)
    chosen["referral"] = again[usual]
    chosen["kind"] = draws.pick(rates["again"], len(chosen))
    return _spells(place, "second spell", chosen)


def _spells(place: Place, topic: str, spells: pd.DataFrame) -> pd.DataFrame:
    """Add the dates of every stage that a referral leads to."""
    draws, count = place.draws(topic), len(spells)
    kind, referral = spells["kind"].to_numpy(), spells["referral"].to_numpy()
    _add_assessment(place, draws, spells)
    _add_enquiry(place, draws, spells)
    _add_protection_plan(place, draws, spells)
    _add_care(draws, spells)
    _add_plan(draws, spells)
    closes = referral + draws.whole(1, 10, count)
    for column in ("authorised", "s47_end", "cp_end", "cin_end", "care_end"):
        end = spells[column].to_numpy()
        begun = {"cp_end": "cp_start", "cin_end": "cin_start", "care_end": "care_start"}
        exists = spells[begun.get(column, column)].to_numpy() < FAR
        closes = np.maximum(closes, np.where(exists, end + draws.whole(0, 9, count), 0))
    spells["close"] = np.minimum(closes, spells["adult"].to_numpy())
    spells["closed_early"] = kind == "no_further_action"
    return spells


def _add_assessment(place: Place, draws: Draws, spells: pd.DataFrame) -> None:
    count, referral = len(spells), spells["referral"].to_numpy()
    assessed = (spells["kind"] != "no_further_action").to_numpy()
    in_time = draws.whether(place.recipe.rates["assessment_on_time"], count)
    length = np.where(in_time, draws.whole(12, 45, count), draws.whole(46, 85, count))
    start = referral + draws.whole(0, 4, count)
    done = place.recipe.working_days.after(referral, length)
    done = np.minimum(np.maximum(done, start + 1), spells["adult"].to_numpy() - 2)
    spells["assessment_start"] = np.where(assessed, start, FAR)
    spells["authorised"] = np.where(assessed, done, FAR)


def _add_enquiry(place: Place, draws: Draws, spells: pd.DataFrame) -> None:
    """Add the section 47 enquiry and the initial conference that may follow it."""
    count, rates, days = len(spells), place.recipe.rates, place.recipe.working_days
    kind = spells["kind"].to_numpy()
    protected = kind == "protection"
    protected |= (kind == "care") & draws.whether(rates["care_through_protection"], count)
    alone = np.isin(kind, ["assessed", "plan"]) & draws.whether(rates["s47_alone"], count)
    start = days.after(spells["referral"].to_numpy() + draws.whole(0, 30, count), 1)
    late = draws.whether(0.12, count)
    length = np.where(late, draws.whole(16, 28, count), draws.whole(4, 15, count))
    in_time = draws.whether(rates["conference_on_time"], count)
    gap = np.where(in_time, draws.whole(8, 15, count), draws.whole(16, 32, count))
    spells["s47_start"] = np.where(protected | alone, start, FAR)
    spells["s47_end"] = np.where(protected | alone, days.after(start, length), FAR)
    spells["conference"] = np.where(protected, days.after(start, gap), FAR)
    target = days.after(start, 15)
    told = draws.whether(0.9, count)
    spells["conference_target"] = np.where(protected & told, target, FAR)


def _add_protection_plan(place: Place, draws: Draws, spells: pd.DataFrame) -> None:
    count, conference = len(spells), spells["conference"].to_numpy()
    agreed = draws.whether(place.recipe.rates["plan_after_conference"], count)
    agreed |= (spells["kind"] == "care").to_numpy()
    next_day = draws.whether(0.08, count)
    start = np.where(agreed & (conference < FAR), conference + next_day, FAR)
    start = np.where(start > spells["adult"].to_numpy() - 60, FAR, start)
    end = start + draws.days(285, 0.5, 60, 900, count)
    spells["cp_start"] = start
    spells["cp_end"] = np.where(start < FAR, np.minimum(end, spells["adult"] - 1), FAR)


def _add_care(draws: Draws, spells: pd.DataFrame) -> None:
    """Add one period of care; it ends the protection plan that it follows."""
    count, adult = len(spells), spells["adult"].to_numpy()
    kind, referral = spells["kind"].to_numpy(), spells["referral"].to_numpy()
    plan = spells["cp_start"].to_numpy()
    through = plan < FAR
    start = np.where(
        through, plan + draws.whole(20, 220, count), referral + draws.whole(1, 40, count)
    )
    start = np.where(kind == "uasc", referral + draws.whole(0, 1, count), start)
    start = np.where(kind == "short_break", referral + draws.whole(60, 90, count), start)
    born = spells["born"].to_numpy()
    start = np.maximum(start, np.where(born < FAR, born + 1, 0))
    cared = np.isin(kind, ["care", "uasc", "short_break"]) & (start < adult - 10)
    length = draws.days(560, 1.0, 5, 2400, count)
    lasting = np.isin(kind, ["uasc", "short_break"]) | draws.whether(0.25, count)
    end = np.minimum(np.where(lasting, FAR, start + length), adult)
    spells["care_start"] = np.where(cared, start, FAR)
    spells["care_end"] = np.where(cared, end, FAR)
    ends = np.where(through & cared, np.minimum(spells["cp_end"], start), spells["cp_end"])
    spells["cp_end"] = ends


def _add_plan(draws: Draws, spells: pd.DataFrame) -> None:
    """Add the child in need plan, after the assessment or as a step down from protection."""
    count, kind = len(spells), spells["kind"].to_numpy()
    after = np.where(kind == "plan", spells["authorised"] + draws.whole(1, 10, count), FAR)
    down = (kind == "protection") & (spells["cp_end"] < FAR).to_numpy()
    down &= draws.whether(0.6, count)
    start = np.where(down, spells["cp_end"], after)
    start = np.where(start > spells["adult"].to_numpy() - 20, FAR, start)
    end = start + draws.days(165, 0.6, 28, 700, count)
    spells["cin_start"] = start
    spells["cin_end"] = np.where(start < FAR, np.minimum(end, spells["adult"] - 1), FAR)


def _step_down(place: Place, spells: pd.DataFrame) -> pd.DataFrame:
    """Return early help that begins as a referral closes, or some weeks after."""
    draws, count = place.draws("step down"), len(spells)
    close = spells["close"].to_numpy()
    gap = np.where(draws.whether(0.6, count), 0, draws.whole(12, 60, count))
    start = close + gap
    end = np.minimum(start + draws.days(120, 0.5, 30, 300, count), spells["adult"].to_numpy() - 1)
    usual = spells["kind"].isin(["assessed", "plan", "protection"]).to_numpy()
    chosen = usual & draws.whether(0.1, count) & (start < place.as_of - 2) & (end > start + 5)
    every = pd.DataFrame({"child": spells["child"], "start": start, "end": end})
    episodes: pd.DataFrame = every.loc[chosen]
    return episodes


def _as_known(place: Place, spells: pd.DataFrame) -> pd.DataFrame:
    """Blank the dates after the extract, and what never began."""
    known = spells.copy()
    for start, end in (
        ("assessment_start", "authorised"),
        ("s47_start", "s47_end"),
        ("s47_start", "conference"),
        ("s47_start", "conference_target"),
        ("cp_start", "cp_end"),
        ("cin_start", "cin_end"),
        ("care_start", "care_end"),
    ):
        begun = known[start].to_numpy() <= place.as_of
        keep_target = end == "conference_target"
        days = known[end].to_numpy()
        known[end] = np.where(begun, days if keep_target else place.known(days), FAR)
    # A conference that is still to come has a row of its own, without a date.
    known["conference_expected"] = (spells["conference"] < FAR) & (
        known["s47_start"] <= place.as_of
    )
    for column in ("assessment_start", "s47_start", "cp_start", "cin_start", "care_start"):
        known[column] = place.known(known[column].to_numpy())
    known["close"] = place.known(known["close"].to_numpy())
    return known
