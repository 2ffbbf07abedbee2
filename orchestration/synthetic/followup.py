"""Follow the voice: what it changed, and whether anyone told the person.

Belongs here: influence on decisions and replies. Does not belong here: the voice itself.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array
from orchestration.synthetic.history import identifiers
from orchestration.synthetic.recipe import Place

_DECISIONS = {"child_plan": 0.55, "placement": 0.12, "contact": 0.15, "assessment": 0.18}
_WIDER = {"service_design": 0.5, "information_system": 0.2, "board_action": 0.3}


@dataclass(frozen=True, slots=True)
class Subjects:
    """Things said that may be followed up: their kind, identifiers, days and owners."""

    kind: str
    identifiers: Array
    days: Array
    owners: Array
    at_decision: Array


def record_influences(place: Place, subjects: Subjects) -> pd.DataFrame:
    """Return the decisions on which things said were brought to bear."""
    draws, rates = place.draws(f"influence {subjects.kind}"), place.recipe.rates
    count = len(subjects.days)
    chance = np.where(subjects.at_decision, rates["influence"], rates["influence_elsewhere"])
    chosen = np.flatnonzero(draws.whether(chance, count))
    # A few pieces of voice bear on two decisions.
    chosen = np.sort(np.concatenate([chosen, chosen[draws.whether(0.04, len(chosen))]]))
    count, day = len(chosen), subjects.days[chosen]
    decided = np.minimum(day + draws.whole(0, 30, count), place.as_of)
    shares = _DECISIONS if subjects.kind == "expression" else _WIDER
    outcome = draws.pick(rates["influence_outcomes"], count)
    acted = np.isin(outcome, ["changed", "partly_changed"])
    due = np.where(acted, decided + draws.whole(14, 90, count), FAR)
    done = due + draws.whole(-10, 40, count)
    finished = acted & draws.whether(0.7, count) & (done <= place.as_of) & (done >= decided)
    return pd.DataFrame(
        {
            "subject_kind": subjects.kind,
            "subject_id": subjects.identifiers[chosen],
            "subject": chosen,
            "decision": draws.pick(shares, count),
            "decided": decided,
            "outcome": outcome,
            "reason": np.where(acted, "", draws.pick({"Y": 0.55, "N": 0.35, "": 0.1}, count)),
            "due": due,
            "done": np.where(finished, done, FAR),
            "board": np.where(shares is _WIDER, "Corporate parenting board", ""),
        }
    )


def record_replies(place: Place, subjects: Subjects, influenced: Array) -> pd.DataFrame:
    """Return replies to the people who spoke; parents get fewer, as the settings plant it."""
    draws, rates = place.draws(f"replies {subjects.kind}"), place.recipe.rates
    count, gap = len(subjects.days), place.recipe.gaps["replies_to_parents"]
    has_influence = np.zeros(count, dtype=bool)
    has_influence[influenced] = True
    chance = np.where(has_influence, rates["reply_after_influence"], rates["reply_otherwise"])
    chosen = np.flatnonzero(draws.whether(chance, count))
    count = len(chosen)
    told = np.full(count, rates["told"])
    told += np.where(subjects.owners[chosen] == gap["value"], gap["points"] / 100, 0.0)
    due = subjects.days[chosen] + 28
    replied = np.minimum(due + draws.whole(-26, 20, count), place.as_of)
    replied = np.maximum(replied, subjects.days[chosen])
    is_told = draws.whether(told, count)
    understood = draws.whether(0.4, count)
    status = np.where(is_told, np.where(understood, "told_and_understood", "told"), "not_told")
    left = draws.rng.random(count)
    for name, share in rates["reply_left_out"].items():
        status = np.where((left >= 0) & (left < share), name, status)
        left = left - share
    answered = np.isin(status, ["told", "told_and_understood", "declined_to_hear"])
    return pd.DataFrame(
        {
            "subject_kind": subjects.kind,
            "subject_id": subjects.identifiers[chosen],
            "subject": chosen,
            "due": due,
            "replied": np.where(answered, replied, FAR),
            "status": status,
        }
    )


def numbered(place: Place, prefix: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join parts and give every row an identifier."""
    frame = pd.concat(parts, ignore_index=True)
    frame["id"] = identifiers(place, prefix, len(frame))
    return frame
