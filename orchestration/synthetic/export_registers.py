"""Lay out an app's statements, the register of feedback and the list of examples.

Belongs here: the columns and wordings of these three. Does not belong here: what is moved there
(exports), or writing it (export_shape).
"""

import pandas as pd

from orchestration.synthetic.export_shape import Export, every, several, worded
from orchestration.synthetic.history import History
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.returns import slashed
from orchestration.synthetic.workforce import person_id


def statements(place: Place, history: History, said: pd.DataFrame) -> Export:
    """Lay out the app's statements; nobody replied to these in the app."""
    ways, draws = place.recipe.exports["app"], place.draws("app export")
    frame = pd.DataFrame(
        {
            "Statement ID": said["expression_id"],
            "Young person ID": person_id(history, said["child"].to_numpy()),
            "Sent on": slashed(said["day"].to_numpy()),
            "Scenario": worded(draws, ways["scenarios"], said["about"]),
            "Age group": worded(draws, ways["owners"], said["owner"]),
            "Topics": several(draws, ways["topics"], said["themes"], ", "),
            "Statement": said["text"],
            "Sent to": said["worker"],
            "Read on": slashed(said["recorded"].to_numpy()),
            "Replied on": "",
            "Reply": "",
        }
    )
    bad = {"Statement ID": "BAD-1", "Sent on": "31/02/2025", "Age group": "Under 16"}
    makes = {"vx_expression": every(frame)}
    return Export("mind_of_my_own", "app_statements", frame, makes, bad, {"vx_expression": 1})


def register(place: Place, history: History, items: pd.DataFrame) -> Export:
    """Lay out the register of complaints, compliments and comments."""
    ways, draws = place.recipe.exports["feedback"], place.draws("register export")
    frame = pd.DataFrame(
        {
            "Reference": items["feedback_id"],
            "Type": worded(draws, ways["kinds"], items["kind"]),
            "Child ID": person_id(history, items["child"].to_numpy()),
            "Made by": worded(draws, ways["owners"], items["owner"]),
            "Advocate": worded(draws, ways["flags"], items["advocate"]),
            "Stage": worded(draws, ways["stages"], items["stage"]),
            "Received": slashed(items["day"].to_numpy()),
            "Responded": slashed(items["responded"].to_numpy()),
            "Outcome": worded(draws, ways["outcomes"], items["outcome"]),
            "Themes": several(draws, ways["themes"], items["themes"], ";"),
            "Details": items["text"],
        }
    )
    bad = {"Reference": "BAD-1", "Type": "Complaint", "Received": "31/02/2025"}
    makes = {"vx_feedback": every(frame)}
    source = "complaints_and_compliments"
    return Export(source, "complaints", frame, makes, bad, {"vx_feedback": 1})


def list_of_examples(place: Place, items: pd.DataFrame) -> Export:
    """Lay out the local examples of practice."""
    ways, draws = place.recipe.exports["examples"], place.draws("examples export")
    frame = pd.DataFrame(
        {
            "Example ID": items["example_id"],
            "Title": items["title"],
            "Approach": worded(draws, ways["approaches"], items["approach"]),
            "Stage": worded(draws, ways["stages"], items["stage"]),
            "Practice": worded(draws, ways["practices"], items["practice"]),
            "Whose voice": several(draws, ways["owners"], items["owner"], ", "),
            "Started": slashed(items["started"].to_numpy()),
            "Status": worded(draws, ways["statuses"], items["status"]),
            "What we learned": items["learned"],
        }
    )
    makes = {"vx_practice_example": every(frame)}
    return Export("practice_examples", "practice_examples", frame, makes, {}, {})
