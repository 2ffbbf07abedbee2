"""Lay out answers that children gave: on forms of a case system, and to the dataset's questions.

Belongs here: the columns and wordings of these exports. Does not belong here: what is moved there
(exports), or writing it (export_shape).
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import Array, padded
from orchestration.synthetic.export_shape import Export, every, somebody, worded
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.returns import slashed
from orchestration.synthetic.workforce import person_id

_BAD_DAY = "31/02/2025"
_VOICE_QUESTIONS = (
    "voch_explained_worries",
    "voch_story_help_understand",
    "voch_agree_worker",
    "voch_plan_safe",
    "voch_tablet_help_explain",
)


def case_forms(place: Place, history: History, said: pd.DataFrame) -> Export:
    """Lay out three answers a form; the second is the child's own view, or why there is none."""
    ways, draws = place.recipe.exports["forms"], place.draws("form export")
    visits = history.cin_visits
    days, children = visits["held"].to_numpy(), visits["child"].to_numpy()
    silent = somebody(place, children, days, draws, ways["silent_forms"])
    reasons = pd.Series(draws.pick(ways["reasons"], len(silent)), dtype=object)
    silent["text"] = worded(draws, ways["silences"], reasons)
    silent["worker"] = padded("W", draws.whole(1, 60, len(silent)), 4)
    silent["recorded"] = silent["day"]
    forms = pd.concat([said.assign(has_view=True), silent.assign(has_view=False)])
    forms = forms.sort_values(["day", "child"], kind="stable").reset_index(drop=True)
    count = len(forms)
    frame = pd.DataFrame(
        {
            "Form ID": identifiers(place, "FRM", count),
            "Child ID": person_id(history, forms["child"].to_numpy()),
            "Form": draws.one_of(ways["names"], count),
            "Form version": "3",
        }
    )
    asked = [
        (ways["first"]["question"], draws.pick(ways["first"]["answers"], count)),
        (draws.one_of(ways["own_view"], count), forms["text"].to_numpy()),
        (ways["last"]["question"], draws.pick(ways["last"]["answers"], count)),
    ]
    parts = [
        frame.assign(**{"Question code": f"Q{at}", "Question": question, "Answer": answer})
        for at, (question, answer) in enumerate(asked, start=1)
    ]
    rows = pd.concat(parts).sort_index(kind="stable")
    at = rows.index.to_numpy()
    rows["Completed on"] = slashed(forms["day"].to_numpy()[at])
    rows["Recorded on"] = slashed(forms["recorded"].to_numpy()[at])
    rows["Recorded by"] = forms["worker"].to_numpy()[at]
    rows["System"] = place.case_system
    return _forms(rows.reset_index(drop=True), forms["has_view"].to_numpy()[at])


def _forms(rows: pd.DataFrame, has_view: Array) -> Export:
    own_view = (rows["Question code"] == "Q2").to_numpy()
    makes = {
        "vx_form_answer": every(rows),
        "vx_expression": (own_view & has_view).astype(np.int64),
        "vx_not_captured": (own_view & ~has_view).astype(np.int64),
    }
    bad = {"Form ID": "BAD-1", "Form": "Record of visit", "Question": "Was the child seen?"}
    bad |= {"Answer": "Yes", "Completed on": _BAD_DAY}
    return Export("case_form_answers", "form_answers", rows, makes, bad, {"vx_form_answer": 1})


def voice_questions(place: Place, history: History) -> Export:
    """Lay out sets of the dataset's five questions, which no other delivery holds."""
    ways, draws = place.recipe.exports["voice_questions"], place.draws("voice questions")
    visits = history.cp_visits
    asked = somebody(
        place, visits["child"].to_numpy(), visits["held"].to_numpy(), draws, ways["sets"]
    )
    frame = pd.DataFrame({"voch_table_id": identifiers(place, "VOC", len(asked))})
    frame["voch_person_id"] = person_id(history, asked["child"].to_numpy())
    for column in _VOICE_QUESTIONS:
        frame[column] = draws.pick(ways["answers"], len(asked))
    # A set without any answer is no set.
    frame["voch_agree_worker"] = frame["voch_agree_worker"].replace("", "N")
    frame["voch_answered_on"] = slashed(asked["day"].to_numpy())
    frame["voch_worker_id"] = padded("W", draws.whole(1, 60, len(asked)), 4)
    answered = (frame[list(_VOICE_QUESTIONS)] != "").to_numpy().sum(axis=1)
    bad = {"voch_table_id": "BAD-1", "voch_plan_safe": "Y", "voch_answered_on": _BAD_DAY}
    makes = {"vx_form_answer": answered}
    source, stem = "ssd_voice_questions", "ssd_voice_of_child"
    return Export(source, stem, frame, makes, bad, {"vx_form_answer": 1})
