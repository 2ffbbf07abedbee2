"""Lay out waves of surveys as a survey tool exports them, long and wide.

Belongs here: the columns and wordings of both. Does not belong here: which waves a tool holds
(exports), or writing the file (export_shape). No tool tells how many people answered, and a wide
export not even how many were asked.
"""

import pandas as pd

from orchestration.synthetic.clocks import Array
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.export_shape import Export, every, worded
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.returns import slashed

_BAD_DAY = "31/02/2025"
_FIRST_QUESTION, _OPEN_QUESTION = "Q1", "Q5"
_HIGHEST = 10
_TITLES = ("Survey", "Wave", "Wave opened", "Wave closed", "Invited", "Audience")


def long_survey(place: Place, gathered: Collective) -> Export:
    """Lay out a row an answer."""
    questions, answers = place.recipe.exports["surveys"]["questions"], gathered.answers
    score, words = answers["value"].astype(str), answers["words"]
    frame = _waves(place, gathered, answers)
    frame["Respondent"] = answers["respondent"]
    frame["Linked child ID"] = ""
    frame["Question code"] = answers["question"]
    frame["Question"] = answers["question"].map(questions)
    frame["Answer"] = words.where(words != "", score)
    frame["Score"] = score
    frame["Lowest score"], frame["Highest score"] = "0", str(_HIGHEST)
    frame["Answered on"] = slashed(answers["answered"].to_numpy())
    _add_people(place, frame, answers)
    bad = {"Respondent": "BAD-1", "Question code": "Q1", "Score": "7", "Answered on": _BAD_DAY}
    return _export("survey_long", "survey_answers", frame, every(frame), bad)


def wide_survey(place: Place, gathered: Collective) -> Export:
    """Lay out a row a respondent and a column a question, on the tool's own scale of words."""
    ways, draws = place.recipe.exports["surveys"], place.draws("wide survey")
    steps = dict(enumerate(ways["scale"]))
    by_question = {
        code: gathered.answers[gathered.answers["question"] == code].reset_index(drop=True)
        for code in ways["questions"]
    }
    people = by_question[_FIRST_QUESTION]
    frame = _waves(place, gathered, people).drop(columns="Invited")
    frame["Response ID"] = people["respondent"]
    frame["Completed on"] = slashed(people["answered"].to_numpy())
    _add_people(place, frame, people)
    for code, answers in by_question.items():
        if code == _OPEN_QUESTION:
            frame[ways["questions"][code]] = answers["words"]
        else:
            step = (answers["value"] * (len(steps) - 1) / _HIGHEST).round().astype(int)
            frame[f"{code}. {ways['questions'][code]}"] = worded(draws, steps, step)
    asked = frame.columns[-len(by_question) :]
    answered = (frame[asked] != "").to_numpy().sum(axis=1)
    bad = {"Response ID": "BAD-1", "Completed on": _BAD_DAY, asked[0]: "Never"}
    return _export("survey_wide", "survey_responses", frame, answered, bad)


def _export(
    source: str, stem: str, frame: pd.DataFrame, makes: Array, bad: dict[str, str]
) -> Export:
    # The bad row belongs to a wave that is there anyway.
    wave = {title: frame[title].iloc[0] for title in _TITLES if title in frame and len(frame)}
    whole = {"vx_survey_wave": int(frame["Wave"].nunique())}
    table = "vx_survey_answer"
    return Export(source, stem, frame, {table: makes}, wave | bad, {table: 1}, whole)


def _waves(place: Place, gathered: Collective, answers: pd.DataFrame) -> pd.DataFrame:
    """Return what stands in front of every answer of a wave."""
    ways, draws = place.recipe.exports["surveys"], place.draws("survey titles")
    waves = gathered.waves
    titles = pd.DataFrame(
        {
            "Survey": waves["survey"].str.replace("_", " ").str.capitalize(),
            "Wave": waves["wave_id"],
            "Wave opened": slashed(waves["opened"].to_numpy()),
            "Wave closed": slashed(waves["closed"].to_numpy()),
            "Invited": waves["invited"].astype(str),
            "Audience": worded(draws, ways["audiences"], waves["audience"]),
        }
    )
    return answers[["wave_id"]].merge(titles, left_on="wave_id", right_on="Wave")[[*_TITLES]]


def _add_people(place: Place, frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    ways, draws = place.recipe.exports["surveys"], place.draws("survey people")
    frame["Age group"] = answers["age_band"]
    frame["Sex"] = worded(draws, ways["sexes"], answers["sex"])
    frame["Ethnic group"] = answers["ethnicity"]
    frame["Disability"] = worded(draws, ways["flags"], answers["disability"])
    frame["Area"] = answers["area"]
