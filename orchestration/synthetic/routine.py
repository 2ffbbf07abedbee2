"""Invent what comes round by a clock or is noted once, beside visits and reviews.

Belongs here: which clock of visits a child at home has, short-break reviews, health assessments
and questionnaires. Does not belong here: visits and reviews themselves (events), or files.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.care import Care
from orchestration.synthetic.clocks import FAR, Array, Step, add_months, age_on
from orchestration.synthetic.recipe import Place

# The clock of visits to a child who lives with parents, by the order in force.
_AT_HOME = {"C1": "home_interim", "C2": "home_order"}
# Kind of visit, days to the first, days between.
_HOME_CLOCKS = {
    "home_interim": ("CLA_VISIT_TEMP", 7, 7),
    "home_interim_reviewed": ("CLA_VISIT_TEMP", 28, 28),
    "home_order": ("CLA_VISIT_HOME_CO", 7, 42),
}


def placements_by_clock(care: Care, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return placements, those with parents cut where the clock of visits changes.

    At home the order decides, and under an interim order the first review does too.
    """
    real = ~care.periods["short_break"].to_numpy()[care.placements["period"]]
    homes = care.placements[real].assign(variant="standard")
    with_parents = homes["type"] == "P1"
    pieces = _pieces(homes[with_parents], care.statuses, reviews)
    every = pd.concat([homes[~with_parents], pieces], ignore_index=True)
    return every.sort_values(["placement", "start"], kind="stable").reset_index(drop=True)


def _pieces(homes: pd.DataFrame, statuses: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    first = reviews[reviews["held"] < FAR].groupby("period")["held"].min()
    orders = statuses[["period", "start", "end", "status"]]
    orders = homes[["placement", "period", "start", "end"]].merge(
        orders, on="period", suffixes=("", "_order")
    )
    reviewed = homes["period"].map(first).fillna(FAR).astype(np.int64)
    cuts = pd.concat(
        [
            homes[["placement"]].assign(cut=homes["start"]),
            orders[["placement"]].assign(cut=orders["start_order"]),
            homes[["placement"]].assign(cut=reviewed),
        ]
    ).drop_duplicates()
    pieces = homes.assign(reviewed=reviewed).merge(cuts, on="placement")
    pieces = pieces[(pieces["cut"] >= pieces["start"]) & (pieces["cut"] < pieces["end"])]
    in_force = pieces.merge(
        orders[["placement", "start_order", "end_order", "status"]], on="placement"
    )
    now = in_force["cut"].between(in_force["start_order"], in_force["end_order"] - 1)
    status = in_force[now].set_index(["placement", "cut"])["status"]
    pieces["variant"] = [
        _AT_HOME.get(one, "standard")
        for one in status.reindex(pieces.set_index(["placement", "cut"]).index)
    ]
    past = (pieces["variant"] == "home_interim") & (pieces["cut"] >= pieces["reviewed"])
    pieces.loc[past, "variant"] = "home_interim_reviewed"
    pieces = pieces.sort_values(["placement", "cut"], kind="stable")
    # A turning point that changes nothing, such as a review under a full order, cuts nothing.
    same = (pieces["variant"] == pieces["variant"].shift()) & (
        pieces["placement"] == pieces["placement"].shift()
    )
    pieces = pieces[~same]
    following = pieces.groupby("placement")["cut"].shift(-1)
    pieces["end"] = np.where(following.isna(), pieces["end"], following.fillna(0)).astype(np.int64)
    return pieces.assign(start=pieces["cut"]).drop(columns=["cut", "reviewed"])


def home_step(variant: Array, number: int, anchor: Array) -> Step:
    """Return what the clock of a child at home says next; only for such children."""
    kinds = [_HOME_CLOCKS[one] for one in variant]
    first = np.array([first if number == 1 else later for _, first, later in kinds], dtype=np.int64)
    return Step(
        np.array([kind for kind, _, _ in kinds], dtype=object),
        anchor + first,
        np.array([later for _, _, later in kinds], dtype=np.int64),
        np.zeros(len(kinds), bool),
    )


def short_break_step(number: int, anchor: Array) -> Step:
    """Return what the clock of short-break reviews says next: 3 months, then every 6."""
    count = len(anchor)
    return Step(
        np.full(count, "SHORT_BREAK", dtype=object),
        add_months(anchor, 3 if number == 1 else 6),
        np.full(count, 6),
        np.ones(count, bool),
    )


def health_step(born: Array, anchor: Array) -> Step:
    """Return what the clock of health assessments says next: twice as often before five."""
    months = np.where(age_on(born, anchor) < 5, 6, 12)
    return Step(
        np.full(len(anchor), "HEALTH_ASSESS", dtype=object),
        add_months(anchor, months),
        months,
        np.ones(len(anchor), bool),
    )


def questionnaires(place: Place, care: Care) -> pd.DataFrame:
    """Return one questionnaire for some periods of care: a score, or why there is none."""
    draws, rates = place.draws("questionnaires"), place.recipe.rates["questionnaires"]
    periods = care.periods[~care.periods["short_break"]]
    rows = periods[draws.whether(rates["asked"], len(periods))]
    last = np.minimum(rows["end"].to_numpy(), place.as_of)
    frame = pd.DataFrame({"child": rows["child"].to_numpy()})
    frame["held"] = draws.whole(rows["start"].to_numpy(), last, len(rows))
    scored = draws.whether(rates["scored"], len(rows))
    frame["score"] = np.where(scored, draws.whole(2, 32, len(rows)).astype(str), "")
    frame["reason"] = np.where(scored, "", draws.pick(rates["reasons"], len(rows)))
    return frame
