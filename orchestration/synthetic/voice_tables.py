"""Lay out the voice extension: expressions, what followed, and collective voice.

Belongs here: columns of the `vx_` tables. Does not belong here: inventing what was said.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, iso, padded
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.history import History
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables, person_id, written_id

# The case system whose program for interviews writes times in UTC.
_IN_UTC = "eclipse"
# List of collective voice: its table, and the names that its columns have there.
_COLLECTIVE: dict[str, tuple[str, dict[str, str]]] = {
    "waves": (
        "survey_wave",
        {"about": "voice_kind", "opened": "opened_on", "closed": "closed_on"},
    ),
    "answers": (
        "survey_answer",
        {
            "respondent": "respondent_id",
            "question": "question_code",
            "value": "value_number",
            "words": "value_text",
            "answered": "answered_on",
        },
    ),
    "feedback": (
        "feedback",
        {
            "owner": "made_by",
            "advocate": "advocate_used",
            "day": "received_on",
            "responded": "responded_on",
            "themes": "theme_codes",
        },
    ),
    "rights": (
        "information_right",
        {
            "owner": "made_by",
            "day": "requested_on",
            "extended": "extended_to",
            "completed": "completed_on",
        },
    ),
    "sessions": (
        "participation_session",
        {
            "day": "held_on",
            "owner": "voice_owner",
            "practice": "framework_practice",
            "agreed": "changes_agreed",
            "done": "changes_done",
        },
    ),
    "examples": (
        "practice_example",
        {"practice": "framework_practice", "owner": "voice_owner", "started": "started_on"},
    ),
}


def child_tables(
    place: Place,
    history: History,
    expressions: pd.DataFrame,
    reasons: pd.DataFrame,
    missing: pd.DataFrame,
) -> Tables:
    """Return expressions, absent voices, communication needs, interviews and conferences."""
    return {
        "vx_expression": _expressions(history, expressions),
        "vx_not_captured": pd.DataFrame(
            {
                "person_id": written_id(history, reasons["child"].to_numpy(), reasons["date"]),
                "opportunity_type": reasons["kind"],
                "occasion_table": reasons["table"],
                "occasion_id": reasons["occasion_id"],
                "occasion_on": iso(reasons["date"]),
                "voice_owner": reasons["owner"],
                "reason": reasons["reason"],
            }
        ),
        "vx_communication_need": _needs(history),
        "vx_return_interview": _interviews(place, history, missing),
        "vx_conference_participation": _conferences(place, history),
    }


def _expressions(history: History, said: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "expression_id": said["expression_id"],
            # This program never learned that records were merged.
            "person_id": written_id(history, said["child"].to_numpy(), said["recorded"]),
            "voice_owner": said["owner"],
            "speaker_id": said["speaker"],
            "voice_kind": said["about"],
            "opportunity_type": said["kind"],
            "occasion_table": said["table"],
            "occasion_id": said["occasion_id"],
            "expressed_on": iso(said["day"]),
            "recorded_on": iso(said["recorded"]),
            "recorded_by": said["worker"],
            "authored_by": said["author"],
            "capture_method": said["method"],
            "directness": said["directness"],
            "checked_with_person": said["checked"],
            "language": said["language"],
            "interpreter_used": said["interpreter"],
            "communication_aid_used": said["aid"],
            "theme_codes": said["themes"],
            "text": said["text"],
            "quote_permission_scope": said["scope"],
            "quote_permission_understood": said["understood"],
            "quote_permission_on": iso(said["permitted"]),
            "quote_permission_expires_on": iso(said["expires"]),
            "quote_permission_withdrawn_on": iso(said["withdrawn"]),
        }
    )


def _needs(history: History) -> pd.DataFrame:
    rows = history.children[history.children["has_need_record"]]
    method = np.where(rows["need_record"] == "Y", "symbols_or_signing", "conversation")
    return pd.DataFrame(
        {
            "person_id": rows["person_id"],
            "first_language": rows["language"],
            "interpreter_needed": rows["interpreter_record"],
            "communication_need": rows["need_record"],
            "preferred_method": method,
            "valid_from": iso(rows["needs_known_from"]),
        }
    )


def _at(days: Array, minutes: Array) -> Array:
    """Return ISO date and time, blank where there is no date."""
    clock = padded("T", minutes // 60, 2) + padded(":", minutes % 60, 2) + ":00"
    return np.where(np.asarray(days) >= FAR, "", iso(days) + clock).astype(object)


def _instants(days: Array, minutes: Array) -> Array:
    """Return the same as instants in UTC."""
    texts = _at(days, minutes)
    return np.array([text and _utc(text) for text in texts], dtype=object)


def _utc(text: str) -> str:
    there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))
    return there.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _interviews(place: Place, history: History, rows: pd.DataFrame) -> pd.DataFrame:
    at = _instants if place.case_system == _IN_UTC else _at
    offered_on = np.where(rows["offered"] == "Y", rows["end"], FAR)
    return pd.DataFrame(
        {
            "missing_episode_id": rows["missing_id"],
            "person_id": person_id(history, rows["child"].to_numpy()),
            "returned_at": at(rows["end"].to_numpy(), rows["back_at"].to_numpy()),
            "offered": rows["offered"],
            "offered_at": at(offered_on, rows["back_at"].to_numpy() + 20),
            "accepted": rows["accepted"],
            "held_at": at(rows["held"].to_numpy(), rows["held_at"].to_numpy()),
            "independent_person": np.where(rows["held"] < FAR, rows["independent"], ""),
        }
    )


def _conferences(place: Place, history: History) -> pd.DataFrame:
    draws = place.draws("conference participation")
    columns = ["id", "child", "held", "code", "kind"]
    first = history.conferences[history.conferences["recorded"]]
    first = first.rename(columns={"conference_id": "id"}).assign(kind="initial")
    later = history.cp_reviews[history.cp_reviews["recorded"]]
    later = later.rename(columns={"review_id": "id"}).assign(kind="review")
    rows = pd.concat([first[columns], later[columns]], ignore_index=True)
    advocate = rows["code"].isin(["PN2", "PN5"]).to_numpy()
    return pd.DataFrame(
        {
            "conference_id": rows["id"],
            "conference_kind": rows["kind"],
            "person_id": person_id(history, rows["child"].to_numpy()),
            "held_on": iso(rows["held"]),
            "participation": rows["code"],
            "advocate_present": np.where(advocate, "Y", "N"),
            "parent_attended": draws.pick({"Y": 0.8, "N": 0.15, "": 0.05}, len(rows)),
        }
    )


def followup_tables(influences: pd.DataFrame, replies: pd.DataFrame) -> Tables:
    """Return influence on decisions, and replies."""
    return {
        "vx_influence": pd.DataFrame(
            {
                "influence_id": influences["id"],
                "subject_kind": influences["subject_kind"],
                "subject_id": influences["subject_id"],
                "decision_type": influences["decision"],
                "decided_on": iso(influences["decided"]),
                "outcome": influences["outcome"],
                "reason_given": influences["reason"],
                "action_due_on": iso(influences["due"]),
                "action_done_on": iso(influences["done"]),
                "board": influences["board"],
            }
        ),
        "vx_reply": pd.DataFrame(
            {
                "reply_id": replies["id"],
                "subject_kind": replies["subject_kind"],
                "subject_id": replies["subject_id"],
                "due_on": iso(replies["due"]),
                "replied_on": iso(replies["replied"]),
                "status": replies["status"],
            }
        ),
    }


def collective_tables(history: History, gathered: Collective) -> Tables:
    """Return surveys, feedback, information rights, sessions and practice examples."""
    tables = {
        f"vx_{table}": getattr(gathered, name).rename(columns=columns)
        for name, (table, columns) in _COLLECTIVE.items()
    }
    tables["vx_survey_answer"] = tables["vx_survey_answer"].assign(
        scale_min="0", scale_max="10", favourable_when="high"
    )
    for frame in tables.values():
        for column in frame.columns:
            if column.endswith("_on") or column == "extended_to":
                frame[column] = iso(frame[column].to_numpy())
        if "child" in frame.columns:
            frame["person_id"] = person_id(history, frame["child"].to_numpy())
    return tables
