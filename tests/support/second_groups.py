"""Work out a second time what is counted on feedback, surveys, requests, actions and sessions.

Belongs here: what each such indicator counts. Does not belong here: adding up, or any import from
the project.
"""

import numpy as np
import pandas as pd

from tests.support import synthetic_clock as clock
from tests.support.second_events import OWN, Events
from tests.support.second_opportunities import CODED, HEARD
from tests.support.second_periods import CELL, Cells, facts, sums, together

_TOLD = ("told", "told_and_understood")
_LONGEST_ANSWER = {"1": 20, "2": 65, "3": 30}
_PRACTITIONERS = ("practitioner", "manager", "partner_professional")
_CONCEPTS = {
    ("your_life_your_care", "Q1"): "feels_safe_at_home",
    ("your_life_your_care", "Q2"): "can_talk_alone",
    ("your_life_your_care", "Q3"): "has_a_say",
    ("your_life_beyond_care", "Q1"): "feels_safe_at_home",
    ("practitioner_recording", "Q1"): "recording_helps_voice",
}
_THEMES = [
    "safety_home",
    "safety_community",
    "family_time",
    "brothers_sisters",
    "worker_relationship",
    "worker_change",
    "school",
    "activities",
    "health",
    "feelings",
    "money",
    "housing",
    "placement_move",
    "identity",
    "language",
    "say_in_plans",
    "being_told",
    "records_accuracy",
    "records_sharing",
    "records_access",
    "service_access",
    "service_quality",
    "other",
]
# Concept and whose answers: the pair, and how many days old the record may be.
_PAIRS = {
    ("feels_safe_at_home", "young_person"): ("home_suitable_not_safe", 365),
    ("can_talk_alone", "child"): ("seen_alone_cannot_talk", 183),
    ("has_a_say", "child"): ("took_part_no_say", 365),
}


def of_groups(
    events: Events, rows: pd.DataFrame, said: pd.DataFrame, opened: pd.DataFrame
) -> Cells:
    """Return D6, D7, E1 to E6, F1 to F3, G1 and G2."""
    parts = [_of_requests(events, said), _of_boards(events), _of_sessions(events)]
    parts += [_of_volume(events, opened), _of_themes(events), _of_complaints(events)]
    return together([*parts, _of_rights(events), _of_waves(events), _of_divergence(events, rows)])


def _of_requests(events: Events, said: pd.DataFrame) -> Cells:
    """Return D6: changes that a child asked for, and whether the record tells what came of it."""
    moved, allocated = events["placements"], events["worker_changes"]
    moved = moved[moved["change_reason"] == "CHILD"].assign(
        day=moved["end"], theme="placement_move"
    )
    allocated = allocated[allocated["reason"] == "CHCHAN"]
    allocated = allocated.assign(day=allocated["start"], theme="worker_change")
    columns = ["authority", "child_id", "day", "theme"]
    changes = pd.concat([moved[columns], allocated[columns]]).drop_duplicates()
    changes = changes[changes["day"] <= events.as_of].reset_index(names="change")
    followed = said["own"] & (said["influenced"] | said["status"].isin(_TOLD))
    spoke = said[followed][["authority", "child_id", "day", "themes"]]
    spoke = spoke.assign(theme=spoke["themes"].fillna("").str.split(";")).explode("theme")
    changes = changes.reset_index(drop=True).assign(change=lambda frame: np.arange(len(frame)))
    both = changes.merge(
        spoke.rename(columns={"day": "spoke"}), on=["authority", "child_id", "theme"]
    )
    before = (both["day"] - both["spoke"]).dt.days
    answered = changes["change"].isin(both.loc[before.between(0, 90), "change"])
    return sums(events, "D6", facts(changes, answered, changes["change"] >= 0), [])


def _of_boards(events: Events) -> Cells:
    """Return D7: actions of a board that had come due."""
    acts = events["influences"]
    acts = acts[acts["decision"] == "board_action"]
    acts = acts.assign(day=acts["action_due"].fillna(acts["decided"]))
    done = acts["action_done"] <= events.as_of
    return sums(events, "D7", facts(acts, done, acts["day"] < events.as_of), [])


def _of_sessions(events: Events) -> Cells:
    """Return G2: changes agreed with practitioners."""
    met = events["sessions"]
    met = met[met["owner"].isin(_PRACTITIONERS)].assign(voice_owner=met["owner"])
    done = met[["agreed", "done"]].min(axis=1)
    return sums(
        events, "G2", met.assign(numerator=done, denominator=met["agreed"]), ["voice_owner"]
    )


def _of_volume(events: Events, opened: pd.DataFrame) -> Cells:
    """Return E2: what people said without being at a meeting, for each hundred open children."""
    said = events["expressions"]
    app = said[(said["method"] == "app") & said["opportunity_type"].isna()]
    answers = events["survey_answers"].drop_duplicates(["authority", "wave_id", "respondent_id"])
    answers = answers.assign(day=answers["answered"])
    columns = ["authority", "day"]
    items = pd.concat([app[columns], answers[columns], events["feedback"][columns]])
    told = sums(events, "E2", items.assign(numerator=0, denominator=1), [])
    children = sums(events, "E2", opened.assign(numerator=0, denominator=1), [], at_end=True)
    both = children.merge(told.drop(columns="upper"), on=CELL, how="left", suffixes=("", "_told"))
    return both.assign(upper=both["lower_told"].fillna(0))


def _of_themes(events: Events) -> Cells:
    """Return E3: the share of what was coded that carries each theme."""
    columns = ["authority", "day", "themes"]
    said = pd.concat([events["expressions"][columns], events["feedback"][columns]])
    said = said[said["themes"].fillna("") != ""].assign(numerator=0, denominator=1)
    coded = sums(events, "E3", said, [])
    split = said.assign(theme=said["themes"].str.split(";")).explode("theme")
    by_theme = sums(events, "E3", split, ["theme"])
    by_theme = by_theme[by_theme["breakdown"] == "theme"].drop(columns="upper")
    # A theme that nobody spoke of is nought of all that was coded, not absent.
    themes = pd.DataFrame({"value": _THEMES})
    asked = coded.drop(columns="value").merge(themes, how="cross").assign(breakdown="theme")
    both = asked.merge(by_theme, on=CELL, how="left", suffixes=("", "_told"))
    return both.assign(upper=both["lower_told"].fillna(0))


def _of_complaints(events: Events) -> Cells:
    """Return E4 by the day the answer was due, and E5 by the day of the complaint."""
    asked = events["feedback"]
    asked = asked[asked["kind"] == "complaint"].assign(complaint_stage=asked["stage"])
    childs = asked["owner"].isin(OWN) | (asked["advocate"] == "Y")
    cells = sums(events, "E5", facts(asked, childs, childs | True), ["complaint_stage"])
    answerable = asked[~asked["outcome"].eq("withdrawn")]
    limits = answerable["stage"].map(_LONGEST_ANSWER)
    due = [
        pd.Timestamp(clock.working_days_later(day.date(), int(limit)))
        for day, limit in zip(answerable["day"], limits, strict=True)
    ]
    late = answerable.assign(day=pd.Series(due, index=answerable.index, dtype="datetime64[ns]"))
    in_time = late["responded"] <= late["day"]
    come_due = facts(late, in_time, late["day"] < events.as_of)
    return together([cells, sums(events, "E4", come_due, ["complaint_stage"])])


def _of_rights(events: Events) -> Cells:
    asked = events["information_rights"].assign(voice_owner=lambda frame: frame["owner"])
    notice = asked[asked["kind"] == "privacy_notice"]
    understood = notice["understood"] == "Y"
    cells = sums(events, "F1", facts(notice, understood, understood | True), ["voice_owner"])
    asked = asked[~asked["outcome"].eq("withdrawn")]
    due = asked["extended"].fillna(asked["day"] + pd.DateOffset(months=1))
    asked = asked.assign(day=due)
    past = due < events.as_of
    access, correction = asked["kind"] == "access", asked["kind"] == "correction"
    in_time = asked["completed"] <= due
    settled = asked["outcome"].isin(["accepted", "noted"])
    answered = sums(events, "F2", facts(asked, in_time, past & access), ["voice_owner"])
    corrected = sums(events, "F3", facts(asked, settled, past & correction), ["voice_owner"])
    return together([cells, answered, corrected])


def _of_waves(events: Events) -> Cells:
    waves = events["survey_waves"]
    closed = waves["closed"].fillna(waves["opened"])
    waves = waves.assign(day=closed, voice_owner=waves["audience"])
    waves = waves.assign(numerator=waves["responded"], denominator=waves["invited"])
    cells = sums(events, "E1", waves, ["voice_owner"])
    asked = _answers(events)
    asked = asked[asked["concept"] == "recording_helps_voice"]
    good = sums(events, "G1", facts(asked, asked["good"], asked["good"] | True), [])
    return together([cells, good])


def _answers(events: Events) -> pd.DataFrame:
    """Return answers to questions with a known meaning: good beyond the middle of 0 to 10."""
    waves = events["survey_waves"][["authority", "wave_id", "survey", "audience"]]
    asked = events["survey_answers"].merge(waves, on=["authority", "wave_id"])
    meant = pd.MultiIndex.from_frame(asked[["survey", "question"]]).map(_CONCEPTS.get)
    asked = asked.assign(concept=meant, day=asked["answered"], good=asked["value"] > 5)
    return asked[asked["concept"].notna() & (asked["day"] <= events.as_of)]


def _records(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what records say about safety, being seen alone and taking part."""
    own = rows[rows["own"] & rows["held"].notna()]
    visits = own[own["kind"].str.startswith("CLA_VISIT")]
    visits = visits[visits["seen_alone"].notna()].assign(pair="seen_alone_cannot_talk")
    visits = visits.assign(good=visits["seen_alone"] == "Y")
    reviews = own[own["kind"].str.startswith("CLA_REVIEW") & own["code"].isin(CODED)]
    reviews = reviews.assign(pair="took_part_no_say", good=reviews["code"].isin(HEARD))
    homes = events["care_leavers"]
    homes = homes[homes["in_case_system"] & homes["home"].str[-1:].isin(["1", "2"])]
    homes = homes.assign(day=homes["contact"], pair="home_suitable_not_safe")
    homes = homes.assign(good=homes["home"].str[-1:] == "1")
    # Each yearly return tells of its own year.
    returned = events["returned_homes"]
    returned = returned[returned["home"].str[-1:].isin(["1", "2"])]
    returned = returned.assign(day=returned["return_day"], pair="home_suitable_not_safe")
    returned = returned.assign(good=returned["home"].str[-1:] == "1")
    columns = ["authority", "child_id", "day", "pair", "good"]
    every = pd.concat([part[columns] for part in (visits, reviews, homes, returned)])
    return every[every["day"] <= events.as_of].reset_index(drop=True)


def _of_divergence(events: Events, rows: pd.DataFrame) -> Cells:
    """Return E6 where the person is known, and E6C where only the cohort is."""
    records, asked = _records(events, rows), _answers(events)
    pairs = pd.MultiIndex.from_frame(asked[["concept", "audience"]]).map(_PAIRS.get)
    asked = asked.assign(paired=pairs).dropna(subset=["paired"])
    asked["divergence_pair"] = asked["paired"].str[0]
    asked["window"] = asked["paired"].str[1].astype(int)
    cohort = sums(
        events, "E6C", facts(asked, asked["good"], asked["good"] | True), ["divergence_pair"]
    )
    cells = cohort[cohort["breakdown"] != "all"]
    known = asked.dropna(subset=["child_id"]).assign(answer=lambda frame: np.arange(len(frame)))
    both = known.merge(
        records.rename(columns={"day": "written", "pair": "divergence_pair", "good": "record"}),
        on=["authority", "child_id", "divergence_pair"],
    )
    age = (both["day"] - both["written"]).dt.days
    both = both[(age >= 0) & (age <= both["window"])]
    # Of two records of one day the less good one counts.
    both = both.sort_values(["written", "record"], ascending=[False, True])
    both = both.drop_duplicates("answer")
    differ = both["record"] & ~both["good"]
    linked = sums(events, "E6", facts(both, differ, differ | True), ["divergence_pair"])
    return together([cells, linked])
