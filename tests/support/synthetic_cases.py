"""Find in one authority's files the moments before court and of education plans, and merged ids.

Belongs here: those by the published definitions, row by row. Does not belong here: any import from
the project.
"""

import csv
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.synthetic_clock import day, months_later, years_old

if TYPE_CHECKING:
    from tests.support.synthetic_extract import Extract


def former_ids(folder: Path) -> dict[str, str]:
    """Return the identifier that stays for each that was merged; the latest extract decides."""
    latest = max((folder / "ssd").glob("*/ssd_linked_identifiers.csv"))
    with latest.open(encoding="utf-8", newline="") as lines:
        return {
            link["link_identifier_value"]: link["link_person_id"]
            for link in csv.DictReader(lines)
            if link["link_identifier_type"] == "Former person ID"
        }


def add_before_court_and_education(extract: "Extract") -> None:
    """Add first meetings before court (no census asks for more yet), assessments and reviews."""
    for row in extract.read("ssd", "ssd_pre_proceedings"):
        held, key = day(row["prep_initial_pre_pro_meeting_date"]), row["prep_table_id"]
        person, owners = row["prep_person_id"], ("child", "parent_carer")
        extract.add("PRE_PROC", person, None, held, "ssd_pre_proceedings", key, owners)
    pupils = {
        row["send_table_id"]: row["send_person_id"] for row in extract.read("ssd", "ssd_send")
    }
    asked = {
        row["ehcr_ehcp_request_id"]: (pupils[row["ehcr_send_table_id"]], row["ehcr_ehcp_req_date"])
        for row in extract.read("ssd", "ssd_ehcp_requests")
    }
    for row in extract.read("ssd", "ssd_ehcp_assessment"):
        person, text = asked[row["ehca_ehcp_request_id"]]
        begun, held = day(text), day(row["ehca_ehcp_assessment_outcome_date"])
        assert begun is not None
        due, key = begun + timedelta(weeks=20), row["ehca_ehcp_assessment_id"]
        owners = ("child", "parent_carer")
        extract.add("EHC_ASSESS", person, due, held, "ssd_ehcp_assessment", key, owners)
    for row in extract.read("ssd", "ssd_ehcp_active_plans"):
        person, _ = asked[row["ehcp_ehcp_request_id"]]
        held, key = day(row["ehcp_active_ehcp_last_review_date"]), row["ehcp_active_ehcp_id"]
        if held is None:
            continue
        young = years_old(extract.born.get(person), held) < 5
        kind, months = ("EHC_REVIEW_U5", 6) if young else ("EHC_REVIEW", 12)
        everyone = ("child", "parent_carer", "partner_professional")
        table = "ssd_ehcp_active_plans"
        extract.add(kind, person, None, held, table, key, everyone)
        extract.add(kind, person, months_later(held, months), None, table, "", everyone)
