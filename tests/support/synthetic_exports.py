"""Read what the generator moved into other programs' exports, in the voice extension's words.

Belongs here: one authority's app statements, registers, forms, interviews and surveys, as rows of
the tables they become. Does not belong here: any import from the generator or from the mappings.
"""

import csv
from collections.abc import Callable
from pathlib import Path

Row = dict[str, str]

_YOUNG = ("16 and over", "Care leaver")
_YES = ("Yes", "Offered", "Accepted")
_SILENCES = (
    *("Declined", "Refused", "Not appropriate", "Too young", "Not seen", "Absent"),
    *("Not asked", "Not discussed", "Not known", "N/A"),
)


def exported(folder: Path, table: str) -> list[Row]:
    """Return the rows of a table of the voice extension that lie in exports."""
    found: list[Row] = []
    for source, read in _READERS.get(table, {}).items():
        found += [made for row in _rows(folder / source) if (made := read(row)) is not None]
    return found


def iso(text: str) -> str:
    """Return dd/mm/yyyy, with or without a time, as an ISO date; what is no day stays no day."""
    return "-".join(reversed(text[:10].split("/")))


def _rows(folder: Path) -> list[Row]:
    """Return the rows of a program's only file, a repeated one once."""
    (path,) = folder.glob("*/*.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        unique = {tuple(row.values()): row for row in csv.DictReader(lines)}
    return list(unique.values())


def _expression(key: str, person: str, day: str, method: str, directness: str) -> Row:
    return {
        "expression_id": key,
        "person_id": person,
        "voice_owner": "child",
        "opportunity_type": "",
        "occasion_table": "",
        "occasion_id": "",
        "expressed_on": iso(day),
        "capture_method": method,
        "directness": directness,
    }


def _statement(row: Row) -> Row:
    key, person = "mind_of_my_own:" + row["Statement ID"], row["Young person ID"]
    said = _expression(key, person, row["Sent on"], "app", "verbatim")
    return said | {"voice_owner": "young_person" if row["Age group"] in _YOUNG else "child"}


def _through_an_advocate(row: Row) -> Row | None:
    directness = "verbatim" if row["In own words"] == "Yes" else "reported"
    key = "advocacy:" + row["Referral ID"]
    said = _expression(key, row["Child ID"], row["Met on"], "advocate", directness)
    return said if row["Views"] else None


def _on_a_form(row: Row) -> Row | None:
    key, person = f"form:{row['Form ID']}/{row['Question code']}", row["Child ID"]
    said = _expression(key, person, row["Completed on"], "unknown", "unknown")
    question = row["Question"].lower()
    asks_for_it = any(words in question for words in ("my view", "wishes", "person's view"))
    return said if asks_for_it and row["Answer"] not in _SILENCES else None


def _in_an_interview(row: Row) -> Row | None:
    key, person = "return:" + row["Missing episode ID"], row["Child ID"]
    said = _expression(key, person, row["Held on"], "conversation", "summary_unchecked")
    said |= {"opportunity_type": "RHI_DONE", "occasion_table": "ssd_missing"}
    said |= {"occasion_id": row["Missing episode ID"]}
    return said if row["What the child said"] else None


def _interview(row: Row) -> Row:
    accepted = {True: "Y", False: "N"}[row["Accepted"] in _YES] if row["Accepted"] else ""
    return {
        "missing_episode_id": row["Missing episode ID"],
        "person_id": row["Child ID"],
        "offered": "Y" if row["Offered"] in _YES else "N",
        "accepted": accepted,
        "held_at": iso(row["Held on"]) if row["Held on"] else "",
    }


def _item(row: Row) -> Row:
    return {
        "feedback_id": "complaints_and_compliments:" + row["Reference"],
        "person_id": row["Child ID"],
        "received_on": iso(row["Received"]),
    }


def _answer(respondent: str, answered: str) -> Callable[[Row], Row | None]:
    def read(row: Row) -> Row | None:
        if row[respondent] == "BAD-1":
            return None
        return {
            "wave_id": row["Wave"],
            "respondent_id": row[respondent],
            "answered_on": iso(row[answered]),
        }

    return read


_READERS: dict[str, dict[str, Callable[[Row], Row | None]]] = {
    "vx_expression": {
        "mind_of_my_own": _statement,
        "advocacy": _through_an_advocate,
        "case_form_answers": _on_a_form,
        "return_interviews": _in_an_interview,
    },
    "vx_feedback": {"complaints_and_compliments": _item},
    "vx_return_interview": {"return_interviews": _interview},
    "vx_survey_answer": {
        "survey_long": _answer("Respondent", "Answered on"),
        "survey_wide": _answer("Response ID", "Completed on"),
    },
}
