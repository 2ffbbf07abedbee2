"""Hold the events of a journey: assessments, visits, conferences, reviews, interviews.

Belongs here: when each event was due and held, whether the child was seen, and which taking-part
code it has. Does not belong here: who spoke and what was said, or the layout of a file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.care import Care
from orchestration.synthetic.clocks import FAR, Array, Step, add_months, age_on, walk
from orchestration.synthetic.edge_cases import AT_NIGHT, over_birthday, returns_at_clock_changes
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.routine import (
    health_step,
    home_step,
    placements_by_clock,
    short_break_step,
)

Clock = Callable[[int, Array, Array], Step]
_HEARD = ("PN1", "PN2", "PN3", "PN5", "PN6")


@dataclass(frozen=True, slots=True)
class Timing:
    """How punctual events are: the chance of being in time, a chain at a time."""

    draws: Draws
    in_time: Array
    late_not_skipped: float
    born: Array
    over_birthdays: float

    def hold(self, chains: Array, anchor: Array, step: Step) -> Array:
        """Return the day of each chain's next event: in time, late, or one due date skipped."""
        count, draws = len(chains), self.draws
        span = np.maximum(step.first_due - anchor, 2)
        early = np.minimum(draws.whole(0, span // 3, count), 21)
        late = step.first_due + 1 + draws.days(9, 0.8, 1, 60, count)
        every = np.arange(count)
        skipped = step.due(every, 2) + draws.whole(-1, 12, count)
        mode = draws.rng.random(count)
        in_time = self.in_time[chains]
        limit = in_time + (1 - in_time) * self.late_not_skipped
        held = np.select([mode < in_time, mode < limit], [step.first_due - early, late], skipped)
        born = self.born[chains]
        held = over_birthday(draws, self.over_birthdays, held, step.first_due, born)
        return np.asarray(np.maximum(held, anchor + 1))


def _timing(place: Place, topic: str, in_time: Array, born: Array) -> Timing:
    rates, edges = place.recipe.rates, place.recipe.edge_cases
    over = edges["turning_four_or_sixteen"] if edges["planted"] else 0.0
    return Timing(place.draws(topic), in_time, rates["late_not_skipped"], born, over)


def placement_visits(place: Place, care: Care) -> pd.DataFrame:
    """Return looked-after visits, held and missed, by placement (not for short breaks)."""
    homes = placements_by_clock(care, care_reviews(place, care))
    start, end = homes["start"].to_numpy(), homes["end"].to_numpy()
    a_year = add_months(start, 12)
    lasting = homes["type"].isin(["U1", "U4"]).to_numpy()
    variant = homes["variant"].to_numpy()
    at_home = variant != "standard"

    def clock(number: int, chains: Array, anchor: Array) -> Step:
        step, home = away(number, chains, anchor), at_home[chains]
        parents = home_step(variant[chains[home]], number, anchor[home])
        for usual, other in zip(step.parts, parents.parts, strict=True):
            usual[home] = other
        return step

    def away(number: int, chains: Array, anchor: Array) -> Step:
        if number == 1:
            kind = np.full(len(chains), "CLA_VISIT_FIRST", dtype=object)
            return Step(kind, anchor + 7, np.full(len(chains), 42), np.zeros(len(chains), bool))
        long = lasting[chains] & (anchor >= a_year[chains])
        return Step(
            np.where(long, "CLA_VISIT_LONG", "CLA_VISIT_YEAR1").astype(object),
            np.where(long, add_months(anchor, 3), anchor + 42),
            np.where(long, 3, 42),
            long,
        )

    gap = place.recipe.gaps["residential_on_time"]
    in_time = np.full(len(homes), place.recipe.rates["visit_on_time"]["CLA_VISIT"])
    in_time += np.where(homes["group"] == gap["value"], gap["points"] / 100, 0)
    born = care.periods["born"].to_numpy()[homes["period"]]
    timing = _timing(place, "care visits", in_time, born)
    # The child is in the placement on its first day but not on its last.
    last = np.minimum(end - 1, place.as_of)
    visits = walk(start, end, last, place.as_of, clock, timing.hold)
    visits["child"] = homes["child"].to_numpy()[visits["chain"]]
    visits["period"] = homes["period"].to_numpy()[visits["chain"]]
    return visits


def care_reviews(place: Place, care: Care) -> pd.DataFrame:
    """Return looked-after reviews, held and missed, by period of care (not for short breaks)."""
    periods = care.periods[~care.periods["short_break"]].reset_index(drop=True)
    working_days = place.recipe.working_days

    def clock(number: int, chains: Array, anchor: Array) -> Step:
        count = len(chains)
        months = np.full(count, 3 if number <= 2 else 6)
        name = f"CLA_REVIEW_{number if number <= 2 else 'N'}"
        first = working_days.after(anchor, 20) if number == 1 else add_months(anchor, months)
        return Step(np.full(count, name, dtype=object), first, months, np.ones(count, bool))

    in_time = np.full(len(periods), place.recipe.rates["visit_on_time"]["CLA_REVIEW"])
    timing = _timing(place, "care reviews", in_time, periods["born"].to_numpy())
    start, end = periods["start"].to_numpy(), periods["end"].to_numpy()
    last = np.minimum(end, place.as_of)
    reviews = walk(start, end, last, place.as_of, clock, timing.hold)
    reviews["child"] = periods["child"].to_numpy()[reviews["chain"]]
    reviews["period"] = periods["period"].to_numpy()[reviews["chain"]]
    return reviews


def short_break_reviews(place: Place, care: Care) -> pd.DataFrame:
    """Return reviews of short breaks, held and missed."""
    periods = care.periods[care.periods["short_break"]].reset_index(drop=True)

    def clock(number: int, _: Array, anchor: Array) -> Step:
        return short_break_step(number, anchor)

    return _in_periods(place, periods, "SHORT_BREAK", clock)


def health_assessments(place: Place, care: Care) -> pd.DataFrame:
    """Return health assessments, held and missed, by period of care (not for short breaks)."""
    periods = care.periods[~care.periods["short_break"]].reset_index(drop=True)
    born = periods["born"].to_numpy()

    def clock(_: int, chains: Array, anchor: Array) -> Step:
        return health_step(born[chains], anchor)

    return _in_periods(place, periods, "HEALTH_ASSESS", clock)


def _in_periods(place: Place, periods: pd.DataFrame, kind: str, clock: Clock) -> pd.DataFrame:
    in_time = np.full(len(periods), place.recipe.rates["visit_on_time"][kind])
    timing = _timing(place, kind, in_time, periods["born"].to_numpy())
    start, end = periods["start"].to_numpy(), periods["end"].to_numpy()
    held = walk(start, end, np.minimum(end, place.as_of), place.as_of, clock, timing.hold)
    held["child"] = periods["child"].to_numpy()[held["chain"]]
    held["period"] = periods["period"].to_numpy()[held["chain"]]
    return held


def conference_reviews(place: Place, children: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Return review conferences, held and missed, by protection plan."""

    def clock(number: int, chains: Array, anchor: Array) -> Step:
        count = len(chains)
        months = np.full(count, 3 if number == 1 else 6)
        name = "RCPC_FIRST" if number == 1 else "RCPC_NEXT"
        kind = np.full(count, name, dtype=object)
        return Step(kind, add_months(anchor, months), months, np.ones(count, bool))

    in_time = np.full(len(plans), place.recipe.rates["visit_on_time"]["RCPC"])
    born = children["born"].to_numpy()[plans["child"]]
    timing = _timing(place, "conference reviews", in_time, born)
    anchor, end = plans["anchor"].to_numpy(), plans["end"].to_numpy()
    last = np.minimum(end, place.as_of)
    reviews = walk(anchor, end, last, place.as_of, clock, timing.hold)
    reviews["child"] = plans["child"].to_numpy()[reviews["chain"]]
    reviews["plan"] = plans["plan"].to_numpy()[reviews["chain"]]
    return reviews


def unclocked_visits(
    place: Place, topic: str, plans: pd.DataFrame, gap: tuple[int, int]
) -> pd.DataFrame:
    """Return visits of plans for which no national interval exists, a gap apart."""
    draws = place.draws(topic)
    row, day = np.arange(len(plans)), plans["start"].to_numpy()
    last = np.minimum(plans["end"].to_numpy(), place.as_of)
    parts = [pd.DataFrame({"plan": row[:0], "held": day[:0]})]
    while len(row):
        day = day + draws.whole(gap[0], gap[1], len(row))
        inside = day <= last[row]
        row, day = row[inside], day[inside]
        parts.append(pd.DataFrame({"plan": row, "held": day}))
    visits = pd.concat(parts, ignore_index=True).sort_values(["plan", "held"], kind="stable")
    visits["child"] = plans["child"].to_numpy()[visits["plan"]]
    return visits.reset_index(drop=True)


def add_seen(place: Place, topic: str, visits: pd.DataFrame) -> None:
    """Add whether the child was seen, and seen alone; never alone where not seen."""
    draws, rates = place.draws(topic), place.recipe.rates
    seen = draws.pick(rates["seen"], len(visits))
    alone = draws.pick(rates["seen_alone"], len(visits))
    visits["seen"] = seen
    visits["seen_alone"] = np.where(seen == "Y", alone, np.where(seen == "N", "N", ""))
    visits["bedroom"] = np.where(seen == "Y", draws.pick({"Y": 0.4, "N": 0.6}, len(visits)), "N")


def participation(
    place: Place, topic: str, children: pd.DataFrame, child: Array, held: Array
) -> Array:
    """Return the taking-part code of held reviews and conferences; blank before birth."""
    draws, rates, count = place.draws(topic), place.recipe.rates, len(child)
    age = age_on(children["born"].to_numpy()[child], held)
    chance = rates["participated"] + children["shift"].to_numpy()[child]
    heard = draws.whether(np.clip(chance, 0.05, 0.98), count)
    codes = np.where(
        heard, draws.pick(rates["codes_heard"], count), draws.pick(rates["codes_not_heard"], count)
    )
    need = (children["communication_need"] == "Y").to_numpy()[child]
    codes = np.where(heard & need & draws.whether(0.3, count), "PN3", codes)
    # A few codes contradict the age, as in real returns: a check must find them.
    wrong = draws.whether(rates["code_wrong_for_age"], count)
    codes = np.where((age < 4) != wrong, "PN0", codes)
    return np.where(age < 0, "", codes).astype(object)


def was_heard(codes: Array) -> Array:
    """Return whether a taking-part code says that the child's views were conveyed."""
    return np.isin(codes, _HEARD)


def missing_episodes(place: Place, care: Care, children: pd.DataFrame) -> pd.DataFrame:
    """Return episodes of going missing from care, with the return interview."""
    draws, rates = place.draws("missing"), place.recipe.rates
    periods = care.periods[~care.periods["short_break"]]
    limit = np.minimum(periods["end"].to_numpy(), place.as_of)
    old = age_on(periods["born"].to_numpy(), limit) >= 11
    goes = draws.whether(rates["missing"]["children"] * 2, len(periods)) & old
    goes &= limit - periods["start"].to_numpy() > 30
    times = draws.whole(1, 2 * rates["missing"]["episodes"], int(goes.sum()))
    row = np.repeat(np.flatnonzero(goes), times)
    first = periods["start"].to_numpy()[row] + 5
    start = draws.whole(first, np.maximum(first, limit[row] - 6), len(row))
    end = start + draws.days(1.6, 0.9, 0, 25, len(row))
    # Who is away on the day care ends is back; who is away on the extract's day is still missing.
    ends = periods["end"].to_numpy()[row]
    end = np.where(end >= limit[row], np.where(ends > place.as_of, FAR, ends), end)
    frame = pd.DataFrame({"child": periods["child"].to_numpy()[row], "start": start, "end": end})
    frame["period"] = periods["period"].to_numpy()[row]
    frame["spring"] = -1
    frame = _with_odd_returns(place, periods, frame)
    frame["type"] = draws.pick({"M": 0.8, "A": 0.2}, len(frame))
    frame = frame.sort_values(["child", "start"]).drop_duplicates(["child", "start"])
    frame = frame.reset_index(drop=True)
    _add_interviews(place, frame, children["died"].to_numpy()[frame["child"]])
    return frame


def _with_odd_returns(place: Place, periods: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Add returns around the nights of clock changes and before the eighteenth birthday."""
    odd = returns_at_clock_changes(place, periods)
    adult = add_months(np.where(periods["born"] < FAR, periods["born"], 0), 216)
    grown = periods[(periods["end"] == adult) & (periods["end"] - periods["start"] > 40)]
    last_days = pd.DataFrame({"period": grown["period"], "start": grown["end"] - 6})
    last_days["end"], last_days["spring"] = grown["end"] - 4, -2
    added = pd.concat([odd, last_days], ignore_index=True)
    child = periods.set_index("period")["child"]
    added["child"] = child.reindex(added["period"]).to_numpy()
    near = frame.merge(added, on="child", suffixes=("", "_odd"))
    near = near[(near["start"] <= near["end_odd"] + 8) & (near["end"] >= near["start_odd"] - 8)]
    apart = frame[
        ~frame.set_index(["child", "start"]).index.isin(near.set_index(["child", "start"]).index)
    ]
    return pd.concat([apart, added], ignore_index=True).astype(dict.fromkeys(added, np.int64))


def _add_interviews(place: Place, frame: pd.DataFrame, died: Array) -> None:
    draws, rates, count = place.draws("interviews"), place.recipe.rates["interviews"], len(frame)
    end, spring = frame["end"].to_numpy(), frame["spring"].to_numpy()
    offered = draws.whether(rates["offered"], count)
    accepted = offered & draws.whether(rates["accepted"], count)
    quick = draws.whether(rates["within_three_days"], count)
    held = end + np.where(quick, draws.whole(0, 3, count), draws.whole(4, 20, count))
    planted = spring != -1
    # Three days after; or late, between the day it was due and the eighteenth birthday.
    held = np.where(planted, np.where(spring == -2, end + 5, end + 3), held)
    offered, accepted = offered | planted, accepted | planted
    # An interview that the extract is too early to know leaves no trace in it.
    early = (held > place.as_of) | (end + 3 >= place.as_of) | (end + 20 >= died)
    frame["offered"] = np.where(early, "", np.where(offered, "Y", "N"))
    frame["accepted"] = np.where(early | ~offered, "", np.where(accepted, "Y", "N"))
    frame["in_extension"] = (draws.whether(rates["recorded"], count) | planted) & ~early
    happened = accepted & ~early & (draws.whether(0.97, count) | planted)
    frame["held"] = np.where(happened & frame["in_extension"], held, FAR)
    frame["due"] = end + 3
    frame["back_at"] = draws.whole(0, 8 * 60, count)
    frame["held_at"] = draws.whole(9 * 60, 18 * 60, count)
    # Seventy-two hours and a half by the clock in spring, half an hour less in autumn: the night
    # on which the clocks change makes the one in time and the other late.
    night, around = spring == AT_NIGHT, (spring == 0) | (spring == 1)
    frame["back_at"] = np.select([around, night], [12 * 60, 45], frame["back_at"])
    frame["held_at"] = np.select([spring == 1, spring == 0], [750, 690], frame["held_at"])
    frame.loc[night, "held_at"] = 30
    frame["independent"] = draws.pick({"Y": 0.7, "N": 0.24, "": 0.06}, count)
