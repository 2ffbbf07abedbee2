"""Plant the rare cases in which reckoning goes wrong: who they are and what is odd about them.

Belongs here: children born on 29 February, twins, children who die or move to the next authority,
merged identifiers, events around birthdays and clock changes. Does not belong here: what any
indicator makes of them, or the usual journeys (people, journeys, events).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, add_months, day_number, month_index
from orchestration.synthetic.recipe import Draws, Move, Place

_YEAR = 365.25
# How many days before the extract identifiers were merged, when an earlier extract told of it, and
# when mistaken merges were undone.
_MERGED_WITHIN = (100, 400)
TOLD_BEFORE = 60
# An interview at half past twelve in the night on which the clocks change.
AT_NIGHT = 2
_UNDONE_BEFORE = 30
# Thirteen characters, of which the authority left makes three.
_UPN = "H801200{left}001"


@dataclass(frozen=True, slots=True)
class Roles:
    """Positions of the children who have a part to play; the others are as they come."""

    twins: Array
    other_twins: Array
    dying: Array
    leaving: Array
    arriving: Array

    @property
    def everyone(self) -> Array:
        """Return all their positions."""
        return np.concatenate(
            [self.twins, self.other_twins, self.dying, self.leaving, self.arriving]
        )


def cast_roles(place: Place) -> Roles:
    """Give the last children of the list their parts."""
    settings, count = place.recipe.edge_cases, place.children
    nobody = np.array([], dtype=np.int64)
    if not settings["planted"] or count < settings["smallest_authority"]:
        return Roles(nobody, nobody, nobody, nobody, nobody)
    number = {
        name: max(1, count * share // 1000) for name, share in settings["per_thousand"].items()
    }
    sizes = [number["twins"], number["twins"], number["deaths"]]
    ends = count - np.cumsum([0, *sizes, 1, 1])
    parts = [np.arange(end - size, end) for end, size in zip(ends, [*sizes, 1, 1], strict=False)]
    return Roles(*parts)


def give_parts(
    place: Place, roles: Roles, kind: Array, first_contact: Array
) -> tuple[Array, Array]:
    """Return kinds of journey and first days, those of the cast as their parts want them."""
    draws, window = place.draws("parts"), place.as_of - place.opens
    kind, first_contact = kind.copy(), first_contact.copy()
    cast = roles.everyone
    early = place.opens + draws.whole(0, max(window // 3, 1), len(cast))
    first_contact[cast] = early
    kind[roles.twins] = kind[roles.other_twins] = "protection"
    first_contact[roles.other_twins] = first_contact[roles.twins]
    kind[roles.dying] = draws.one_of(["care", "protection", "plan"], len(roles.dying))
    kind[roles.leaving] = kind[roles.arriving] = "plan"
    # The other authority closes the day before this one opens.
    first_contact[roles.arriving] = _moving_day(place, place.arrives) + 1
    return kind, first_contact


def _moving_day(place: Place, move: Move) -> int:
    """Return the day of the move on which both authorities agree."""
    draws, window = _shared_draws(move), place.as_of - place.opens
    return int(draws.whole(place.opens + window // 2, place.opens + 2 * window // 3, 1)[0])


def _shared_draws(move: Move) -> Draws:
    """Return random numbers that depend on the authority left, whoever asks."""
    return Draws(move.seed, move.left, "child who moves")


def give_births(place: Place, roles: Roles, children: pd.DataFrame) -> None:
    """Change birth dates, and add day of death, last day here, and pupil number."""
    draws, count = place.draws("edge births"), len(children)
    born = children["born"].to_numpy(dtype=np.int64).copy()
    if place.recipe.edge_cases["planted"]:
        usual = ~children["kind"].isin(["uasc", "leaver"]).to_numpy() & (born < FAR)
        usual &= (children["expected"] >= FAR).to_numpy()
        # An earlier birthday must not make an adult of a child at the first contact.
        grown = children["first_contact"].to_numpy() - leap_day_before(np.minimum(born, FAR - 1))
        usual &= grown < 16 * _YEAR
        leap = usual & draws.whether(place.recipe.edge_cases["leap_births"], count)
        born = np.where(leap, leap_day_before(born), born)
    cast = roles.everyone
    age = draws.whole(400, int(13 * _YEAR), len(cast))
    born[cast] = children["first_contact"].to_numpy()[cast] - age
    born[roles.other_twins] = born[roles.twins]
    children["died"] = children["left"] = FAR
    children["upn"] = ""
    for move, who in ((place.leaves, roles.leaving), (place.arrives, roles.arriving)):
        day = _moving_day(place, move)
        born[who] = day - 2000 - int(_shared_draws(move).whole(0, 2000, 1)[0])
        children.loc[who, "upn"] = _UPN.format(left=move.left)
        children.loc[who, "sex"] = "F"
        children.loc[who, "left"] = day if move is place.leaves else FAR
    children["born"] = born
    children.loc[cast, "expected"] = FAR
    children.loc[cast, "sex"] = children.loc[cast, "sex"].replace("U", "M")
    first = children["first_contact"].to_numpy()[roles.dying]
    last = np.minimum(first + 700, place.as_of - 10)
    children.loc[roles.dying, "died"] = draws.whole(first + 250, last, len(roles.dying))
    children.loc[roles.other_twins, "family"] = children["family"].to_numpy()[roles.twins]


def leap_day_before(born: Array) -> Array:
    """Return the 29 February on or before each birth date."""
    leap_days = [day_number(date(year, 2, 29)) for year in range(1976, 2041, 4)]
    return np.asarray(leap_days)[np.searchsorted(leap_days, born, side="right") - 1]


def match_the_pairs(roles: Roles, children: pd.DataFrame) -> None:
    """Give twins one home and one background."""
    shared = ["district", "area", "postcode", "moved_in", "ethnicity", "ethnic_group", "surname"]
    for column in shared:
        values = children[column].to_numpy().copy()
        values[roles.other_twins] = values[roles.twins]
        children[column] = values
    # A child who moves is one person, whatever each authority wrote down before.
    moved = np.concatenate([roles.leaving, roles.arriving])
    for column, value in (("ethnicity", "WBRI"), ("ethnic_group", "white"), ("forename", "Kit")):
        children.loc[moved, column] = value
    children.loc[moved, "surname"] = "Invented"


def share_journeys(
    roles: Roles, referred: Array, early: pd.DataFrame
) -> tuple[Array, pd.DataFrame]:
    """Refer twins on one day, and keep no early help for the second that the first has not."""
    referred = referred.copy()
    referred[roles.other_twins] = referred[roles.twins]
    return referred, early[~early["child"].isin(roles.other_twins)]


def share_dates(roles: Roles, spells: pd.DataFrame) -> pd.DataFrame:
    """Give the second twin the dates of the first: one assessment, one conference, one plan."""
    position = pd.Series(np.arange(len(spells)), index=spells["child"])
    both = np.isin(roles.twins, position.index) & np.isin(roles.other_twins, position.index)
    source = position.reindex(roles.twins[both]).to_numpy()
    target = position.reindex(roles.other_twins[both]).to_numpy()
    shared = spells.copy()
    for column in shared.columns.difference(["child"]):
        values = shared[column].to_numpy().copy()
        values[target] = values[source]
        shared[column] = values
    return shared


def merged_identities(place: Place, children: pd.DataFrame) -> pd.DataFrame:
    """Return identifiers merged into another child's; every second merge was a mistake.

    A true one joins an identifier that nobody has any more. A mistaken one joined two children, of
    whom the second kept the identifier after the merge was undone: `former` is its position.
    """
    settings, draws = place.recipe.edge_cases, place.draws("merges")
    enough = settings["planted"] and len(children) >= settings["smallest_authority"]
    count = max(2, len(children) * settings["per_thousand"]["merges"] // 1000) if enough else 0
    roles = cast_roles(place).everyone
    known = (children["first_contact"] < place.as_of - 200) & (children["born"] < FAR)
    known &= ~children["child"].isin(roles)
    busy = children["kind"].isin(["care", "uasc", "protection", "plan"])
    # Those with long journeys first: an identifier that nobody wrote down would prove nothing.
    turn = draws.rng.permutation(np.flatnonzero(known))
    turn = turn[np.argsort(~busy.to_numpy()[turn], kind="stable")][: count + count // 2]
    child = turn[: min(count, len(turn))]
    mistaken = np.arange(len(child)) % 2 == 1
    others = turn[len(child) :]
    mistaken &= np.cumsum(mistaken) <= len(others)
    former = np.full(len(child), -1)
    former[mistaken] = others[: int(mistaken.sum())]
    ids = children["person_id"].to_numpy()
    unused = [f"{place.authority}9{number:05d}" for number in range(len(child))]
    frame = pd.DataFrame({"child": child, "former": former})
    frame["start"] = place.as_of - draws.whole(_MERGED_WITHIN[0], _MERGED_WITHIN[1], len(child))
    frame["end"] = np.where(mistaken, place.as_of - _UNDONE_BEFORE, FAR)
    frame["former_id"] = np.where(mistaken, ids[former], np.array(unused, dtype=object))
    return frame


def near_leap_birthdays(children: pd.DataFrame, visits: pd.DataFrame, plans: pd.DataFrame) -> None:
    """Move visits of children born on 29 February to 28 February and 1 March."""
    born = children["born"].to_numpy()[visits["child"]]
    leap = (born < FAR) & (leap_day_before(born) == born)
    held = visits["held"].to_numpy()
    march = add_months(held + 14, 0)
    first = (month_index(march).astype("datetime64[M]")).astype("datetime64[D]").astype(np.int64)
    near = leap & (month_index(march) % 12 == 2) & (np.abs(held - first) <= 12)
    wanted = np.where(held < first, first - 1, first)
    plan = visits["plan"].to_numpy()
    near &= (wanted >= plans["start"].to_numpy()[plan]) & (wanted <= plans["end"].to_numpy()[plan])
    visits["held"] = np.where(near, wanted, held)


def over_birthday(draws: Draws, share: float, held: Array, due: Array, born: Array) -> Array:
    """Return the days of events, some of those due before a birthday moved to it or after."""
    moved, chosen = held, draws.whether(share, len(held))
    known = np.where(born < FAR, born, 0)
    for years in (4, 16):
        birthday = add_months(known, 12 * years)
        between = (born < FAR) & (due < birthday) & (birthday <= due + 28)
        moved = np.where(between & chosen, birthday + (birthday % 3), moved)
    return moved


def on_changing_nights(place: Place, visits: pd.DataFrame, plans: pd.DataFrame) -> Array:
    """Move visits near a change of the clocks to its Sunday; return which: all at 00:30."""
    held, moved = visits["held"].to_numpy(), np.zeros(len(visits), dtype=bool)
    if not place.recipe.edge_cases["planted"]:
        return moved
    plan = visits["plan"].to_numpy()
    begins, ends = plans["start"].to_numpy()[plan], plans["end"].to_numpy()[plan]
    for sunday, _ in clock_changes(place.opens, place.as_of):
        near = (np.abs(held - sunday) <= 2) & (begins <= sunday) & (sunday <= ends)
        held, moved = np.where(near, sunday, held), moved | near
    visits["held"] = held
    return moved


def clock_changes(first: int, last: int) -> list[tuple[int, bool]]:
    """Return the Sundays on which the clocks change between two days, and whether in spring."""
    found = []
    for year in range(1970 + first // 366, 1971 + last // 365):
        for month, spring in ((3, True), (10, False)):
            day = date(year, month, 31)
            sunday = day_number(day - timedelta(days=(day.weekday() + 1) % 7))
            if first <= sunday <= last:
                found.append((sunday, spring))
    return found


def returns_at_clock_changes(place: Place, periods: pd.DataFrame) -> pd.DataFrame:
    """Return missing episodes that end the day before the clocks change, in periods of care.

    Seventy-two hours later the clock on the wall shows another time: in spring an interview at
    12:30 is in time for a return at 12:00 three days before, in autumn one at 11:30 is not. In
    the night itself an interview at 00:30 lies on Sunday by the clock; in autumn, not so in UTC.
    """
    settings = place.recipe.edge_cases
    rows: list[dict[str, int]] = []
    if not settings["planted"]:
        return pd.DataFrame(rows, columns=["period", "start", "end", "spring"])
    changes = clock_changes(place.opens, place.as_of - 10)
    # The latest first, so that a short window still has some.
    for sunday, spring in reversed(changes):
        inside = (periods["start"] < sunday - 12) & (periods["end"] > sunday + 12)
        for period in periods.loc[inside, "period"].tolist()[:2]:
            if len(rows) < settings["clock_changes"]:
                # In turns: three days around the change, and an interview in the night itself.
                night = len(rows) % 2
                rows.append(
                    {
                        "period": period,
                        "start": sunday - 3 - 2 * night,
                        "end": sunday - 1 - 2 * night,
                        "spring": AT_NIGHT if night else int(spring),
                    }
                )
    return pd.DataFrame(rows, columns=["period", "start", "end", "spring"])
