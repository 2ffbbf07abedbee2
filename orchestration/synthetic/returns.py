"""Lay out the yearly return on looked-after children (SSDA903), in step with the case system.

Belongs here: one delivery a financial year, as true on 31 March. Does not belong here: anything
that the case system's extract does not also know (but for a few codes and leavers it has lost).
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.care import in_return
from orchestration.synthetic.clocks import FAR, Array, add_months, age_on, iso
from orchestration.synthetic.history import History
from orchestration.synthetic.people import eighteenth
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables, person_id, worker_ids, written_id

_LETTERS_FROM = 20_178  # 31 March 2025: the sex codes are letters from this return on
_WORKERS_FROM = 19_813  # 31 March 2024: the first return with social worker episodes


def slashed(days: Array) -> Array:
    """Return dates as dd/mm/yyyy, blank where there is none."""
    text = pd.Series(iso(days), dtype=object).astype(str)
    turned = text.str[8:10] + "/" + text.str[5:7] + "/" + text.str[:4]
    return np.where(text == "", "", turned).astype(object)


def yearly_return(place: Place, history: History, ends: int) -> Tables:
    """Return the tables of the financial year that ends on a 31 March."""
    begins = int(add_months(np.array([ends + 1]), -12)[0])
    care = history.care
    periods = care.periods[(care.periods["start"] <= ends) & (care.periods["end"] >= begins)]
    child = np.unique(periods["child"].to_numpy())
    tables = {
        "header": _header(history, child, ends),
        "episodes": _episodes(place, history, begins, ends),
        "reviews": _reviews(history, begins, ends),
        "uasc": _uasc(history, child, ends),
        "oc2": _health(place, history, periods, begins, ends),
        "oc3": _leavers(history, ends),
        "missing": _missing(history, begins, ends),
        "previous_permanence": _previous(place, history, child, ends),
        "placed_for_adoption": _placed(history, begins, ends),
        "ad1": _adopted(history, periods, ends),
    }
    if ends >= _WORKERS_FROM:
        tables["sw_episodes"] = _workers(history, periods, begins, ends)
    # A return that was made before two records were merged knows the child by the former id.
    written = written_id(history, history.children["child"].to_numpy(), ends)
    former = dict(zip(history.children["person_id"], written, strict=True))
    return {name: table.assign(CHILD=table["CHILD"].map(former)) for name, table in tables.items()}


def _who(history: History, child: Array) -> dict[str, Array]:
    """Return the columns that begin nearly every table."""
    born = history.children["born"].to_numpy()[child]
    return {"CHILD": person_id(history, child), "DOB": slashed(born)}


def _sex(history: History, child: Array, ends: int) -> Array:
    sex = history.children["sex"].to_numpy()[child]
    if ends >= _LETTERS_FROM:
        return sex
    return np.select([sex == "M", sex == "F"], ["1", "2"], "9").astype(object)


def _known(days: Array, ends: int) -> Array:
    return np.where(np.asarray(days) > ends, FAR, days)


def _header(history: History, child: Array, ends: int) -> pd.DataFrame:
    ethnicity = history.children["ethnicity"].to_numpy()[child]
    frame = {**_who(history, child), "SEX": _sex(history, child, ends)}
    frame["ETHNIC"] = np.where(ethnicity == "", "NOBT", ethnicity)
    frame["UPN"] = np.full(len(child), "UN1", dtype=object)
    frame["MOTHER"] = np.full(len(child), "0", dtype=object)
    return pd.DataFrame(frame)


def _episodes(place: Place, history: History, begins: int, ends: int) -> pd.DataFrame:
    care = history.care
    rows = care.episodes[(care.episodes["start"] <= ends) & (care.episodes["end"] >= begins)]
    period = rows["period"].to_numpy()
    need = history.spells["need"].to_numpy()[care.periods["spell"].to_numpy()[period]]
    end = _known(rows["end"].to_numpy(), ends)
    reason = np.where(rows["last"], care.periods["reason"].to_numpy()[period], "X1")
    kind, home = rows["type"].to_numpy(), history.children["postcode"].to_numpy()[rows["child"]]
    # The case system calls any supported setting K3 or H5; the return knew K3 from 2025 only.
    placement = np.where((kind == "K3") & (ends < _LETTERS_FROM), "H5", kind)
    change = care.placements["change_reason"].to_numpy()[rows["placement"]]
    return pd.DataFrame(
        {
            "CHILD": person_id(history, rows["child"].to_numpy()),
            "DECOM": slashed(rows["start"].to_numpy()),
            "RNE": rows["reason"],
            "LS": rows["status"],
            "CIN": np.where(need == "", "N1", need),
            "PLACE": placement,
            "PLACE_PROVIDER": np.where(kind == "P1", "PR0", "PR1"),
            "DEC": slashed(end),
            "REC": np.where(end < FAR, reason, ""),
            "REASON_PLACE_CHANGE": np.where(end < FAR, change, ""),
            "HOME_POST": home,
            "PL_POST": f"{place.letters}1 1AB",
            "URN": "SC000001",
        }
    )


def _reviews(history: History, begins: int, ends: int) -> pd.DataFrame:
    """Return the same reviews as the case system's; a code that was lost is blank."""
    rows = history.cla_reviews
    rows = rows[(rows["held"] >= begins) & (rows["held"] <= ends)]
    frame = _who(history, rows["child"].to_numpy())
    frame["REVIEW"] = slashed(rows["held"].to_numpy())
    frame["REVIEW_CODE"] = rows["in_return"].to_numpy()
    return pd.DataFrame(frame)


def _uasc(history: History, child: Array, ends: int) -> pd.DataFrame:
    chosen = child[history.children["uasc"].to_numpy()[child]]
    adult = eighteenth(history.children["born"].to_numpy()[chosen])
    frame = {**_who(history, chosen), "SEX": _sex(history, chosen, ends)}
    frame["DUC"] = slashed(_known(adult, ends))
    return pd.DataFrame(frame)


def _health(
    place: Place, history: History, periods: pd.DataFrame, begins: int, ends: int
) -> pd.DataFrame:
    """Return health and SDQ of children looked after for the whole year."""
    whole = periods[(periods["start"] <= begins) & (periods["end"] > ends)]
    child = np.unique(whole["child"].to_numpy())
    draws = place.draws(f"oc2 {ends}")
    age = age_on(history.children["born"].to_numpy()[child], np.full(len(child), ends))
    asked = (age >= 4) & (age <= 16)
    scored = asked & draws.whether(0.8, len(child))
    why = np.where(asked, draws.pick({"SDQ2": 0.4, "SDQ4": 0.3, "SDQ5": 0.3}, len(child)), "SDQ1")
    frame = _who(history, child)
    frame["SDQ_SCORE"] = np.where(scored, draws.whole(2, 32, len(child)).astype(str), "")
    frame["SDQ_REASON"] = np.where(scored, "", why)
    for column, share in {
        "CONVICTED": 0.03,
        "IMMUNISATIONS": 0.9,
        "TEETH_CHECK": 0.8,
        "HEALTH_ASSESSMENT": 0.92,
        "SUBSTANCE_MISUSE": 0.04,
    }.items():
        frame[column] = np.where(draws.whether(share, len(child)), "1", "0")
    frame["HEALTH_CHECK"] = np.where(age < 5, "1", "")
    return pd.DataFrame(frame)


def _leavers(history: History, ends: int) -> pd.DataFrame:
    """Return care leavers who are 17 to 21 at the end of the year."""
    rows = history.leavers[in_return(history.leavers, ends)]
    frame = _who(history, rows["child"].to_numpy())
    frame["IN_TOUCH"] = rows["in_touch"].to_numpy()
    frame["ACTIV"] = rows["activity"].to_numpy()
    frame["ACCOM"] = rows["home"].to_numpy()
    return pd.DataFrame(frame)


def _missing(history: History, begins: int, ends: int) -> pd.DataFrame:
    rows = history.missing
    rows = rows[(rows["start"] <= ends) & (rows["end"] >= begins)]
    frame = _who(history, rows["child"].to_numpy())
    frame["MISSING"] = rows["type"].to_numpy()
    frame["MIS_START"] = slashed(rows["start"].to_numpy())
    frame["MIS_END"] = slashed(_known(rows["end"].to_numpy(), ends))
    return pd.DataFrame(frame)


def _previous(place: Place, history: History, child: Array, ends: int) -> pd.DataFrame:
    draws = place.draws(f"previous permanence {ends}")
    frame = _who(history, child)
    frame["PREV_PERM"] = draws.pick({"Z1": 0.93, "P1": 0.03, "P2": 0.04}, len(child))
    return pd.DataFrame(frame)


def _placed(history: History, begins: int, ends: int) -> pd.DataFrame:
    rows = history.care.statuses
    rows = rows[(rows["status"] == "E1") & (rows["start"] <= ends) & (rows["end"] >= begins)]
    rows = rows.drop_duplicates(["child", "start"])
    frame = _who(history, rows["child"].to_numpy())
    frame["DATE_PLACED"] = slashed(rows["start"].to_numpy())
    return pd.DataFrame(frame)


def _adopted(history: History, periods: pd.DataFrame, ends: int) -> pd.DataFrame:
    rows = periods[periods["adopted"] & (periods["end"] <= ends)]
    frame = _who(history, rows["child"].to_numpy())
    frame["DATE_INT"] = slashed(rows["end"].to_numpy() - 120)
    frame["DATE_MATCH"] = slashed(rows["end"].to_numpy() - 90)
    count = len(rows)
    fixed = {"FOSTER_CARE": "0", "NB_ADOPTR": "2", "SEX_ADOPTR": "MF", "LS_ADOPTR": "L11"}
    for column, value in fixed.items():
        frame[column] = np.full(count, value, dtype=object)
    return pd.DataFrame(frame)


def _workers(history: History, periods: pd.DataFrame, begins: int, ends: int) -> pd.DataFrame:
    rows = periods.drop_duplicates("child")
    frame = _who(history, rows["child"].to_numpy())
    frame["SW_ID"] = worker_ids(rows["spell"].to_numpy() * 7)
    frame["SW_DECOM"] = slashed(np.maximum(rows["start"].to_numpy(), begins))
    frame["SW_DEC"] = slashed(_known(rows["end"].to_numpy(), ends))
    frame["SW_REASON"] = np.where(rows["end"] <= ends, "TSPROC", "")
    return pd.DataFrame(frame)
