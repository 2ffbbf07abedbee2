"""Invent the children: birth, characteristics, family, home, and how they communicate.

Belongs here: everything about a child that does not change with the journey. Does not belong
here: what happens to the child, or the layout of a file.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, add_months, age_on, padded
from orchestration.synthetic.edge_cases import (
    cast_roles,
    give_births,
    give_parts,
    match_the_pairs,
)
from orchestration.synthetic.recipe import Draws, Place

_YEAR = 365.25
# Youngest and oldest age in years at the first contact, by the kind of journey that follows.
_AGES = {"uasc": (15.0, 17.3), "short_break": (6.0, 15.0), "leaver": (17.2, 20.0)}


def invent_children(place: Place) -> pd.DataFrame:
    """Return one row a child known to the authority, by position."""
    count, rates = place.children, place.recipe.rates
    draws = place.draws("children")
    kind = draws.pick(rates["kinds"], count)
    roles = cast_roles(place)
    kind, first_contact = give_parts(place, roles, kind, _first_contacts(place, draws, kind))
    born, unborn = _birth_dates(place, draws, kind, first_contact)
    number = draws.rng.permutation(count)
    children = pd.DataFrame(
        {
            "child": np.arange(count),
            "person_id": padded(f"{place.authority}1", number, 5),
            "kind": kind,
            "first_contact": first_contact,
            "born": np.where(born > place.as_of, FAR, born),
            "expected": np.where(unborn, born, FAR),
            "sex": np.where(born > place.as_of, "U", draws.pick(rates["sex"], count)),
            "family": draws.whole(0, int(count * 0.72), count),
            "uasc": kind == "uasc",
        }
    )
    give_births(place, roles, children)
    _add_home(place, children)
    _add_ethnicity_and_name(place, children)
    match_the_pairs(roles, children)
    _add_disability(place, children)
    _add_communication(place, children)
    _add_planted_shift(place, children)
    return children


def _first_contacts(place: Place, draws: Draws, kind: Array) -> Array:
    """Return the first day of each journey; a share of the longer ones opens early."""
    count, stock = len(kind), place.recipe.rates["stock"]
    spread = draws.whole(place.opens, place.as_of - 5, count)
    early = draws.whole(place.opens, place.opens + stock["days"], count)
    long = np.isin(kind, ["plan", "protection", "care", "short_break", "uasc"])
    return np.where(long & draws.whether(stock["share"], count), early, spread)


def _birth_dates(
    place: Place, draws: Draws, kind: Array, first_contact: Array
) -> tuple[Array, Array]:
    """Return birth dates, and who was not born at the first contact."""
    count = len(kind)
    young = draws.whether(0.16, count)
    years = np.where(young, draws.rng.random(count), draws.rng.random(count) * 17.1)
    for name, (low, high) in _AGES.items():
        years = np.where(kind == name, low + draws.rng.random(count) * (high - low), years)
    born = first_contact - np.floor(years * _YEAR).astype(np.int64) - 1
    chance = place.recipe.rates["unborn_at_referral"]
    unborn = draws.whether(chance, count) & np.isin(kind, ["assessed", "plan", "protection"])
    born = np.where(unborn, first_contact + draws.whole(20, 160, count), born)
    return born, unborn


def _add_home(place: Place, children: pd.DataFrame) -> None:
    draws, count = place.draws("homes"), len(children)
    district = draws.pick(place.recipe.rates["districts"], count).astype(np.int64)
    district_name = np.char.add(place.letters, (district + 1).astype(str)).astype(object)
    inward = draws.whole(1, 9, count).astype(str).astype(object)
    letters = [draws.one_of(list("ABDEFGHJLNPQRSTUWXYZ"), count) for _ in range(2)]
    known = ~draws.whether(place.recipe.rates["address_missing"], count)
    children["district"] = district
    children["area"] = np.where(known, district_name, "unknown")
    postcode = district_name + " " + inward + letters[0] + letters[1]
    children["postcode"] = np.where(known, postcode, "")
    moved_in = children["first_contact"].to_numpy() - draws.whole(40, 1500, count)
    children["moved_in"] = _not_before_birth(children, moved_in)


def _not_before_birth(children: pd.DataFrame, day: Array) -> Array:
    """Return days moved to the birth, but for those who were known before it."""
    born, contact = children["born"].to_numpy(), children["first_contact"].to_numpy()
    return np.where(born <= contact, np.maximum(day, born), day)


def _add_ethnicity_and_name(place: Place, children: pd.DataFrame) -> None:
    draws, count, rates = place.draws("ethnicity"), len(children), place.recipe.rates
    gap = place.recipe.gaps["ethnicity_missing"]
    true = draws.pick(rates["ethnicity"], count)
    there = children["district"].to_numpy() == gap["district"]
    missing = draws.whether(np.where(there, gap["rate_there"], gap["rate_elsewhere"]), count)
    blank = draws.whether(0.3, count) | (children["born"].to_numpy() >= FAR)
    recorded = np.where(missing, np.where(blank, "", "NOBT"), true)
    children["ethnicity"] = np.where(children["born"] >= FAR, "", recorded)
    groups = {**rates["ethnicity_groups"], "": "unknown"}
    children["ethnic_group"] = children["ethnicity"].map(groups).to_numpy()
    forename = np.full(count, "", dtype=object)
    surname = np.full(count, "", dtype=object)
    origins, names = rates["name_origins"], place.recipe.names
    true_group = pd.Series(true).map(groups).replace("refused", "other").to_numpy()
    for group, listed in origins.items():
        for position, origin in enumerate(listed):
            turn = draws.whole(0, len(listed) - 1, count) == position
            rows = (true_group == group) & (turn | (position == len(listed) - 1))
            rows &= forename == ""
            forename[rows] = draws.one_of(names[origin]["first"], int(rows.sum()))
            surname[rows] = draws.one_of(names[origin]["last"], int(rows.sum()))
    children["forename"], children["surname"] = forename, surname


def _add_disability(place: Place, children: pd.DataFrame) -> None:
    draws, count, rates = place.draws("disability"), len(children), place.recipe.rates
    state = draws.pick(rates["disability"], count)
    state = np.where(children["kind"] == "short_break", "some", state)
    state = np.where(children["born"] >= FAR, "missing", state)
    first = draws.pick(rates["disability_codes"], count)
    second = draws.pick(rates["disability_codes"], count)
    two = draws.whether(0.35, count) & (first != second)
    codes = np.where(two, first + ";" + second, first)
    children["disability_codes"] = np.select(
        [state == "missing", state == "none"], ["", "NONE"], default=codes
    )
    children["disability"] = np.select(
        [state == "missing", state == "none"], ["unknown", "N"], default="Y"
    )
    relevant = rates["communication_codes"]
    told = np.isin(first, relevant) | (two & np.isin(second, relevant))
    children["code_says_need"] = told & (state == "some")


def _add_communication(place: Place, children: pd.DataFrame) -> None:
    """Add the communication record (blank where none) and what follows from it."""
    draws, count, rates = place.draws("communication"), len(children), place.recipe.rates
    uasc, says = children["uasc"].to_numpy(), children["code_says_need"].to_numpy()
    language = np.where(
        uasc, draws.pick(rates["uasc_languages"], count), draws.pick(rates["languages"], count)
    )
    needs_interpreter = (language != "eng") & draws.whether(np.where(uasc, 0.9, 0.4), count)
    need = draws.whether(np.where(says, 0.93, 0.03), count)
    recorded = draws.whether(rates["communication_record"], count)
    asked = children["first_contact"].to_numpy() - 40
    children["needs_known_from"] = _not_before_birth(children, asked)
    children["has_need_record"] = recorded
    blank = draws.whether(0.06, count)
    children["need_record"] = np.where(recorded & ~blank, np.where(need, "Y", "N"), "")
    blank = draws.whether(0.08, count)
    children["interpreter_record"] = np.where(
        recorded & ~blank, np.where(needs_interpreter, "Y", "N"), ""
    )
    blank = draws.whether(np.where(uasc, 0.15, 0.07), count)
    children["language"] = np.where(recorded & ~blank, language, "")
    children["first_language_group"] = np.select(
        [children["language"] == "", children["language"] == "eng"],
        ["unknown", "english"],
        "other_language",
    )
    children["speaks_through"] = needs_interpreter
    record = children["need_record"].to_numpy()
    inferred = np.where(says, "Y", "unknown")
    children["communication_need"] = np.where(record == "", inferred, record)
    children["interpreter_needed"] = np.where(
        children["interpreter_record"] == "", "unknown", children["interpreter_record"]
    )


def _add_planted_shift(place: Place, children: pd.DataFrame) -> None:
    """Add how many points each child is heard less, as the settings plant it."""
    gaps = place.recipe.gaps
    points = np.zeros(len(children))
    need = children["communication_need"] == "Y"
    points += np.where(need, gaps["communication_need"]["points"], 0)
    group = children["ethnic_group"] == gaps["ethnic_group"]["value"]
    points += np.where(group, gaps["ethnic_group"]["points"], 0)
    quiet = children["district"] == gaps["quiet_district"]["district"]
    points += np.where(quiet, gaps["quiet_district"]["points"], 0)
    children["shift"] = points / 100


def eighteenth(born: Array) -> Array:
    """Return the eighteenth birthday, FAR where no birth date is known."""
    return np.where(born >= FAR, FAR, add_months(np.where(born >= FAR, 0, born), 216))


def owner_of_child(born: Array, on: Array) -> Array:
    """Return whose own voice it is on a day: a child's, or from 16 a young person's."""
    return np.where(age_on(born, on) >= 16, "young_person", "child").astype(object)
