"""Lay out teams, workers and who was allocated to whom; name children, workers and teams.

Belongs here: identifiers of people and teams as every table shows them, and the workforce tables.
Does not belong here: what the workers did.
"""

from typing import Any

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import Array, iso, padded
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.recipe import Place

Tables = dict[str, pd.DataFrame]

_TEAMS = ["Family Help North", "Family Help South", "Assessment 1", "Assessment 2"]
_TEAMS += ["Protection East", "Protection West", "Children in Care 1", "Children in Care 2"]
_TEAMS += ["Disabled Children", "Leaving Care", "Unaccompanied Children", "Reviewing Service"]
_WORKERS = 60


def person_id(history: History, child: Array) -> Array:
    """Return the case system's identifier of each child, blank for nobody in particular."""
    known = history.children["person_id"].to_numpy()[np.maximum(child, 0)]
    return np.where(np.asarray(child) >= 0, known, "").astype(object)


def written_id(history: History, child: Array, day: Any) -> Array:
    """Return the identifier by which a child was written down on a day; before merges, another."""
    merged = history.identities[history.identities["former"] < 0]
    written = person_id(history, child)
    for one in merged.itertuples(index=False):
        earlier = (np.asarray(child) == one.child) & (np.asarray(day) < one.start)
        written = np.where(earlier, str(one.former_id), written)
    return written.astype(object)


def visit_days(visits: pd.DataFrame) -> Array:
    """Return the days of visits as the case system writes them: with the hour, if at night."""
    days = iso(visits["held"])
    return np.where(visits["at_night"], days + "T00:30:00", days).astype(object)


def worker_ids(numbers: Array) -> Array:
    """Return identifiers of workers."""
    return padded("W", np.asarray(numbers) % _WORKERS + 1, 4)


def team_ids(numbers: Array) -> Array:
    """Return identifiers of teams."""
    return padded("T", np.asarray(numbers) % len(_TEAMS) + 1, 2)


def workforce_tables(place: Place, history: History) -> Tables:
    """Return teams, workers, and which worker was allocated to whom."""
    draws = place.draws("workforce")
    number = np.arange(_WORKERS)
    numbers = pd.DataFrame({"name": _TEAMS})
    staff = {
        "prof_professional_id": worker_ids(number),
        "prof_staff_id": np.char.add("S", number.astype(str)),
        "prof_professional_name": np.char.add("Worker ", (number + 1).astype(str)),
        "prof_professional_job_title": draws.pick(
            {"Social worker": 0.7, "Family help lead": 0.3}, _WORKERS
        ),
        "prof_professional_caseload": draws.whole(8, 24, _WORKERS).astype(str),
        "prof_professional_department": draws.one_of(_TEAMS, _WORKERS),
        "prof_full_time_equivalency": draws.pick({"1.0": 0.7, "0.6": 0.3}, _WORKERS),
        "prof_agency_worker_flag": draws.pick({"N": 0.85, "Y": 0.15}, _WORKERS),
    }
    return {
        "ssd_department": pd.DataFrame(
            {
                "dept_team_id": team_ids(np.arange(len(numbers))),
                "dept_team_name": numbers["name"],
                "dept_team_parent_name": "Children's services",
            }
        ),
        "ssd_professionals": pd.DataFrame(staff),
        "ssd_involvements": _involvements(place, history),
    }


def worker_changes(place: Place, history: History) -> pd.DataFrame:
    """Return a worker from each referral, and for longer journeys one change of worker.

    The reason of a change stands on the new worker's row, as the returns have it.
    """
    spells = history.spells
    draws, count = place.draws("involvements"), len(spells)
    start = spells["referral"].to_numpy()
    end = np.minimum(spells["close"].to_numpy(), place.as_of)
    change = start + draws.whole(60, 400, count)
    changes = change < end
    first = pd.DataFrame({"spell": spells["spell"], "start": start})
    first["end"] = np.where(changes, change, spells["close"])
    first["reason"] = ""
    why = draws.pick(place.recipe.rates["worker_reasons"], count)
    second = first[["spell"]].assign(start=change, end=spells["close"], reason=why)[changes]
    both = [first.assign(number=0), second.assign(number=17)]
    rows: pd.DataFrame = pd.concat(both, ignore_index=True)
    rows["child"] = spells["child"].to_numpy()[rows["spell"]]
    rows["involvement_id"] = identifiers(place, "INV", len(rows))
    return rows


def _involvements(place: Place, history: History) -> pd.DataFrame:
    spells, rows = history.spells, worker_changes(place, history)
    spell = rows["spell"].to_numpy()
    return pd.DataFrame(
        {
            "invo_involvements_id": rows["involvement_id"],
            "invo_professional_id": worker_ids(spell * 7 + rows["number"].to_numpy()),
            "invo_professional_role_id": "Allocated Case Worker",
            "invo_professional_team": team_ids(spell),
            "invo_involvement_start_date": iso(rows["start"]),
            "invo_involvement_end_date": iso(rows["end"]),
            "invo_worker_change_reason": rows["reason"],
            "invo_person_id": person_id(history, rows["child"].to_numpy()),
            "invo_referral_id": spells["referral_id"].to_numpy()[spell],
        }
    )
