"""Write what truly happened in an invented authority as clean lists of events.

Belongs here: bringing the generator's own lists into the documented shape of
`seeds/synthetic/event_lists.yaml`. Does not belong here: anything that an indicator concludes from
events (what was due, missed, heard, told): whoever checks the warehouse works that out alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from orchestration.synthetic.care import in_return
from orchestration.synthetic.clocks import FAR, Array, year_ends
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.history import History
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import person_id, worker_changes, written_id

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Happened:
    """All that happened and was said in one authority."""

    history: History
    expressions: pd.DataFrame
    absences: pd.DataFrame
    influences: pd.DataFrame
    replies: pd.DataFrame
    collective: Collective
    occasion_of: Array
    in_app: Array
    in_register: Array


def write_event_lists(folder: Path, place: Place, happened: Happened) -> None:
    """Write every list of one authority, a Parquet file each."""
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    lists = _lists(place, happened)
    for name, facts in place.recipe.event_lists.items():
        shaped = _shaped(happened.history, lists[name], facts["columns"])
        parquet.write_table(shaped, folder / f"{name}.parquet")


def _shaped(history: History, frame: pd.DataFrame, columns: dict[str, list[str]]) -> "pa.Table":
    """Return a list with the documented columns only."""
    import pyarrow as pa

    shaped = {}
    for name, (source, kind, _) in columns.items():
        values = frame[source].to_numpy()
        if kind == "day":
            known = values < FAR
            days = np.where(known, values, 0).astype("datetime64[D]")
            shaped[name] = pa.array(days, mask=~known)
        elif kind in ("child", "text"):
            words = person_id(history, values) if kind == "child" else values
            shaped[name] = pa.array(words, type=pa.string(), mask=np.equal(words, ""))
        else:
            shaped[name] = pa.array(values)
    return pa.table(shaped)


def _lists(place: Place, happened: Happened) -> dict[str, pd.DataFrame]:
    history, gathered = happened.history, happened.collective
    care = history.care
    exports = place.recipe.exports
    said = happened.expressions.assign(
        true_occasion=happened.occasion_of,
        in_app=happened.in_app,
        themes=_known_themes(happened.expressions, happened.in_app, exports["app"]["topics"]),
    )
    listed = _known_themes(gathered.feedback, happened.in_register, exports["feedback"]["themes"])
    return {
        "children": history.children,
        "contacts": history.spells,
        "early_help": history.early_help,
        **_referred(history),
        "conferences": _with_advocate(history.conferences),
        "protection_plans": history.cp_plans,
        "protection_reviews": _with_advocate(_of_plan(_held(history.cp_reviews), history.cp_plans)),
        "protection_visits": history.cp_visits,
        "need_plans": history.cin_plans,
        "need_visits": history.cin_visits,
        "care_periods": care.periods,
        "placements": _of_period(care.placements, care.periods),
        "legal_statuses": _of_period(care.statuses, care.periods),
        "officer_contacts": _of_period(care.episodes, care.periods)[
            care.episodes["officer_contact"].to_numpy() < FAR
        ],
        "health_assessments": _held(history.health),
        "questionnaires": history.questionnaires,
        "care_visits": _held(history.cla_visits),
        "care_reviews": _of_period(_held(history.cla_reviews), care.periods),
        "missing_episodes": history.missing,
        "care_leavers": history.leavers,
        "cases_before_court": history.before_court,
        "education_requests": _requests(history.education),
        "returned_homes": _returned_homes(place, history),
        "worker_changes": worker_changes(place, history),
        "identity_changes": history.identities,
        "expressions": _written(history, said, "recorded"),
        "absent_voices": _written(history, happened.absences, "date"),
        "influences": happened.influences,
        "replies": happened.replies,
        "survey_waves": gathered.waves,
        "survey_answers": gathered.answers,
        "feedback": gathered.feedback.assign(themes=listed),
        "information_rights": gathered.rights,
        "sessions": gathered.sessions,
    }


def _known_themes(said: pd.DataFrame, elsewhere: Array, words: dict[str, list[str]]) -> Array:
    """Return themes without those for which the program that keeps the item has no word."""
    kept = said["themes"].map(lambda codes: ";".join(c for c in codes.split(";") if c in words))
    return np.where(elsewhere, kept, said["themes"])


def _referred(history: History) -> dict[str, pd.DataFrame]:
    spells = history.spells
    assessed = spells[spells["assessment_start"] < FAR]
    begun = np.where(assessed["linked"], assessed["referral"], assessed["assessment_start"])
    return {
        "referrals": spells,
        "assessments": assessed.assign(assessed_from=begun),
        "enquiries": spells[spells["s47_start"] < FAR],
    }


def _requests(rows: pd.DataFrame) -> pd.DataFrame:
    """Name only what there is a record of."""
    names = {
        "assessment_id": np.where(rows["begun"], rows["assessment_id"], ""),
        "plan_id": np.where(rows["active"], rows["plan_id"], ""),
    }
    return rows.assign(**names)


def _returned_homes(place: Place, history: History) -> pd.DataFrame:
    """Return what each yearly return says of the homes of care leavers."""
    every = [
        history.leavers[in_return(history.leavers, ends)].assign(return_day=ends)
        for ends in year_ends(place.opens, place.as_of)
    ]
    none = history.leavers.iloc[:0].assign(return_day=0)
    return _written(history, pd.concat(every or [none], ignore_index=True), "return_day")


def _written(history: History, events: pd.DataFrame, day: str) -> pd.DataFrame:
    """Add the identifier by which the child was written down then."""
    return events.assign(written=written_id(history, events["child"].to_numpy(), events[day]))


def _held(events: pd.DataFrame) -> pd.DataFrame:
    """Leave out the due dates that nobody met: that they were missed is a conclusion."""
    return events[events["held"] < FAR]


def _with_advocate(conferences: pd.DataFrame) -> pd.DataFrame:
    there = np.where(conferences["code"].isin(["PN2", "PN5"]), "Y", "N")
    return conferences.assign(advocate=np.where(conferences["recorded"], there, ""))


def _of_plan(events: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    return events.assign(plan_id=plans["plan_id"].to_numpy()[events["plan"]])


def _of_period(events: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    at = events["period"].to_numpy()
    breaks = periods["short_break"].to_numpy()[at]
    return events.assign(cla_id=periods["cla_id"].to_numpy()[at], short_break=breaks)
