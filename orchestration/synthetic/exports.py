"""Move part of the voice into exports of other programs: an app, a register, a list of examples.

Belongs here: which items a council has in another program, and their layout there. Does not belong
here: inventing them. What is moved leaves the voice extension, so nothing is told twice; only items
to which no decision and no reply points are moved, because the warehouse gives moved ids a prefix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import Array, iso_day
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.history import History
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.returns import slashed
from orchestration.synthetic.workforce import person_id
from orchestration.synthetic.write import delivery_folder

_Ways = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Moved:
    """What other programs hold, and what stays in the voice extension."""

    statements: pd.DataFrame
    feedback: pd.DataFrame
    examples: pd.DataFrame
    expressions: pd.DataFrame
    collective: Collective


@dataclass(frozen=True, slots=True)
class _Export:
    """One file of another program: the table it becomes, and the flaw planted in it."""

    source: str
    stem: str
    table: str
    bad_row: Mapping[str, str]


_APP = _Export(
    "mind_of_my_own",
    "app_statements",
    "vx_expression",
    {"Statement ID": "BAD-1", "Sent on": "31/02/2025", "Age group": "Under 16"},
)
_REGISTER = _Export(
    "complaints_and_compliments",
    "complaints",
    "vx_feedback",
    {"Reference": "BAD-1", "Type": "Complaint", "Received": "31/02/2025"},
)
_EXAMPLES = _Export("practice_examples", "practice_examples", "vx_practice_example", {})


def move_to_exports(
    place: Place,
    said: pd.DataFrame,
    gathered: Collective,
    followed: Mapping[str, Array],
    *,
    nothing: bool = False,
) -> Moved:
    """Choose what other programs hold.

    Args:
        place: The authority.
        said: Every expression.
        gathered: Collective voice.
        followed: For expressions and feedback, the positions to which something points.
        nothing: Whether all stays in the voice extension.
    """
    shares = place.recipe.exports
    draws = place.draws("exports")
    own = (said["own"] & (said["child"] >= 0)).to_numpy()
    app = own & (said["method"] == "app").to_numpy() & (said["row"] < 0).to_numpy()
    # The app holds own words only: a summary of what the app said is the worker's record.
    app &= (said["directness"] == "verbatim").to_numpy()
    app &= ~np.isin(np.arange(len(said)), followed["expression"])
    app &= draws.whether(shares["app"]["share"], len(said))
    feedback = gathered.feedback
    listed = ~np.isin(np.arange(len(feedback)), followed["feedback"])
    listed &= draws.whether(shares["feedback"]["share"], len(feedback))
    shown = draws.whether(shares["examples"]["share"], len(gathered.examples))
    for chosen in (app, listed, shown) if nothing else ():
        chosen[:] = False
    return Moved(
        statements=said[app],
        feedback=feedback[listed],
        examples=gathered.examples[shown],
        expressions=said[~app],
        collective=replace(
            gathered, feedback=feedback[~listed], examples=gathered.examples[~shown]
        ),
    )


def write_exports(out: Path, place: Place, history: History, moved: Moved, counts: Counts) -> None:
    """Write one delivery for each of the programs."""
    _write(out, place, _APP, _statements(place, history, moved.statements), counts)
    _write(out, place, _REGISTER, _register(place, history, moved.feedback), counts)
    _write(out, place, _EXAMPLES, _list_of_examples(place, moved.examples), counts)


def _statements(place: Place, history: History, said: pd.DataFrame) -> pd.DataFrame:
    """Lay out the app's statements; nobody replied to these in the app."""
    ways, draws = place.recipe.exports["app"], place.draws("app export")
    return pd.DataFrame(
        {
            "Statement ID": said["expression_id"],
            "Young person ID": person_id(history, said["child"].to_numpy()),
            "Sent on": slashed(said["day"].to_numpy()),
            "Scenario": _worded(draws, ways["scenarios"], said["about"]),
            "Age group": _worded(draws, ways["owners"], said["owner"]),
            "Topics": _several(draws, ways["topics"], said["themes"], ", "),
            "Statement": said["text"],
            "Sent to": said["worker"],
            "Read on": slashed(said["recorded"].to_numpy()),
            "Replied on": "",
            "Reply": "",
        }
    )


def _register(place: Place, history: History, items: pd.DataFrame) -> pd.DataFrame:
    ways, draws = place.recipe.exports["feedback"], place.draws("register export")
    return pd.DataFrame(
        {
            "Reference": items["feedback_id"],
            "Type": _worded(draws, ways["kinds"], items["kind"]),
            "Child ID": person_id(history, items["child"].to_numpy()),
            "Made by": _worded(draws, ways["owners"], items["owner"]),
            "Advocate": _worded(draws, ways["flags"], items["advocate"]),
            "Stage": _worded(draws, ways["stages"], items["stage"]),
            "Received": slashed(items["day"].to_numpy()),
            "Responded": slashed(items["responded"].to_numpy()),
            "Outcome": _worded(draws, ways["outcomes"], items["outcome"]),
            "Themes": _several(draws, ways["themes"], items["themes"], ";"),
            "Details": items["text"],
        }
    )


def _list_of_examples(place: Place, items: pd.DataFrame) -> pd.DataFrame:
    ways, draws = place.recipe.exports["examples"], place.draws("examples export")
    return pd.DataFrame(
        {
            "Example ID": items["example_id"],
            "Title": items["title"],
            "Approach": _worded(draws, ways["approaches"], items["approach"]),
            "Stage": _worded(draws, ways["stages"], items["stage"]),
            "Practice": _worded(draws, ways["practices"], items["practice"]),
            "Whose voice": _several(draws, ways["owners"], items["owner"], ", "),
            "Started": slashed(items["started"].to_numpy()),
            "Status": _worded(draws, ways["statuses"], items["status"]),
            "What we learned": items["learned"],
        }
    )


def _worded(draws: Draws, ways: _Ways, codes: "pd.Series[Any]") -> Array:
    """Return each code in one of the program's wordings, blank where it has none."""
    worded = np.full(len(codes), "", dtype=object)
    for code, wordings in ways.items():
        here = (codes == code).to_numpy()
        worded[here] = draws.one_of(wordings, int(here.sum()))
    return worded


def _several(draws: Draws, ways: _Ways, codes: "pd.Series[Any]", separator: str) -> Array:
    """Return lists of codes in the program's wordings; a code without a wording is left out."""
    parts = codes.str.split(";").explode()
    worded = pd.Series(_worded(draws, ways, parts), index=parts.index)
    joined = worded[worded != ""].groupby(level=0).agg(separator.join)
    return np.asarray(joined.reindex(codes.index, fill_value="").to_numpy(dtype=object))


def _write(out: Path, place: Place, export: _Export, frame: pd.DataFrame, counts: Counts) -> None:
    """Write one file with its flaws: a row that cannot load, and one that comes twice."""
    day = iso_day(place.as_of)
    bad = pd.DataFrame([export.bad_row] if export.bad_row else [], columns=frame.columns)
    copied = frame.iloc[:1] if export.bad_row else frame.iloc[:0]
    flawed = pd.concat([frame, bad, copied], ignore_index=True).fillna("")
    folder = delivery_folder(out, place, export.source, day)
    name = f"{export.stem}_{day[:4]}"
    flawed.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    key = f"{export.source}/{day}/{name}/{export.table}"
    if len(flawed):
        counts.rows[key] = len(flawed)
    if len(bad):
        counts.quarantined[key] = len(bad)
    if len(copied):
        counts.duplicates[key] = len(copied)
