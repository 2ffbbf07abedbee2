"""Work out a second time what is counted on expressions.

Belongs here: what each such indicator counts, and when one text repeats another. Does not belong
here: adding up, or any import from the project.
"""

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from tests.support import synthetic_clock as clock
from tests.support.second_events import OWN, Events, group_of
from tests.support.second_opportunities import LINK, shared
from tests.support.second_periods import Cells, counted, quantiles, together

_OWN_WORDS = ("verbatim", "verbatim_aided", "own_image")
_SUMMARIES = ("summary_checked", "summary_unchecked", "machine_summary")
_ADAPTED = ("direct_work_tool", "words_and_pictures", "drawing_or_play", "symbols_or_signing")
_TOLD = ("told", "told_and_understood")
_OUT_OF_REACH = ("declined_to_hear", "not_possible")
_CHANGED = ("changed", "partly_changed")
_PRONOUNS = [
    "he",
    "she",
    "they",
    "him",
    "her",
    "them",
    "his",
    "hers",
    "their",
    "theirs",
    "himself",
    "herself",
    "themselves",
]


def expressions(events: Events, rows: pd.DataFrame) -> pd.DataFrame:
    """Return expressions with the occasion they were made at and what followed."""
    said = events["expressions"]
    said["group"], said["shared"] = group_of(said["owner"]), shared(said["opportunity_type"])
    at = rows.dropna(subset=["occasion_id"])[[*LINK, "kind", "stage", "decision", "row"]]
    said = said.merge(at, on=LINK, how="left")
    said["asked_for"] = said["opportunity_type"]
    said["opportunity_type"] = said["kind"].fillna("not_applicable")
    said["stage"] = said["stage"].fillna("not_applicable")
    said["voice_owner"], said["own"] = said["owner"], said["owner"].isin(OWN)
    _follow(events, said)
    return said[said["day"] <= events.as_of].reset_index(drop=True)


def _follow(events: Events, said: pd.DataFrame) -> None:
    """Add what decisions and replies made of each expression."""
    named = pd.MultiIndex.from_frame(said[["authority", "expression_id"]])
    subject = ["authority", "subject_id"]
    bore = events["influences"]
    bore = bore[bore["subject_kind"] == "expression"]
    kept = bore[bore["outcome"] == "considered_not_changed"]
    unexplained = kept[kept["reason_given"] != "Y"]
    replies = events["replies"]
    replies = replies[replies["subject_kind"] == "expression"].set_index(subject)
    for name, frame in (
        ("influenced", bore),
        ("changed", bore[bore["outcome"].isin(_CHANGED)]),
        ("not_followed", kept),
        ("unexplained", unexplained),
    ):
        said[name] = named.isin(frame.set_index(subject).index)
    said["status"] = replies["status"].reindex(named).to_numpy()
    replied = pd.Series(replies["replied"].reindex(named).to_numpy(), index=said.index)
    told = said["status"].isin(_TOLD)
    said["told_after"] = (replied - said["day"]).dt.days.where(told)


def of_expressions(events: Events, said: pd.DataFrame) -> Cells:
    """Return B1, B2, B5 to B7, C2 and D1 to D5."""
    owed = (said["influenced"] | said["status"].notna()) & ~said["status"].isin(_OUT_OF_REACH)
    decision = said["row"].notna() & said["decision"].eq(True)
    summary = said["directness"].isin(_SUMMARIES)
    checked = said["checked"].fillna(said["directness"].eq("summary_checked").map({True: "Y"}))
    aid = said["aid"].fillna("N").eq("Y") & ~said["in_app"]
    spoken = said["interpreter"].fillna("N").eq("Y") & ~said["in_app"]
    adapted = said["method"].isin([*_ADAPTED, "interpreter", "observation"]) | aid
    helped = (said["method"] == "interpreter") | spoken | aid
    comparable, repeated = _repeats(said)
    every = pd.Series(True, index=said.index)
    counts = {
        "B1": (said["directness"].isin(_OWN_WORDS), said["own"]),
        "B2": (checked == "Y", summary),
        "B5": (adapted, said["own"] & (said["communication_need"] == "Y")),
        "B6": (helped, said["own"] & (said["interpreter_needed"] == "Y")),
        "B7": (repeated, comparable),
        "C2": (_written_down_in_time(said), every),
        "D1": (said["influenced"], decision),
        "D2": (said["changed"], decision & said["influenced"]),
        "D3": (~said["unexplained"], said["not_followed"]),
        "D4": (said["status"].isin(_TOLD), owed),
    }
    cells = counted(events, said, counts)
    told = said[said["told_after"].notna()]
    by = ["stage", "voice_owner", "age_band", "ethnic_group", "disability", "communication_need"]
    waits = quantiles(events, "D5", told.assign(measured=told["told_after"]), 0.5, by)
    return together([cells, waits])


def _written_down_in_time(said: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether no more than five working days passed; the day it was said is none."""
    pairs = said[["day", "recorded"]].drop_duplicates().dropna()
    soon = {}
    for pair in pairs.itertuples(index=False):
        day, last = pair.day.date(), pair.recorded.date()
        # After a Saturday the first working day is Monday, so five end with Friday.
        soon[pair.day, pair.recorded] = last < _next_working_day(clock.working_days_later(day, 5))
    index = pd.MultiIndex.from_frame(said[["day", "recorded"]])
    in_time = pd.Series([soon.get(one, False) for one in index], index=said.index)
    return in_time & (said["recorded"] >= said["day"])


def _next_working_day(day: Any) -> Any:
    return clock.working_days_later(day, 1)


def _words(sentence: str) -> list[str]:
    """Return the words by which two copies are known as one: no names, numbers or pronouns."""
    plain = [
        word
        for word in unicodedata.normalize("NFC", sentence).split()
        if not any(unicodedata.category(sign) in ("Lu", "Nd") for sign in word)
    ]
    text = re.sub(rf"\b({'|'.join(_PRONOUNS)})\b", " ", " ".join(plain), flags=re.ASCII)
    return "".join(sign if sign.isalpha() else " " for sign in text).split()


def _repeats(said: pd.DataFrame) -> tuple[Any, Any]:
    """Return which texts are long enough to compare, and which their writer had written before."""
    written: dict[tuple[str, str], set[str]] = {}
    long_enough, repeated = {}, {}
    texts = said.dropna(subset=["text", "worker_id"]).sort_values(["day", "expression_id"])
    for one in texts.itertuples():
        before = written.setdefault((one.authority, one.worker_id), set())
        sentences = [_words(part) for part in re.split(r"[.!?;\n\r]+", one.text)]
        counted_ones = [words for words in sentences if len(words) >= 4]
        total = sum(len(words) for words in counted_ones)
        old = sum(len(words) for words in counted_ones if " ".join(words) in before)
        long_enough[one.Index] = total >= 8
        repeated[one.Index] = total >= 8 and 100 * old >= 80 * total
        before.update(" ".join(words) for words in counted_ones)
    both = (
        pd.Series(found, dtype=bool).reindex(said.index, fill_value=False)
        for found in (long_enough, repeated)
    )
    comparable, again = both
    return np.asarray(comparable), np.asarray(again)
