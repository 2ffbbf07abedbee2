"""Read one generated authority's files and follow the definitions row by row.

Belongs here: opportunities and outcomes found in the CSVs alone, as slow as it takes. Does not
belong here: any import from the generator, whose truth this is held against.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.synthetic_cases import add_before_court_and_education, former_ids
from tests.support.synthetic_clock import (
    AS_OF,
    chain,
    conference_clock,
    day,
    review_clock,
    short_break_clock,
    working_days_later,
    years_old,
)
from tests.support.synthetic_exports import exported
from tests.support.synthetic_routine import add_care_visits, add_routine, named_kind

HEARD = {"PN1", "PN2", "PN3", "PN5", "PN6"}
Row = dict[str, str]


def group(owner: str) -> str:
    """Return the group in which owners are linked."""
    return "own" if owner in ("child", "young_person") else owner


class Extract:
    """One authority's files, and the opportunities that they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stays = former_ids(folder)
        people = self.read("ssd", "ssd_person")
        self.born = {row["pers_person_id"]: day(row["pers_dob"]) for row in people}
        self.breaks = self._short_breaks()
        self.rows: list[dict[str, Any]] = []
        self._conference_codes = {
            (row["conference_kind"], row["conference_id"]): row["participation"]
            for row in self.read("voice_extension", "vx_conference_participation")
        }
        self._assess()
        self._protect()
        self._care()
        self._others()
        add_routine(self)
        add_before_court_and_education(self)
        self._add_outcomes()

    def read(self, source: str, table: str) -> list[Row]:
        """Return a table's rows as text, all deliveries of the source together."""
        paths = sorted((self.folder / source).glob(f"*/{table}.csv"))
        rows: list[Row] = []
        for path in paths:
            with path.open(encoding="utf-8", newline="") as lines:
                rows += list(csv.DictReader(lines))
        for row in rows:
            for column in ("CHILD", "person_id"):
                if column in row:
                    row[column] = self._stays.get(row[column], row[column])
        return rows + (exported(self.folder, table) if source == "voice_extension" else [])

    def _short_breaks(self) -> set[str]:
        known = defaultdict(set)
        for row in self.read("ssd", "ssd_legal_status"):
            known[row["lega_person_id"]].add(row["lega_legal_status"])
        for row in self.read("ssda903", "episodes"):
            known[row["CHILD"]].add(row["LS"])
        return {child for child, statuses in known.items() if statuses <= {"V3", "V4"}}

    def add(
        self,
        kind: str,
        person: str,
        due: date | None,
        held: date | None,
        table: str,
        occasion: str,
        owners: tuple[str, ...],
        answers: dict[str, str] | None = None,
        **facts: str,
    ) -> None:
        """Note one occasion, a row a voice expected, unless it lies after the extract.

        `answers` is what the source itself says of the voices, by owner.
        """
        if held is not None and held > AS_OF:
            held = None
        if held is None and (due is None or due >= AS_OF):
            return
        on = held or due
        assert on is not None
        age = years_old(self.born.get(person), on)
        for owner in owners:
            if (owner == "child" and age < 0) or (owner == "young_person" and age < 16):
                continue
            name = "young_person" if owner == "child" and age >= 16 else owner
            row = {"kind": kind, "person": person, "due": due, "held": held, "on": on, "age": age}
            own = name in ("child", "young_person")
            row |= {"table": table, "id": occasion, "owner": name, "own": own, **facts}
            row["answer"] = (answers or {}).get(owner)
            self.rows.append(row)

    def _assess(self) -> None:
        referred = {
            row["cine_referral_id"]: day(row["cine_referral_date"])
            for row in self.read("ssd", "ssd_cin_episodes")
        }
        for row in self.read("ssd", "ssd_cin_assessments"):
            start = referred.get(row["cina_referral_id"]) or day(row["cina_assessment_start_date"])
            assert start is not None
            due, held = working_days_later(start, 45), day(row["cina_assessment_auth_date"])
            person, table = row["cina_person_id"], "ssd_cin_assessments"
            key = row["cina_assessment_id"]
            seen = row["cina_assessment_child_seen"]
            self.add("SA_CHILD_SEEN", person, due, held, table, key, ("child",), seen=seen)
            owners = ("parent_carer", "family_network")
            self.add("SA_PARENT_VIEW", person, due, held, table, key, owners)
        for row in self.read("ssd", "ssd_cin_visits"):
            held = day(row["cinv_cin_visit_date"])
            key, owners = row["cinv_cin_visit_id"], ("child", "parent_carer")
            seen, alone = row["cinv_cin_visit_seen"], row["cinv_cin_visit_seen_alone"]
            person, table = row["cinv_person_id"], "ssd_cin_visits"
            self.add("CIN_VISIT", person, None, held, table, key, owners, seen=seen, alone=alone)

    def _protect(self) -> None:
        started = {}
        for row in self.read("ssd", "ssd_s47_enquiry"):
            start = day(row["s47e_s47_start_date"])
            assert start is not None
            started[row["s47e_s47_enquiry_id"]] = due = working_days_later(start, 15)
            person, held = row["s47e_person_id"], day(row["s47e_s47_end_date"])
            key, owners = row["s47e_s47_enquiry_id"], ("child", "parent_carer")
            self.add("S47_ENQ", person, due, held, "ssd_s47_enquiry", key, owners)
        everyone = ("child", "parent_carer", "family_network", "partner_professional")
        met = {}
        table = "ssd_initial_cp_conference"
        for row in self.read("ssd", table):
            key, held = row["icpc_icpc_id"], day(row["icpc_icpc_date"])
            met[key] = held
            due = day(row["icpc_icpc_target_date"]) or started[row["icpc_s47_enquiry_id"]]
            code = self._conference_codes.get(("initial", key), "")
            self.add("ICPC", row["icpc_person_id"], due, held, table, key, everyone, code=code)
        table = "ssd_cp_visits"
        for row in self.read("ssd", table):
            held, key = day(row["cppv_cp_visit_date"]), row["cppv_cp_visit_id"]
            seen, alone = row["cppv_cp_visit_seen"], row["cppv_cp_visit_seen_alone"]
            person = row["cppv_person_id"]
            self.add("CP_VISIT", person, None, held, table, key, ("child",), seen=seen, alone=alone)
        reviews = defaultdict(list)
        for row in self.read("ssd", "ssd_cp_reviews"):
            code = row["cppr_cp_review_participation"]
            key = row["cppr_cp_review_id"]
            if not code.startswith("PN"):
                code = self._conference_codes.get(("review", key), "")
            reviews[row["cppr_cp_plan_id"]].append((day(row["cppr_cp_review_date"]), key, code))
        for row in self.read("ssd", "ssd_cp_plans"):
            anchor = met.get(row["cppl_icpc_id"]) or day(row["cppl_cp_plan_start_date"])
            events, end = reviews[row["cppl_cp_plan_id"]], day(row["cppl_cp_plan_end_date"])
            for kind, due, held, key, code in chain(anchor, end, events, conference_clock):
                person, table = row["cppl_person_id"], "ssd_cp_reviews"
                self.add(kind, person, due, held, table, key, everyone, code=code)

    def _care(self) -> None:
        spans: dict[str, list[Row]] = defaultdict(list)
        for row in self.read("ssd", "ssd_cla_episodes"):
            spans[row["clae_cla_id"]].append(row)
        reviews = self._held_reviews(spans)
        add_care_visits(self, reviews)
        owners = ("child", "parent_carer", "caregiver")
        for episodes in spans.values():
            person = episodes[0]["clae_person_id"]
            starts = [day(row["clae_cla_episode_start_date"]) for row in episodes]
            ends = [day(row["clae_cla_episode_ceased_date"]) for row in episodes]
            start = min(one for one in starts if one)
            end = None if None in ends else max(one for one in ends if one)
            inside = [r for r in reviews[person] if start <= r[0] and (not end or r[0] <= end)]
            clock = short_break_clock if person in self.breaks else review_clock
            for kind, due, held, key, code in chain(start, end, inside, clock):
                self.add(kind, person, due, held, "ssd_cla_reviews", key, owners, code=code)

    def _held_reviews(self, spans: dict[str, list[Row]]) -> dict[str, list[Any]]:
        returned = {
            (row["CHILD"], row["REVIEW"]): row["REVIEW_CODE"]
            for row in self.read("ssda903", "reviews")
        }
        reviews = defaultdict(list)
        for row in self.read("ssd", "ssd_cla_reviews"):
            held, key = day(row["clar_cla_review_date"]), row["clar_cla_review_id"]
            if row["clar_cla_review_cancelled"] == "Y" or not held or not row["clar_cla_id"]:
                continue
            person = spans[row["clar_cla_id"]][0]["clae_person_id"]
            code = row["clar_cla_review_participation"]
            code = code or returned.get((person, f"{held:%d/%m/%Y}"), "")
            reviews[person].append((held, key, code))
        return reviews

    def _others(self) -> None:
        interviews = {
            row["missing_episode_id"]: row
            for row in self.read("voice_extension", "vx_return_interview")
        }
        for row in self.read("ssd", "ssd_missing"):
            end, start = (
                day(row[f"miss_missing_episode_{edge}_date"]) for edge in ("end", "start")
            )
            if not start or not end:
                continue
            key = row["miss_table_id"]
            told = interviews.get(key)
            offered = told["offered"] if told else row["miss_missing_rhi_offered"]
            accepted = told["accepted"] if told else row["miss_missing_rhi_accepted"]
            held = day(told["held_at"]) if told else None
            facts = {"offered": offered, "accepted": accepted}
            due, person = end + timedelta(days=3), row["miss_person_id"]
            self.add("RHI_DONE", person, due, held, "ssd_missing", key, ("child",), **facts)
        for row in self.read("ssd", "ssd_care_leavers"):
            held, key = day(row["clea_pathway_plan_review_date"]), row["clea_table_id"]
            person, table = row["clea_person_id"], "ssd_care_leavers"
            self.add("PATHWAY_PLAN", person, None, held, table, key, ("young_person",))
        for row in self.read("ssd", "ssd_early_help_episodes"):
            held, key = day(row["earl_episode_end_date"]), row["earl_episode_id"]
            person, owners = row["earl_person_id"], ("child", "parent_carer")
            self.add("FH_CLOSE", person, None, held, "ssd_early_help_episodes", key, owners)

    def _add_outcomes(self) -> None:
        tables = {row["kind"]: row["table"] for row in self.rows}
        linked, loose = set(), defaultdict(list)
        self.expressions = [
            row
            for row in self.read("voice_extension", "vx_expression")
            if row["expression_id"] and day(row["expressed_on"])
        ]
        for row in self.expressions:
            owner = group(row["voice_owner"])
            if row["occasion_id"]:
                shared = named_kind(row["occasion_table"], row["opportunity_type"])
                linked.add((row["occasion_table"], row["occasion_id"], owner, shared))
            elif row["opportunity_type"]:
                table = tables[row["opportunity_type"]]
                loose[(table, row["person_id"], owner)].append(day(row["expressed_on"]))
        reasons = {
            (
                row["occasion_table"],
                row["occasion_id"],
                group(row["voice_owner"]),
                named_kind(row["occasion_table"], row["opportunity_type"]),
            ): row["reason"]
            for row in self.read("voice_extension", "vx_not_captured")
        }
        for row in self.rows:
            owner = group(row["owner"])
            key = (row["table"], row["id"], owner, named_kind(row["table"], row["kind"]))
            near = row["held"] and any(
                one and abs((one - row["on"]).days) <= 7
                for one in loose[(row["table"], row["person"], owner)]
            )
            coded = row["own"] and row.get("code") in HEARD
            reason = reasons.get(key) if row["id"] else None
            row["reason"] = reason
            young = row["own"] and row["kind"].startswith("CLA_REVIEW") and row["age"] < 4
            answer, refused = row["answer"], (row.get("offered"), row.get("accepted")) == ("Y", "N")
            shown = coded or row.get("accepted") == "Y" or answer == "voiced"
            if shown or near or (row["id"] and key in linked):
                row["outcome"] = "voiced"
            elif refused or "declined" in (reason, answer):
                row["outcome"] = "declined"
            elif "not_appropriate" in (reason, answer) or young:
                row["outcome"] = "not_appropriate"
            else:
                row["outcome"] = "missed"

    def open_spans(self) -> dict[str, list[tuple[date, date]]]:
        """Return what keeps each child open: early help, referral, protection plan, care."""
        spans = defaultdict(list)
        for table, person, start, end in (
            ("ssd_early_help_episodes", "earl_person_id", "earl_episode_start", "earl_episode_end"),
            ("ssd_cin_episodes", "cine_person_id", "cine_referral", "cine_close"),
            ("ssd_cp_plans", "cppl_person_id", "cppl_cp_plan_start", "cppl_cp_plan_end"),
            (
                "ssd_cla_episodes",
                "clae_person_id",
                "clae_cla_episode_start",
                "clae_cla_episode_ceased",
            ),
        ):
            for row in self.read("ssd", table):
                first = day(row[f"{start}_date"])
                assert first is not None
                spans[row[person]].append((first, day(row[f"{end}_date"]) or date(2999, 1, 1)))
        return spans
