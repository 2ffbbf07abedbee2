"""Say from the files alone what is true of a child on a day, one child and one day at a time.

Belongs here: the breakdown values of the definitions. Does not belong here: any import from the
generator.
"""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

from tests.support.synthetic_clock import day, years_old
from tests.support.synthetic_extract import HEARD, Extract, Row, group

_REFERENCE = Path(__file__).resolve().parents[2] / "seeds" / "reference"
_GROUPS = {"White": "white", "Mixed": "mixed", "Asian": "asian", "Black": "black"}
_BANDS = {3: "0-3", 7: "4-7", 11: "8-11", 15: "12-15", 17: "16-17", 25: "18-25"}
_FAR = {str(n): "up_to_20_miles" if n <= 20 else "over_20_miles" for n in range(100)}
Spans = dict[str, list[tuple[date, date, str]]]


def _seed(name: str) -> list[Row]:
    with (_REFERENCE / f"ref_{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class People:
    """The children of one authority."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        self.person = {row["pers_person_id"]: row for row in extract.read("ssd", "ssd_person")}
        self.ethnicity = {row["ethnicity_code"]: row for row in _seed("ethnicity_codes")}
        self.disabilities = {row["disability_code"]: row for row in _seed("disability_codes")}
        self.codes = defaultdict(set)
        for row in extract.read("ssd", "ssd_disability"):
            self.codes[row["disa_person_id"]].add(row["disa_disability_code"])
        needs = extract.read("voice_extension", "vx_communication_need")
        self.needs = {row["person_id"]: row for row in needs}
        addresses = extract.read("ssd", "ssd_address")
        self.district = {row["addr_person_id"]: row["addr_address_postcode"] for row in addresses}
        self.uasc = {row["CHILD"] for row in extract.read("ssda903", "uasc")}
        for row in extract.read("ssd", "ssd_immigration_status"):
            text = row["immi_immigration_status"].lower()
            if "uasc" in text or "unaccompanied" in text:
                self.uasc.add(row["immi_person_id"])
        self.leavers = {row["CHILD"] for row in extract.read("ssda903", "oc3")}
        self.leavers |= {row["clea_person_id"] for row in extract.read("ssd", "ssd_care_leavers")}
        self.homes = self._spans(
            "ssd_cla_placement", "clap_person_id", "clap_cla_placement", "type"
        )
        self.far = self._spans(
            "ssd_cla_placement", "clap_person_id", "clap_cla_placement", "distance"
        )
        self.orders = self._spans("ssd_legal_status", "lega_person_id", "lega_legal_status", "")
        self.placement = {
            row["placement_type_code"]: row["placement_group_proposed"]
            for row in _seed("placement_type_codes")
        }
        self.legal = {
            row["legal_status_code"]: row["legal_group_proposed"]
            for row in _seed("legal_status_codes")
        }
        self.episodes: Spans = defaultdict(list)
        for row in extract.read("ssd", "ssd_cin_episodes"):
            start = day(row["cine_referral_date"])
            assert start is not None
            end = day(row["cine_close_date"]) or date(2999, 1, 1)
            need = row["cine_cin_primary_need_code"].upper()
            self.episodes[row["cine_person_id"]].append((start, end, need))

    def _spans(self, table: str, person: str, prefix: str, suffix: str) -> Spans:
        spans: Spans = defaultdict(list)
        for row in self.extract.read("ssd", table):
            start = day(row[f"{prefix}_start_date"])
            assert start is not None
            end = day(row[f"{prefix}_end_date"]) or date(2999, 1, 1)
            value = row[f"{prefix}_{suffix}"] if suffix else row[prefix]
            spans[row[person]].append((start, end, value))
        return spans

    def on(self, person: str, when: date) -> dict[str, str]:
        """Return every breakdown value of a child on a day."""
        row, codes = self.person[person], self.codes.get(person, set())
        born = day(row["pers_dob"])
        age = years_old(born, when)
        need = self.needs.get(person, {})
        relevant = {
            code
            for code in codes
            if self.disabilities[code]["communication_relevant_proposed"] == "true"
        }
        known = need.get("communication_need") or ("Y" if relevant else "unknown")
        bands = [name for highest, name in _BANDS.items() if age <= highest]
        ethnicity = self.ethnicity.get(row["pers_ethnicity"], {})
        named = ethnicity.get("ethnic_group", "Not").replace(",", " ").split(" ")[0]
        others = {"Other": "other", "Refused": "refused", "Not": "unknown"}
        some = [span for span in self.episodes[person] if span[0] <= when <= span[1]]
        return {
            "sex": row["pers_sex"] if row["pers_sex"] in ("M", "F") else "unknown",
            "age_band": "unborn" if age < 0 else (bands or ["26+"])[0],
            "ethnic_group": {**_GROUPS, **others}[named],
            "disability": "unknown" if not codes else "Y" if codes - {"NONE"} else "N",
            "communication_need": known,
            "interpreter_needed": need.get("interpreter_needed") or "unknown",
            "first_language_group": {"": "unknown", "eng": "english"}.get(
                need.get("first_language", ""), "other_language"
            ),
            "uasc": "Y" if person in self.uasc else "N",
            "placement_group": self._active(self.homes[person], when, self.placement),
            "placement_distance": self._active(self.far[person], when, {"": "unknown", **_FAR}),
            "legal_group": self._active(self.orders[person], when, self.legal),
            "category_of_need": (max(some)[2] or "unknown") if some else "not_applicable",
            "care_leaver": "Y" if person in self.leavers and age >= 16 else "N",
            "area": self.district.get(person, "unknown").split(" ")[0],
        }

    @staticmethod
    def _active(spans: list[tuple[date, date, str]], when: date, groups: dict[str, str]) -> str:
        now = [span for span in spans if span[0] <= when < span[1]]
        return groups[max(now)[2]] if now else "not_applicable"


def own_voice(extract: Extract) -> dict[str, list[date]]:
    """Return the days on which each child's own voice was heard, recorded or derived."""
    heard = defaultdict(list)
    for said in extract.expressions:
        on = day(said["expressed_on"])
        if said["person_id"] and group(said["voice_owner"]) == "own" and on:
            heard[said["person_id"]].append(on)
    for row in extract.rows:
        shown = row.get("code") in HEARD or row.get("accepted") == "Y" or row["answer"] == "voiced"
        if row["own"] and shown:
            heard[row["person"]].append(row["on"])
    return heard
