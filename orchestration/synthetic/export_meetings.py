"""Lay out what advocates and return interviewers write down.

Belongs here: the columns and wordings of both. Does not belong here: what is moved there (exports),
or writing it (export_shape).
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, padded
from orchestration.synthetic.export_shape import Export, every, several, somebody, worded
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.returns import slashed
from orchestration.synthetic.workforce import person_id


def offers_of_advocacy(place: Place, history: History, said: pd.DataFrame) -> Export:
    """Lay out offers of an advocate, and what some children wanted to be said."""
    ways, draws = place.recipe.exports["advocacy"], place.draws("advocacy export")
    spells = history.spells[history.spells["care_start"] < FAR]
    silent = somebody(
        place,
        spells["child"].to_numpy(),
        spells["care_start"].to_numpy(),
        draws,
        ways["silent_offers"],
    )
    silent["expression_id"] = identifiers(place, "ADV", len(silent))
    silent["taken"] = draws.pick(ways["reasons"], len(silent))
    rows = pd.concat([said.assign(taken="accepted"), silent], ignore_index=True)
    words = ["text", "themes", "directness", "checked"]
    rows[words] = rows[words].fillna("")
    met = (rows["taken"] == "accepted").to_numpy()
    day = rows["day"].to_numpy()
    frame = pd.DataFrame(
        {
            "Referral ID": rows["expression_id"],
            "Child ID": person_id(history, rows["child"].to_numpy()),
            "Offered on": slashed(np.where(met, day - draws.whole(0, 20, len(rows)), day)),
            "Outcome": worded(draws, ways["outcomes"], rows["taken"]),
            "Met on": slashed(np.where(met, day, FAR)),
            "Views": rows["text"],
            "In own words": worded(draws, ways["own_words"], rows["directness"]),
            "Agreed with child": worded(draws, ways["flags"], rows["checked"]),
            "Themes": several(draws, ways["topics"], rows["themes"], ";"),
        }
    )
    bad = {"Referral ID": "BAD-1", "Met on": "31/02/2025", "Views": "I want to go home."}
    views = (frame["Views"] != "").to_numpy().astype(np.int64)
    makes = {"vx_expression": views, "vx_not_captured": 1 - views}
    return Export("advocacy", "advocacy", frame, makes, bad, {"vx_expression": 1})


def return_interviews(
    place: Place, history: History, missing: pd.DataFrame, said: pd.DataFrame
) -> Export:
    """Lay out missing episodes with the interview that was offered; `said` is by episode."""
    ways, draws = place.recipe.exports["interviews"], place.draws("interview export")
    words = said.set_index("occasion_id")
    episode = missing["missing_id"]
    held, back = missing["held"].to_numpy(), missing["back_at"].to_numpy()
    offered = np.where(missing["offered"] == "Y", missing["end"], FAR)
    independent = missing["independent"].where(held < FAR, "")
    frame = pd.DataFrame(
        {
            "Missing episode ID": episode,
            "Child ID": person_id(history, missing["child"].to_numpy()),
            "Returned": _at(missing["end"].to_numpy(), back),
            "Offered": worded(draws, ways["offers"], missing["offered"]),
            "Offered on": _at(offered, back + 20),
            "Accepted": worded(draws, ways["answers"], missing["accepted"]),
            "Held on": _at(held, missing["held_at"].to_numpy()),
            "Independent": worded(draws, ways["flags"], independent),
            "Interviewer ID": episode.map(words["worker"]).fillna("").to_numpy(),
            "What the child said": episode.map(words["text"]).fillna("").to_numpy(),
        }
    )
    bad = {"Missing episode ID": "BAD-1", "Returned": "31/02/2025 10:00", "Offered": "Yes"}
    views = (frame["What the child said"] != "").to_numpy().astype(np.int64)
    makes = {"vx_return_interview": every(frame), "vx_expression": views}
    source = "return_interviews"
    return Export(source, source, frame, makes, bad, {"vx_return_interview": 1})


def _at(days: Array, minutes: Array) -> Array:
    """Return day and time as people write them, blank where there is no day."""
    clock = padded(" ", minutes // 60, 2) + padded(":", minutes % 60, 2)
    return np.where(np.asarray(days) >= FAR, "", slashed(days) + clock).astype(object)
