"""Let people speak: expressions at occasions, self-started ones, and why a voice is absent.

Belongs here: whose voice was recorded, how, in what words, and how the record is linked to the
occasion. Does not belong here: what followed from it (followup), surveys and other collective
voice (collective), or whether it counts (outcomes).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, age_on, padded
from orchestration.synthetic.events import was_heard
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.opportunities import OWN
from orchestration.synthetic.people import owner_of_child
from orchestration.synthetic.recipe import Draws, Place
from orchestration.synthetic.texts import write_texts
from orchestration.synthetic.workforce import worker_changes

_THEMES_CHILD = ["safety_home", "family_time", "brothers_sisters", "school", "activities"]
_THEMES_CHILD += ["feelings", "worker_relationship", "placement_move", "identity", "being_told"]
_THEMES_TEEN = [*_THEMES_CHILD, "say_in_plans", "money", "records_accuracy", "worker_change"]
_THEMES_ADULT = ["service_access", "service_quality", "being_told", "say_in_plans", "housing"]
_THEMES_ADULT += ["records_accuracy", "records_sharing", "family_time", "health"]


def record_expressions(place: Place, history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Return every recorded expression; `row` is the opportunity it was made at, or -1."""
    parts = [_at_occasions(place, history, rows), _self_started(place, history)]
    frame = pd.concat([*parts, _said_elsewhere(place, history)], ignore_index=True)
    frame["through"] = frame["through"].fillna("")
    frame = frame.sort_values(["day", "child", "row"], kind="stable").reset_index(drop=True)
    frame["expression_id"] = identifiers(place, "EXP", len(frame))
    frame["own"] = np.isin(frame["owner"].to_numpy(), OWN)
    _add_manner(place, history, frame)
    _ask_for_changes(place, history, frame)
    _add_record(place, frame)
    _copy_and_paste(place, frame)
    return frame


def _at_occasions(place: Place, history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Draw who speaks at held occasions; the planted gaps move the chance."""
    draws, rates = place.draws("expressions"), place.recipe.rates
    held = rows[rows["is_held"]].reset_index(drop=True)
    count, voice = len(held), rates["voice"]
    own, code = held["own"].to_numpy(), held["code"].to_numpy()
    base = held["owner"].map(lambda owner: voice.get(owner, voice["own"])).to_numpy(dtype=float)
    heard = was_heard(code)
    coded = own & held["is_coded"].to_numpy()
    base = np.where(coded & heard, voice["own_after_code"], base)
    base = np.where(coded & ~heard & (code != ""), voice["own_without_code"] / 5, base)
    base = np.where(coded & (code == ""), voice["own_without_code"], base)
    base = np.where(own & (held["age"].to_numpy() < 4), rates["voice_under_four"], base)
    unseen = held["is_visit"].to_numpy() & (held["seen"].to_numpy() != "Y") & own
    base = np.where(unseen, 0.0, base)
    base = np.where((held["kind"] == "RHI_DONE") & (held["accepted"] != "Y"), 0.0, base)
    # Words can only be tied to a record that somebody can name.
    base = np.where(held["occasion_id"] == "", 0.0, base)
    shift = np.where(coded, 0.0, history.children["shift"].to_numpy()[held["child"]])
    speaks = draws.whether(np.where(base > 0, np.clip(base + shift, 0.02, 0.97), 0.0), count)
    said = held[speaks].reset_index(drop=True)
    frame = said[["row", "child", "owner", "group", "kind", "table", "occasion_id"]].copy()
    frame["linked_kind"] = said["kind"]
    born = history.children["born"].to_numpy()[said["child"]]
    before = np.where(draws.whether(0.2, len(said)), draws.whole(1, 3, len(said)), 0)
    known_from = history.children["first_contact"].to_numpy()[said["child"]]
    day = np.maximum(said["date"].to_numpy() - before, known_from)
    frame["day"] = np.where(said["own"] & (day < born), said["date"], day)
    frame["about"] = np.where(draws.whether(0.04, len(said)), "about_information", "as_information")
    loose = draws.whether(rates["linked_by_date_only"], len(said)) & _lonely(rows, frame)
    frame["occasion_id"] = np.where(loose, "", frame["occasion_id"])
    frame["table"] = np.where(loose, "", frame["table"])
    return frame


def _lonely(rows: pd.DataFrame, said: pd.DataFrame) -> Array:
    """Return whether exactly one held occasion of the kind lies within a week of the words."""
    held = rows.loc[rows["is_held"], ["child", "table", "group", "date"]]
    near = said[["child", "table", "group", "day"]].assign(said=np.arange(len(said)))
    near = near.merge(held, on=["child", "table", "group"])
    near = near[(near["day"] - near["date"]).abs() <= 8]
    return np.asarray(np.bincount(near["said"], minlength=len(said)) == 1)


def _self_started(place: Place, history: History) -> pd.DataFrame:
    """Return app statements and messages that no occasion asked for, some about no one child."""
    draws = place.draws("self-started")
    frame = _unasked(place, history, draws, place.recipe.rates["self_started"])
    general = draws.whether(0.12, len(frame))
    others = {"child": 0.4, "young_person": 0.3, "parent_carer": 0.2, "community": 0.1}
    frame["owner"] = np.where(general, draws.pick(others, len(frame)), frame["owner"])
    about = draws.whether(np.where(general, 0.5, 0.06), len(frame))
    frame["about"] = np.where(about, "about_information", "as_information")
    frame["child"] = np.where(general, -1, frame["child"])
    frame["through"] = np.where(draws.whether(0.8, len(frame)), "app", "")
    return frame[general | (frame["age"] >= 7)].reset_index(drop=True)


def _said_elsewhere(place: Place, history: History) -> pd.DataFrame:
    """Return what children under 16 told an advocate or a form, tied to no occasion."""
    parts = []
    for through, rate in place.recipe.rates["said_elsewhere"].items():
        frame = _unasked(place, history, place.draws(f"said through {through}"), rate)
        parts.append(frame[(frame["age"] >= 7) & (frame["owner"] == "child")])
        parts[-1] = parts[-1].assign(about="as_information", through=through)
    return pd.concat(parts, ignore_index=True)


def _unasked(place: Place, history: History, draws: Draws, rate: float) -> pd.DataFrame:
    """Return a child in its journey, a day of it and the voice that is its own on that day."""
    spells = history.spells[history.spells["kind"].isin(["plan", "protection", "care", "uasc"])]
    count = int(place.children * rate)
    chosen = spells.iloc[draws.whole(0, max(len(spells) - 1, 0), count if len(spells) else 0)]
    born = history.children["born"].to_numpy()[chosen["child"]]
    start = chosen["referral"].to_numpy()
    day = draws.whole(start, np.minimum(chosen["close"].to_numpy(), place.as_of), len(chosen))
    frame = pd.DataFrame({"child": chosen["child"].to_numpy(), "day": day})
    frame["owner"], frame["age"] = owner_of_child(born, day), age_on(born, day)
    for column in ("kind", "linked_kind", "table", "occasion_id"):
        frame[column] = ""
    frame["row"] = -1
    return frame


def _add_manner(place: Place, history: History, frame: pd.DataFrame) -> None:
    """Add method, directness, language, aids and the words themselves."""
    draws, rates, count = place.draws("manner"), place.recipe.rates, len(frame)
    children = history.children
    child = np.maximum(frame["child"].to_numpy(), 0)
    one = frame["child"].to_numpy() >= 0
    own = frame["own"].to_numpy()
    age = np.where(one, age_on(children["born"].to_numpy()[child], frame["day"].to_numpy()), 14)
    need = own & one & (children["communication_need"] == "Y").to_numpy()[child]
    through = one & children["speaks_through"].to_numpy()[child] & draws.whether(0.85, count)
    through &= ~np.isin(frame["owner"].to_numpy(), ["caregiver", "partner_professional"])
    baby, aided = own & (age < 4), need | through
    teen = own & (age >= 12)
    method = np.select(
        [baby, through, need & draws.whether(0.6, count), teen, own],
        [
            draws.pick({"observation": 0.85, "drawing_or_play": 0.15}, count),
            "interpreter",
            draws.pick({"symbols_or_signing": 0.6, "words_and_pictures": 0.4}, count),
            draws.pick(rates["methods_teen"], count),
            draws.pick(rates["methods_child"], count),
        ],
        draws.pick(rates["methods_adult"], count),
    )
    ways = {"app": "app", "advocate": "advocate", "form": "unknown"}
    frame["method"] = _by_way(frame, method, ways)
    direct = np.where(
        aided, draws.pick(rates["directness_aided"], count), draws.pick(rates["directness"], count)
    )
    direct = np.where(baby, draws.pick({"observed": 0.8, "reported": 0.2}, count), direct)
    direct = np.where((direct == "own_image") & ~own, "summary_unchecked", direct)
    told = draws.pick(rates["advocates_words"], count)
    frame["directness"] = _by_way(
        frame, direct, {"app": "verbatim", "advocate": told, "form": "unknown"}
    )
    language = children["language"].to_numpy()[child]
    frame["language"] = np.where(one & (through | (language == "eng")), language, "eng")
    frame["interpreter"] = np.where(through, "Y", draws.pick({"N": 0.9, "": 0.1}, count))
    aid = need & np.isin(method, ["symbols_or_signing", "words_and_pictures"])
    frame["aid"] = np.where(aid, "Y", draws.pick({"N": 0.85, "": 0.15}, count))
    _add_words(place, frame, age)


def _by_way(frame: pd.DataFrame, otherwise: Array, ways: Mapping[str, Any]) -> Array:
    """Return what goes with the way in which something was said, where it decides."""
    through = frame["through"].to_numpy()
    chosen = np.select([through == way for way in ways], list(ways.values()), otherwise)
    return np.asarray(chosen.astype(object))


def _add_words(place: Place, frame: pd.DataFrame, age: Array) -> None:
    draws, count = place.draws("words"), len(frame)
    own = frame["own"].to_numpy()
    silent = draws.whether(0.15, count)
    register = _registers(frame, age, draws.whether(0.7, count))
    frame["register"] = register
    frame["text"] = np.where(silent, "", write_texts(place, "expressions", register))
    pool = np.select(
        [own & (age < 12), own],
        [draws.one_of(_THEMES_CHILD, count), draws.one_of(_THEMES_TEEN, count)],
        draws.one_of(_THEMES_ADULT, count),
    )
    second = draws.one_of(_THEMES_TEEN, count)
    two = draws.whether(0.3, count) & (second != pool)
    themes = np.where(two, pool + ";" + second, pool)
    frame["themes"] = np.where(draws.whether(0.1, count), "", themes)


def _ask_for_changes(place: Place, history: History, frame: pd.DataFrame) -> None:
    """Let children whose wish for a move or another worker came true have said so before."""
    homes, workers = history.care.placements, worker_changes(place, history)
    moved = homes[homes["change_reason"] == "CHILD"].assign(wish="placement_move", on=homes["end"])
    changed = workers[workers["reason"] == "CHCHAN"].assign(wish="worker_change")
    changed["on"] = changed["start"]
    wishes = pd.concat([one[["child", "on", "wish"]] for one in (moved, changed)])
    said = frame.loc[frame["own"], ["child", "day"]].reset_index(names="said")
    near = said.merge(wishes, on="child")
    near = near[(near["on"] - near["day"]).between(0, 90)].drop_duplicates("said")
    near = near[place.draws("wishes").whether(0.6, len(near))]
    frame.loc[near["said"], "themes"] = near["wish"].to_numpy()


def _registers(frame: pd.DataFrame, age: Array, formal: Array) -> Array:
    """Return the register in which each expression is written down."""
    own, owner = frame["own"].to_numpy(), frame["owner"].to_numpy()
    summaries = ["summary_checked", "summary_unchecked", "reported", "machine_summary"]
    told = frame["directness"].isin(summaries).to_numpy()
    rules = {
        "about_information": (frame["about"] == "about_information").to_numpy(),
        "observation": own & (frame["directness"] == "observed").to_numpy(),
        "app": (frame["method"] == "app").to_numpy(),
        "interpreter": own & (frame["interpreter"] == "Y").to_numpy(),
        "formal_third": own & told & formal,
        "teen": own & (age >= 12),
        "child_short": own,
        "family": owner == "family_network",
        "carer": owner == "caregiver",
        "partner": owner == "partner_professional",
    }
    return np.select(list(rules.values()), list(rules), "parent").astype(object)


def _add_record(place: Place, frame: pd.DataFrame) -> None:
    """Add who wrote it down and when, whether it was checked, and permission to quote."""
    draws, rates, count = place.draws("records"), place.recipe.rates, len(frame)
    day = frame["day"].to_numpy()
    lag = np.where(draws.whether(0.7, count), draws.whole(0, 5, count), draws.whole(6, 40, count))
    frame["recorded"] = np.minimum(day + lag, place.as_of)
    frame["worker"] = padded("W", draws.whole(1, 60, count), 4)
    machine = frame["directness"] == "machine_summary"
    both = draws.whether(0.04, count)
    frame["author"] = np.where(machine, "machine", np.where(both, "both", "person"))
    checked = frame["directness"].isin(["verbatim", "summary_checked"])
    frame["checked"] = np.where(checked, "Y", draws.pick({"N": 0.8, "": 0.2}, count))
    scope = draws.pick(rates["permission"], count)
    frame["scope"] = scope
    given = np.isin(scope, ["team", "board", "public"])
    understood = place.draws("understanding").pick({"Y": 0.86, "N": 0.04, "": 0.1}, count)
    frame["understood"] = np.where(given, understood, "")
    frame["permitted"] = np.where(given, day, FAR)
    frame["expires"] = np.where(given & draws.whether(0.8, count), day + 730, FAR)
    withdrawn = np.minimum(day + draws.whole(20, 300, count), place.as_of)
    frame["withdrawn"] = np.where(given & draws.whether(0.03, count), withdrawn, FAR)
    speaker = ~frame["own"].to_numpy() & draws.whether(0.4, count)
    named = padded("ADULT", draws.whole(1, 9000, count), 6)
    frame["speaker"] = np.where(speaker & (frame["child"] >= 0), named, "")


def _copy_and_paste(place: Place, frame: pd.DataFrame) -> None:
    """Let a few workers write the text of their first such record into others."""
    draws, settings = place.draws("copies"), place.recipe.rates["copy_and_paste"]
    written = frame[frame["text"] != ""]
    copying = np.isin(
        written["worker"].str[1:].astype(int), draws.whole(1, 60, settings["workers"])
    )
    first = written.groupby(["worker", "register"])["text"].transform("first")
    copied = copying & draws.whether(settings["share"], len(written))
    frame.loc[written.index, "text"] = np.where(copied, first, written["text"])


def explain_absence(place: Place, rows: pd.DataFrame, expressions: pd.DataFrame) -> pd.DataFrame:
    """Return reasons recorded at held occasions for voices that were not captured."""
    draws, rates = place.draws("absence"), place.recipe.rates
    spoke = np.zeros(len(rows), dtype=bool)
    at = expressions["row"].to_numpy()
    spoke[at[at >= 0]] = True
    spoke |= rows["own"].to_numpy() & was_heard(rows["code"].to_numpy())
    spoke |= (rows["kind"] == "RHI_DONE").to_numpy() | (rows["answer"] != "").to_numpy()
    spoke |= (rows["occasion_id"] == "").to_numpy()
    count = len(rows)
    told = rows["is_held"].to_numpy() & ~spoke & draws.whether(rates["not_captured"], count)
    own, age = rows["own"].to_numpy(), rows["age"].to_numpy()
    reason = np.where(
        own, draws.pick(rates["reasons_own"], count), draws.pick(rates["reasons_other"], count)
    )
    reason = np.where(own & (age < 4), draws.pick(rates["reasons_young"], count), reason)
    frame = rows[["row", "child", "kind", "table", "occasion_id", "date", "owner"]].copy()
    frame["reason"] = reason
    return frame[told].reset_index(drop=True)
