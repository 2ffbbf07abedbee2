"""Invent collective voice: surveys, feedback, information rights, sessions, practice examples.

Belongs here: voice that no single occasion of a journey asked for. Does not belong here: a
child's own expressions (voice) or what followed from them (followup).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, add_months, age_on
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.people import owner_of_child
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.texts import pick_sentences

_SURVEYS = {
    "your_life_your_care": ("child", "as_information", 0.045, 0.42),
    "your_life_beyond_care": ("young_person", "as_information", 0.012, 0.31),
    "family_feedback": ("parent_carer", "as_information", 0.09, 0.17),
    "practitioner_recording": ("practitioner", "about_information", 0.016, 0.55),
}
_SESSIONS = ["children_in_care_council", "care_leavers_forum", "co_design", "parent_forum"]
_SESSIONS += ["practitioner_forum", "community_event"]
_SESSION_OWNER = dict(
    zip(
        _SESSIONS,
        ["child", "young_person", "child", "parent_carer", "practitioner", "community"],
        strict=True,
    )
)
# Even a tiny authority has some complaints and requests, or nothing could be seen of them there.
_FEW = 12
_EXAMPLES = [
    ("A first call that asks what matters", "relational", "gather", "CIP-6", "parent_carer"),
    ("Words and pictures in every plan", "relational", "use", "CIP-7", "child;young_person"),
    ("An app with pictures for the youngest", "technology", "gather", "CIP-5", "child"),
    ("Young people choose the board's measures", "hybrid", "process", "CIP-1", "young_person"),
    ("You said, we will: a poster each term", "relational", "share", "CIP-6", "child;young_person"),
    ("Parents read the assessment first", "relational", "share", "CIP-7", "parent_carer"),
    ("Themes counted from case notes", "technology", "process", "CIP-6", "practitioner;manager"),
    ("Talking mats at every review", "hybrid", "gather", "CIP-7", "child"),
]


@dataclass(frozen=True, slots=True)
class Collective:
    """Voice of groups and about information."""

    waves: pd.DataFrame
    answers: pd.DataFrame
    feedback: pd.DataFrame
    rights: pd.DataFrame
    sessions: pd.DataFrame
    examples: pd.DataFrame


def gather_collective(place: Place, history: History) -> Collective:
    """Return surveys, feedback, information rights, sessions and examples of practice."""
    waves = _waves(place)
    return Collective(
        waves=waves,
        answers=_linked(place, history, waves, _answers(place, waves)),
        feedback=_feedback(place, history),
        rights=_rights(place, history),
        sessions=_sessions(place),
        examples=_examples(place),
    )


def _waves(place: Place) -> pd.DataFrame:
    """Return one wave a survey and year; the last ones may still be open."""
    draws, years = place.draws("surveys"), (place.as_of - place.opens) // 365 + 1
    parts = []
    for position, (survey, facts) in enumerate(_SURVEYS.items()):
        opened = place.opens + 60 + 75 * position + 365 * np.arange(years)
        opened = opened[opened <= place.as_of - 3]
        owner, kind, share, rate = facts
        invited = draws.whole(
            max(int(place.children * share * 0.9), 3),
            max(int(place.children * share * 1.1), 4),
            len(opened),
        )
        chance = np.clip(rate + 0.06 * draws.rng.standard_normal(len(opened)), 0.05, 0.95)
        frame = pd.DataFrame({"survey": survey, "audience": owner, "about": kind, "opened": opened})
        frame["closed"] = place.known(opened + draws.whole(28, 45, len(opened)))
        frame["invited"] = invited
        frame["responded"] = np.round(invited * chance).astype(np.int64)
        parts.append(frame)
    waves = pd.concat(parts, ignore_index=True).sort_values(["opened", "survey"])
    waves = waves.reset_index(drop=True)
    waves["wave_id"] = identifiers(place, "WAV", len(waves))
    return waves


def _answers(place: Place, waves: pd.DataFrame) -> pd.DataFrame:
    """Return five answers a respondent; respondents are random numbers of the wave."""
    draws, rates = place.draws("answers"), place.recipe.rates
    wave = np.repeat(np.arange(len(waves)), waves["responded"])
    count = len(wave)
    token = draws.rng.integers(0, 2**52, count)
    ends = np.minimum(waves["closed"].to_numpy(), place.as_of)[wave]
    people = pd.DataFrame({"wave": wave, "wave_id": waves["wave_id"].to_numpy()[wave]})
    people["respondent"] = np.array([f"{number:013x}" for number in token.tolist()], dtype=object)
    people["answered"] = draws.whole(waves["opened"].to_numpy()[wave], ends, count)
    audience = waves["audience"].to_numpy()[wave]
    young = draws.pick({"4-7": 0.2, "8-11": 0.35, "12-15": 0.3, "16-17": 0.15}, count)
    bands = np.select([audience == "child", audience == "young_person"], [young, "18-25"], "26+")
    people["age_band"] = bands.astype(object)
    people["sex"] = draws.pick({"M": 0.46, "F": 0.5, "": 0.04}, count)
    people["ethnicity"] = np.where(
        draws.whether(0.1, count), "", draws.pick(rates["ethnicity"], count)
    )
    people["disability"] = draws.pick({"Y": 0.15, "N": 0.75, "": 0.1}, count)
    people["area"] = np.char.add(place.letters, draws.whole(1, 6, count).astype(str)).astype(object)
    answers = people.merge(pd.DataFrame({"question": [f"Q{n}" for n in range(1, 6)]}), how="cross")
    scale = draws.whole(0, 10, len(answers))
    lifted = np.minimum(scale + 2, 10)
    answers["value"] = np.where(draws.whether(0.5, len(answers)), lifted, scale)
    answers["words"] = np.where(
        (answers["question"] == "Q5") & draws.whether(0.4, len(answers)),
        pick_sentences(place, "survey", "survey", len(answers)),
        "",
    )
    return answers


def _linked(
    place: Place, history: History, waves: pd.DataFrame, answers: pd.DataFrame
) -> pd.DataFrame:
    """Add the child where the respondent agreed to be linked: in care, or a care leaver."""
    draws, periods = place.draws("linked answers"), history.care.periods
    links = []
    for number, wave in enumerate(waves.itertuples(index=False)):
        if wave.audience not in ("child", "young_person"):
            continue
        now = (periods["start"] <= wave.opened) & (periods["end"] > wave.opened)
        people = periods.loc[now & ~periods["short_break"], "child"].unique()
        if wave.audience == "young_person":
            people = history.leavers.loc[history.leavers["since"] <= wave.opened, "child"].unique()
        who = answers.loc[answers["wave"] == number, "respondent"].unique()
        count = min(len(people), (2 * len(who) + 2) // 5)
        chosen = draws.rng.choice(people, count, replace=False)
        links.append(pd.DataFrame({"wave": number, "respondent": who[:count], "child": chosen}))
    named = pd.concat([pd.DataFrame(columns=["wave", "respondent", "child"]), *links])
    key = pd.MultiIndex.from_frame(answers[["wave", "respondent"]])
    child = named.set_index(["wave", "respondent"])["child"].reindex(key)
    return answers.assign(child=child.fillna(-1).astype(np.int64).to_numpy())


def _someone(place: Place, history: History, draws: Draws, count: int, after: int) -> pd.DataFrame:
    """Return a child with a journey, a day in it, and that child's own voice on the day."""
    spells = history.spells
    chosen = spells.iloc[draws.whole(0, len(spells) - 1, count if len(spells) else 0)]
    start = chosen["referral"].to_numpy()
    day = np.minimum(draws.whole(start, start + after, len(chosen)), place.as_of)
    frame = pd.DataFrame({"child": chosen["child"].to_numpy(), "day": day})
    born = history.children["born"].to_numpy()[frame["child"]]
    frame["own_owner"] = owner_of_child(born, day)
    frame["age"] = age_on(born, day)
    return frame


def _owners(draws: Draws, frame: pd.DataFrame, own: float, others: dict[str, float]) -> Array:
    mine = draws.whether(own, len(frame)) & (frame["age"].to_numpy() >= 8)
    return np.where(mine, frame["own_owner"], draws.pick(others, len(frame)))


def _feedback(place: Place, history: History) -> pd.DataFrame:
    draws = place.draws("feedback")
    count = max(int(place.children * 0.014 * (place.as_of - place.opens) / 365), _FEW)
    frame = _someone(place, history, draws, count, 300)
    frame["owner"] = _owners(draws, frame, 0.3, {"parent_carer": 0.75, "caregiver": 0.25})
    frame["kind"] = draws.pick({"complaint": 0.5, "compliment": 0.35, "comment": 0.15}, len(frame))
    complaint = (frame["kind"] == "complaint").to_numpy()
    frame["stage"] = np.where(
        complaint, draws.pick({"1": 0.88, "2": 0.1, "3": 0.02}, len(frame)), ""
    )
    answered = frame["day"].to_numpy() + draws.days(13, 0.7, 1, 120, len(frame))
    late = draws.whether(0.85, len(frame)) & complaint
    frame["responded"] = np.where(late, place.known(answered), FAR)
    results = {"upheld": 0.25, "partly_upheld": 0.33, "not_upheld": 0.36, "withdrawn": 0.06}
    outcome = draws.pick(results, len(frame))
    frame["outcome"] = np.where(frame["responded"] < FAR, outcome, "")
    frame["advocate"] = np.where(
        np.isin(frame["owner"].to_numpy(), ["child", "young_person"]),
        draws.pick({"Y": 0.4, "N": 0.5, "": 0.1}, len(frame)),
        "N",
    )
    themes = {"service_quality": 0.3, "being_told": 0.2, "worker_change": 0.15, "family_time": 0.15}
    themes.update({"records_accuracy": 0.1, "service_access": 0.1})
    frame["themes"] = draws.pick(themes, len(frame))
    frame["text"] = pick_sentences(place, "feedback", "feedback", len(frame))
    frame["child"] = np.where(draws.whether(0.1, len(frame)), -1, frame["child"])
    frame = frame.sort_values(["day", "child"], kind="stable").reset_index(drop=True)
    frame["feedback_id"] = identifiers(place, "FBK", len(frame))
    return frame


def _rights(place: Place, history: History) -> pd.DataFrame:
    draws = place.draws("information rights")
    count = max(int(place.children * 0.02 * (place.as_of - place.opens) / 365), _FEW)
    frame = _someone(place, history, draws, count, 200)
    kinds = {"privacy_notice": 0.42, "access": 0.34, "correction": 0.14, "complaint": 0.07}
    frame["kind"] = draws.pick({**kinds, "objection": 0.03}, len(frame))
    # Two requests fall due on the day of the extract: not yet late, so not yet counted.
    frame.loc[:1, "day"] = int(add_months(np.array([place.as_of]), -1)[0])
    frame.loc[:1, "kind"] = "access"
    frame["owner"] = _owners(draws, frame, 0.35, {"parent_carer": 0.9, "caregiver": 0.1})
    day, access = frame["day"].to_numpy(), (frame["kind"] == "access").to_numpy()
    month = add_months(day, 1)
    extended = access & draws.whether(0.18, len(frame)) & (np.arange(len(frame)) > 1)
    frame["extended"] = np.where(extended, add_months(day, 3), FAR)
    frame["due"] = np.where(extended, frame["extended"], month)
    late = draws.whether(0.3, len(frame))
    gap = np.where(late, draws.whole(1, 60, len(frame)), -draws.whole(0, 20, len(frame)))
    done = np.maximum(frame["due"].to_numpy() + gap, day)
    done = np.where(draws.whether(0.04, len(frame)), FAR, place.known(done))
    notice = (frame["kind"] == "privacy_notice").to_numpy()
    frame["completed"] = np.where(notice, day, done)
    outcome = draws.pick({"accepted": 0.74, "noted": 0.1, "refused": 0.16}, len(frame))
    outcome = np.where(frame["completed"] < FAR, outcome, "")
    withdrawn = ~notice & draws.whether(0.05, len(frame))
    frame["outcome"] = np.where(withdrawn, "withdrawn", np.where(notice, "", outcome))
    frame["completed"] = np.where(withdrawn, FAR, frame["completed"])
    understood = draws.pick({"Y": 0.6, "N": 0.12, "": 0.28}, len(frame))
    frame["understood"] = np.where(notice, understood, "")
    frame = frame.sort_values(["day", "child"], kind="stable").reset_index(drop=True)
    frame["request_id"] = identifiers(place, "IRQ", len(frame))
    return frame


def _sessions(place: Place) -> pd.DataFrame:
    draws = place.draws("sessions")
    days = np.arange(place.opens + 20, place.as_of + 1, 33)
    frame = pd.DataFrame({"day": days, "kind": draws.one_of(_SESSIONS, len(days))})
    frame["owner"] = frame["kind"].map(_SESSION_OWNER).to_numpy()
    frame["people"] = draws.whole(4, 26, len(days))
    frame["practice"] = draws.one_of(["CIP-1", "CIP-1", "CIP-5", "CIP-6", "CIP-7"], len(days))
    topics = ["What we write about you", "The letter after a review", "Words for the board report"]
    frame["topic"] = draws.one_of([*topics, "Who can see my file", "A better form"], len(days))
    frame["agreed"] = draws.whole(0, 4, len(days))
    frame["done"] = np.minimum(frame["agreed"], draws.whole(0, 4, len(days)))
    frame["session_id"] = identifiers(place, "SES", len(days))
    return frame


def _examples(place: Place) -> pd.DataFrame:
    draws = place.draws("examples")
    columns = ["title", "approach", "stage", "practice", "owner"]
    frame = pd.DataFrame(_EXAMPLES, columns=columns)
    frame["started"] = draws.whole(place.opens, place.as_of - 30, len(frame))
    frame["status"] = draws.pick({"trial": 0.3, "in_use": 0.55, "ended": 0.15}, len(frame))
    frame["learned"] = "Start small, with the people whose information it is."
    frame["example_id"] = identifiers(place, "EXA", len(frame))
    return frame
