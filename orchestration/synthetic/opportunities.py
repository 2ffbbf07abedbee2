"""List the occasions on which a voice was owed, one row an occasion and expected voice.

Belongs here: which events are voice opportunities, of whom, due when, held when. Does not belong
here: whether the voice was heard (outcomes), or the counting (truth).
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, add_months, age_on
from orchestration.synthetic.history import History
from orchestration.synthetic.people import owner_of_child
from orchestration.synthetic.recipe import Place

OWN = ("child", "young_person")
_ANSWERS = ("own_answer", "parent_carer_answer", "caregiver_answer", "family_network_answer")
_FACTS = ("seen", "seen_alone", "code", "offered", "accepted", "family_met")
_COLUMNS = dict.fromkeys((*_FACTS, *_ANSWERS), "")
# What a record says by itself of a voice: whose, and what became of it.
_CONTACT_BY = {"1C": "own_answer", "1A": "parent_carer_answer"}
_MOVE_ASKED_BY = {"CHILD": "own_answer", "CREQB": "caregiver_answer", "CREQO": "caregiver_answer"}
_NO_SCORE = {"SDQ2": ("", "declined"), "SDQ3": ("not_appropriate", "not_appropriate")}
_NO_SCORE |= {"SDQ5": ("declined", "not_able")}
_IN_TOUCH = {"REFU": "declined", "NREQ": "not_appropriate", "RHOM": "not_appropriate"}


def list_opportunities(place: Place, history: History) -> pd.DataFrame:
    """Return every opportunity up to the extract's day, one row an expected voice."""
    occasions = _occasions(history)
    held, due = occasions["held"].to_numpy(), occasions["due"].to_numpy()
    keep = (held <= place.as_of) | ((held >= FAR) & (due < place.as_of))
    occasions = occasions[keep].reset_index(drop=True)
    occasions["occasion"] = np.arange(len(occasions))
    is_held = occasions["held"].to_numpy() < FAR
    occasions["is_held"] = is_held
    occasions["date"] = np.where(is_held, occasions["held"], occasions["due"])
    return _by_owner(place, history, occasions)


def _occasions(history: History) -> pd.DataFrame:
    parts = [
        *_assessments(history),
        _rows(history.cin_visits, "CIN_VISIT", "visit_id"),
        _enquiries(history),
        _rows(history.conferences, "ICPC", "conference_id"),
        _rows(history.cp_visits, "CP_VISIT", "visit_id"),
        _rows(history.cp_reviews, None, "review_id"),
        _rows(history.cla_visits, None, "visit_id"),
        _rows(history.cla_reviews, None, "review_id"),
        _rows(history.missing[history.missing["end"] < FAR], "RHI_DONE", "missing_id"),
        _pathway_plans(history),
        _closures(history),
        _contacts(history),
        *_care_decisions(history),
        _rows(history.health, None, "health_id"),
        _questionnaires(history),
        _adviser_contacts(history),
        *_before_court(history),
        *_education(history),
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(events: pd.DataFrame, kind: str | None, identifier: str) -> pd.DataFrame:
    """Bring one kind of event into the common shape."""
    frame = pd.DataFrame(
        {
            "child": events["child"].to_numpy(dtype=np.int64),
            "kind": events["kind"].to_numpy() if kind is None else kind,
            "occasion_id": events[identifier].to_numpy(),
            "due": events["due"].to_numpy(dtype=np.int64) if "due" in events else FAR,
            "held": events["held"].to_numpy(dtype=np.int64),
        }
    )
    for column, blank in _COLUMNS.items():
        frame[column] = events[column].to_numpy() if column in events else blank
    return frame


def _assessments(history: History) -> list[pd.DataFrame]:
    begun = history.spells[history.spells["assessment_start"] < FAR]
    shaped = pd.DataFrame(
        {
            "child": begun["child"],
            "id": begun["assessment_id"],
            "due": begun["assessment_due"],
            "held": begun["authorised"],
            "seen": begun["child_seen"],
        }
    )
    return [
        _rows(shaped, "SA_CHILD_SEEN", "id"),
        _rows(shaped.drop(columns="seen"), "SA_PARENT_VIEW", "id"),
    ]


def _enquiries(history: History) -> pd.DataFrame:
    begun = history.spells[history.spells["s47_start"] < FAR]
    shaped = pd.DataFrame(
        {
            "child": begun["child"],
            "id": begun["s47_id"],
            "due": begun["s47_due"],
            "held": begun["s47_end"],
        }
    )
    return _rows(shaped, "S47_ENQ", "id")


def _pathway_plans(history: History) -> pd.DataFrame:
    known = history.leavers[history.leavers["in_extract"]]
    return _rows(known.rename(columns={"plan_review": "held"}), "PATHWAY_PLAN", "leaver_id")


def _closures(history: History) -> pd.DataFrame:
    return _rows(history.early_help.rename(columns={"end": "held"}), "FH_CLOSE", "episode_id")


def _contacts(history: History) -> pd.DataFrame:
    made = history.spells.rename(columns={"referral": "held"})
    return _rows(_answered(made, "source", _CONTACT_BY), "CONTACT", "contact_id")


def _care_decisions(history: History) -> list[pd.DataFrame]:
    """Return moves, accommodation begun, the reviewing officer's contacts and leaving care."""
    care = history.care
    moved = care.placements[care.placements["change_reason"] != ""].rename(columns={"end": "held"})
    begun = care.statuses[care.statuses["status"] == "V2"].rename(columns={"start": "held"})
    officer = care.episodes[care.episodes["officer_contact"] < FAR]
    main = care.periods[~care.periods["short_break"] & (care.periods["reason"] != "E2")]
    left = main[main["end"] < FAR].rename(columns={"end": "held"})
    short = set(care.periods["child"][care.periods["short_break"]])
    officer = officer[~officer["child"].isin(short)].rename(columns={"officer_contact": "held"})
    return [
        _rows(
            _answered(moved, "change_reason", _MOVE_ASKED_BY), "PLACEMENT_DECISION", "placement_id"
        ),
        _rows(begun, "S20_START", "status_id"),
        _rows(officer, "IRO_CONTACT", "episode_id"),
        _rows(left, "EXIT_CARE", "cla_id"),
    ]


def _answered(events: pd.DataFrame, column: str, spoke: dict[str, str]) -> pd.DataFrame:
    """Note whose voice a code shows."""
    by = events[column].map(spoke)
    return events.assign(**{name: np.where(by == name, "voiced", "") for name in _ANSWERS})


def _questionnaires(history: History) -> pd.DataFrame:
    # A form that was not due for the child's age is no moment to be heard.
    asked = history.questionnaires[history.questionnaires["reason"] != "SDQ1"]
    answers = [_NO_SCORE.get(reason, ("", "")) for reason in asked["reason"]]
    scored = (asked["score"] != "").to_numpy()
    carer = np.array([of_carer for _, of_carer in answers], dtype=object)
    answered = asked.assign(
        own_answer=[of_child for of_child, _ in answers],
        caregiver_answer=np.where(scored, "voiced", carer),
    )
    return _rows(answered, "SDQ", "sdq_id")


def _adviser_contacts(history: History) -> pd.DataFrame:
    known = history.leavers[history.leavers["in_extract"]].rename(columns={"contact": "held"})
    known["own_answer"] = known["in_touch"].map(_IN_TOUCH).fillna("")
    return _rows(known, "PA_VISIT", "leaver_id")


def _before_court(history: History) -> list[pd.DataFrame]:
    """Return the letter with or without an offer, the family's own meeting and the first one."""
    cases = history.before_court
    days = {name: cases[f"known_{name}"].to_numpy() for name in ("letter", "step", "court")}
    met = cases["family_met"] == "Y"
    answer = np.select([met, cases["offered"] == "N"], ["voiced", "not_asked"], "")
    both = {"parent_carer_answer": answer, "family_network_answer": answer}
    letters = cases[cases["offered"] != ""].index
    letter = cases.assign(held=days["letter"], **both).loc[letters]
    # Nobody writes down the day of the meeting: that by which it had been held stands for it.
    by = np.select([days["step"] < FAR, days["court"] < FAR], [days["step"], days["court"]], FAR)
    held = np.where(met, np.where(by < FAR, by, days["letter"]), FAR)
    told = np.where(met, "voiced", "")
    meeting = cases.assign(held=held, due=days["court"], family_network_answer=told)
    first = cases[cases["known_meeting"] < FAR].rename(columns={"known_meeting": "held"})
    return [
        _rows(letter, "FGDM_OFFER", "occasion_id"),
        _rows(meeting[cases["offered"] == "Y"], "FGDM_MEET", "occasion_id"),
        _rows(first.drop(columns="offered"), "PRE_PROC", "occasion_id"),
    ]


def _education(history: History) -> list[pd.DataFrame]:
    """Return assessments for a plan, the latest review of each, and the next review due."""
    rows = history.education
    assessed = rows.assign(due=rows["requested"] + 140, held=rows["assessed"])[rows["begun"]]
    reviewed = rows[rows["reviewed"] < FAR].rename(columns={"review_kind": "kind"})
    due = add_months(reviewed["reviewed"].to_numpy(), reviewed["months"].to_numpy())
    following = reviewed.assign(due=due, held=FAR, nothing="")
    return [
        _rows(assessed, "EHC_ASSESS", "assessment_id"),
        _rows(reviewed.assign(held=reviewed["reviewed"]), None, "plan_id"),
        _rows(following, None, "nothing"),
    ]


def _by_owner(place: Place, history: History, occasions: pd.DataFrame) -> pd.DataFrame:
    """Repeat each occasion for every voice that is expected at it."""
    kinds = place.recipe.opportunities
    pairs = [(kind, owner) for kind, facts in kinds.items() for owner in facts["owners"]]
    expected = pd.DataFrame(pairs, columns=["kind", "owner"])
    rows = occasions.merge(expected, on="kind", how="inner")
    rows = rows.sort_values(["occasion", "owner"], kind="stable").reset_index(drop=True)
    born = history.children["born"].to_numpy()[rows["child"]]
    date = rows["date"].to_numpy()
    rows["age"] = age_on(born, date)
    owner = rows["owner"].to_numpy()
    rows["asked"] = owner
    rows["owner"] = np.where(owner == "own", owner_of_child(born, date), owner)
    rows["own"] = np.isin(rows["owner"].to_numpy(), OWN)
    # An unborn child has no voice of its own to miss; the others at the occasion have.
    rows = rows[~(rows["own"] & (rows["age"] < 0))].reset_index(drop=True)
    # What only a young person is asked, nobody under 16 is.
    rows = rows[(rows["asked"] != "young_person") | (rows["age"] >= 16)]
    rows = rows.reset_index(drop=True)
    rows["group"] = owner_group(rows["owner"].to_numpy())
    rows["answer"] = ""
    for name in _ANSWERS:
        mine = rows["group"] == name.removesuffix("_answer")
        rows.loc[mine, "answer"] = rows.loc[mine, name]
    needs_answer = {kind: bool(facts.get("own_if_answered")) for kind, facts in kinds.items()}
    unasked = rows["own"] & rows["kind"].map(needs_answer) & (rows["answer"] == "")
    rows = rows[~unasked].reset_index(drop=True)
    for fact in ("stage", "table"):
        rows[fact] = rows["kind"].map({kind: facts[fact] for kind, facts in kinds.items()})
    for fact in ("decision", "visit", "coded", "clock", "review"):
        flags = {kind: bool(facts.get(fact, False)) for kind, facts in kinds.items()}
        rows[f"is_{fact}"] = rows["kind"].map(flags).to_numpy(dtype=bool)
    rows["row"] = np.arange(len(rows))
    return rows


def owner_group(owners: Array) -> Array:
    """Return the group in which owners are linked: child and young person are one."""
    return np.where(np.isin(owners, OWN), "own", owners).astype(object)
