"""Fill each period of care: placements, legal statuses, episodes, and those who leave it.

Belongs here: what changes while a child is looked after. Does not belong here: visits, reviews
and return interviews (they are events with a clock), or the layout of a file.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, age_on, year_ends
from orchestration.synthetic.recipe import Draws, Place

_SUPPORTED_REGISTERED_FROM = 19_814  # 1 April 2024: K3 takes the place of H5
_NO_INDEPENDENT_FROM = 19_658  # 28 October 2023: P2 is no longer valid


@dataclass(frozen=True, slots=True)
class Care:
    """Periods of care and what they are made of; open ends are FAR."""

    periods: pd.DataFrame
    placements: pd.DataFrame
    statuses: pd.DataFrame
    episodes: pd.DataFrame


def plan_care(place: Place, children: pd.DataFrame, spells: pd.DataFrame) -> Care:
    """Return every period of care with its placements, legal statuses and episodes."""
    chosen = spells[spells["care_start"] < FAR]
    child = chosen["child"].to_numpy()
    periods = pd.DataFrame(
        {
            "child": child,
            "spell": chosen["spell"].to_numpy(),
            "kind": chosen["kind"].to_numpy(),
            "start": chosen["care_start"].to_numpy(),
            "end": chosen["care_end"].to_numpy(),
            "born": children["born"].to_numpy()[child],
        }
    )
    periods.insert(0, "period", np.arange(len(periods)))
    periods["short_break"] = periods["kind"] == "short_break"
    placements = _placements(place, periods)
    statuses = _statuses(place, periods)
    episodes = _episodes(periods, placements, statuses)
    periods["last_status"] = statuses.groupby("period")["status"].last().reindex(periods["period"])
    _add_end_reasons(place, periods)
    died = children["died"].to_numpy()[child]
    periods.loc[(periods["end"] == died) & (died < FAR), "reason"] = "E2"
    return Care(periods, placements, statuses, episodes)


def _placements(place: Place, periods: pd.DataFrame) -> pd.DataFrame:
    """Return one row a placement, each starting where the one before ended."""
    draws = place.draws("placements")
    row, start = periods["period"].to_numpy(), periods["start"].to_numpy()
    parts = []
    while len(row):
        count, last = len(row), np.minimum(periods["end"].to_numpy()[row], place.as_of)
        length = draws.days(330, 1.1, 4, 3000, count)
        stays = draws.whether(0.3, count) | periods["short_break"].to_numpy()[row]
        moves = ~stays & (start + length < last - 3)
        end = np.where(moves, start + length, periods["end"].to_numpy()[row])
        age = age_on(periods["born"].to_numpy()[row], start)
        kinds = _placement_kinds(place, draws, age, start)
        parts.append(pd.DataFrame({"period": row, "start": start, "end": end, "type": kinds}))
        row, start = row[moves], (start + length)[moves]
    placements = pd.concat(parts, ignore_index=True) if parts else _empty_placements()
    placements = placements.sort_values(["period", "start"]).reset_index(drop=True)
    placements["placement"] = np.arange(len(placements))
    placements["child"] = periods["child"].to_numpy()[placements["period"]]
    reasons = draws.pick(place.recipe.rates["change_reasons"], len(placements))
    final = placements["end"].to_numpy() == periods["end"].to_numpy()[placements["period"]]
    placements["change_reason"] = np.where(final, "", reasons)
    groups = place.recipe.rates["placement_groups"]
    placements["group"] = placements["type"].map(groups).to_numpy()
    away = place.draws("distance from home")
    miles = away.whole(0, 60, len(placements))
    placements["miles"] = np.where(away.whether(0.06, len(placements)), -1, miles)
    far = np.where(placements["miles"] > 20, "over_20_miles", "up_to_20_miles")
    placements["distance"] = np.where(placements["miles"] < 0, "unknown", far)
    return placements


def _empty_placements() -> pd.DataFrame:
    columns = {"period": int, "start": int, "end": int, "type": object}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def _placement_kinds(place: Place, draws: Draws, age: Array, start: Array) -> Array:
    kinds = np.full(len(age), "U6", dtype=object)
    for from_age, shares in place.recipe.rates["placements"].items():
        kinds = np.where(age >= int(from_age), draws.pick(shares, len(age)), kinds)
    kinds = np.where((kinds == "K3") & (start < _SUPPORTED_REGISTERED_FROM), "H5", kinds)
    return np.where((kinds == "P2") & (start >= _NO_INDEPENDENT_FROM), "K3", kinds)


def _statuses(place: Place, periods: pd.DataFrame) -> pd.DataFrame:
    """Return one row a legal status; short breaks keep theirs."""
    draws, rates = place.draws("legal statuses"), place.recipe.rates
    row, start = periods["period"].to_numpy(), periods["start"].to_numpy()
    status = draws.pick(rates["legal_first"], len(row))
    status = np.where(periods["kind"] == "uasc", "V2", status)
    young = age_on(periods["born"].to_numpy(), start) < 11
    status = np.where((status == "J1") & young, "C1", status)
    status = np.where(periods["short_break"], "V4", status)
    parts = []
    while len(row):
        count, last = len(row), np.minimum(periods["end"].to_numpy()[row], place.as_of)
        following, chance, gap = status.copy(), np.zeros(count), np.zeros(count, dtype=np.int64)
        for now, (then, share, low, high) in rates["legal_next"].items():
            here = status == now
            following[here], chance[here] = then, share
            gap[here] = draws.whole(int(low), int(high), int(here.sum()))
        young = age_on(periods["born"].to_numpy()[row], start) < 5
        chance = np.where((following == "E1") & ~young, 0, chance)
        chance = np.where(periods["kind"].to_numpy()[row] == "uasc", 0, chance)
        moves = draws.whether(chance, count) & (start + gap < last - 2)
        end = np.where(moves, start + gap, periods["end"].to_numpy()[row])
        parts.append(pd.DataFrame({"period": row, "start": start, "end": end, "status": status}))
        row, start, status = row[moves], (start + gap)[moves], following[moves]
    statuses = pd.concat(parts, ignore_index=True) if parts else _empty_statuses()
    statuses = statuses.sort_values(["period", "start"]).reset_index(drop=True)
    statuses["child"] = periods["child"].to_numpy()[statuses["period"]]
    statuses["group"] = statuses["status"].map(rates["legal_groups"]).to_numpy()
    return statuses


def _empty_statuses() -> pd.DataFrame:
    return _empty_placements().rename(columns={"type": "status"})


def _episodes(
    periods: pd.DataFrame, placements: pd.DataFrame, statuses: pd.DataFrame
) -> pd.DataFrame:
    """Return one row an episode: a new one where placement or legal status changes."""
    moves = placements[["period", "start", "placement", "type"]].assign(moved=True)
    orders = statuses[["period", "start", "status"]].assign(ordered=True)
    episodes = moves.merge(orders, on=["period", "start"], how="outer")
    episodes = episodes.sort_values(["period", "start"]).reset_index(drop=True)
    for column in ("placement", "type", "status"):
        episodes[column] = episodes.groupby("period")[column].ffill()
    moved = episodes["moved"].notna().to_numpy()
    ordered = episodes["ordered"].notna().to_numpy()
    first = ~episodes["period"].duplicated().to_numpy()
    following = episodes.groupby("period")["start"].shift(-1)
    ends = periods["end"].to_numpy()[episodes["period"]]
    last = following.isna().to_numpy()
    episodes["end"] = np.where(last, ends, following.fillna(0)).astype(np.int64)
    episodes["reason"] = np.select(
        [first, moved & ordered, moved, ordered], ["S", "B", "P", "L"], default="L"
    )
    episodes["last"] = last
    episodes["child"] = periods["child"].to_numpy()[episodes["period"]]
    episodes["placement"] = episodes["placement"].astype(np.int64)
    return episodes.drop(columns=["moved", "ordered"])


def _add_end_reasons(place: Place, periods: pd.DataFrame) -> None:
    """Add why care ended: adoption after a placement order, independence at 18, home otherwise."""
    draws, count = place.draws("end of care"), len(periods)
    age = age_on(periods["born"].to_numpy(), np.minimum(periods["end"], place.as_of))
    usual = {"E4A": 0.46, "E4B": 0.1, "E13": 0.14, "E41": 0.08, "E47": 0.1, "E8": 0.12}
    older = {"E5": 0.42, "E6": 0.2, "E17": 0.26, "E7": 0.05, "E8": 0.07}
    reason = np.where(age >= 17, draws.pick(older, count), draws.pick(usual, count))
    adopted = (periods["last_status"] == "E1").to_numpy()
    reason = np.where(adopted, draws.pick({"E11": 0.3, "E12": 0.7}, count), reason)
    periods["reason"] = np.where(periods["end"] >= FAR, "", reason)
    periods["adopted"] = adopted & (periods["end"] < FAR).to_numpy()


def plan_leavers(place: Place, children: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Return one row a care leaver: left care at 16 or over, or known as a leaver only."""
    draws = place.draws("care leavers")
    left = periods[(periods["end"] < FAR) & ~periods["short_break"]]
    left = left[age_on(left["born"].to_numpy(), left["end"].to_numpy()) >= 16]
    only = children[children["kind"] == "leaver"]
    leavers = pd.DataFrame(
        {
            "child": np.concatenate([left["child"].to_numpy(), only["child"].to_numpy()]),
            "since": np.concatenate([left["end"].to_numpy(), only["first_contact"].to_numpy()]),
        }
    )
    leavers = leavers.sort_values("since").drop_duplicates("child", keep="last")
    leavers = leavers.sort_values("child").reset_index(drop=True)
    count, since = len(leavers), leavers["since"].to_numpy()
    born = children["born"].to_numpy()[leavers["child"]]
    recent = np.maximum(since, place.as_of - draws.whole(0, 400, count))
    reviewed = draws.whether(0.84, count)
    leavers["plan_review"] = np.where(reviewed, recent, FAR)
    leavers["born"] = born
    leavers["in_touch"] = draws.pick(
        {"YES": 0.85, "NO": 0.07, "REFU": 0.04, "NREQ": 0.03, "RHOM": 0.01}, count
    )
    touch = (leavers["in_touch"] == "YES").to_numpy()
    homes = {"U1": 0.3, "K1": 0.12, "D1": 0.2, "B1": 0.14, "Z1": 0.12, "E1": 0.05, "V2": 0.04}
    work = {"F2": 0.3, "F5": 0.2, "G5": 0.26, "G4": 0.08, "F1": 0.07, "F4": 0.05, "G6": 0.04}
    leavers["home"] = np.where(touch, draws.pick(homes, count), "0")
    leavers["activity"] = np.where(touch, draws.pick(work, count), "0")
    leavers["contact"] = np.maximum(since, place.as_of - draws.whole(0, 120, count))
    # A few leavers are in the yearly return but not in the case system's own list.
    lost = draws.whether(0.04, count)
    returned = np.zeros(count, dtype=bool)
    for ends in year_ends(place.opens, place.as_of):
        returned |= in_return(leavers, ends)
    leavers["in_extract"] = ~(lost & returned)
    return leavers


def in_return(leavers: pd.DataFrame, ends: int) -> Array:
    """Return who is in the return of the year that ends on a day: leavers of 17 to 21."""
    age = age_on(leavers["born"].to_numpy(), np.full(len(leavers), ends))
    left = leavers["since"].to_numpy() <= ends
    return np.asarray(left & (age >= 17) & (age <= 21))
