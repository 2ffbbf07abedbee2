"""Lay out the Standard Safeguarding Dataset: enquiries, conferences, protection plans and visits.

Belongs here: columns of those tables. Does not belong here: inventing what happened.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, iso
from orchestration.synthetic.history import History
from orchestration.synthetic.workforce import Tables, person_id, team_ids, visit_days, worker_ids


def protection_tables(history: History) -> Tables:
    """Return enquiries, conferences, plans, visits and review conferences."""
    return {
        "ssd_s47_enquiry": _enquiries(history),
        "ssd_initial_cp_conference": _conferences(history),
        "ssd_cp_plans": _plans(history),
        "ssd_cp_visits": _visits(history),
        "ssd_cp_reviews": _conference_reviews(history),
    }


def _enquiries(history: History) -> pd.DataFrame:
    begun = history.spells[history.spells["s47_start"] < FAR]
    number = begun["spell"].to_numpy()
    alone = np.where(begun["conference_expected"], "N", "Y")
    return pd.DataFrame(
        {
            "s47e_s47_enquiry_id": begun["s47_id"],
            "s47e_referral_id": begun["referral_id"],
            "s47e_person_id": person_id(history, begun["child"].to_numpy()),
            "s47e_s47_start_date": iso(begun["s47_start"]),
            "s47e_s47_end_date": iso(begun["s47_end"]),
            "s47e_s47_nfa": np.where(begun["s47_end"] < FAR, alone, ""),
            "s47e_s47_completed_by_worker_id": worker_ids(number * 7),
            "s47e_s47_completed_by_team": team_ids(number),
        }
    )


def _plans(history: History) -> pd.DataFrame:
    plans = history.cp_plans
    return pd.DataFrame(
        {
            "cppl_cp_plan_id": plans["plan_id"],
            "cppl_referral_id": plans["referral_id"],
            "cppl_icpc_id": plans["conference_id"],
            "cppl_person_id": person_id(history, plans["child"].to_numpy()),
            "cppl_cp_plan_start_date": iso(plans["start"]),
            "cppl_cp_plan_end_date": iso(plans["end"]),
            "cppl_cp_plan_initial_category": plans["category"],
            "cppl_cp_plan_ola": "N",
            "cppl_cp_plan_latest_category": plans["category"],
        }
    )


def _visits(history: History) -> pd.DataFrame:
    visits = history.cp_visits
    return pd.DataFrame(
        {
            "cppv_cp_visit_id": visits["visit_id"],
            "cppv_person_id": person_id(history, visits["child"].to_numpy()),
            "cppv_cp_plan_id": history.cp_plans["plan_id"].to_numpy()[visits["plan"]],
            "cppv_cp_visit_date": visit_days(visits),
            "cppv_cp_visit_seen": visits["seen"],
            "cppv_cp_visit_seen_alone": visits["seen_alone"],
            "cppv_cp_visit_bedroom": visits["bedroom"],
        }
    )


def _conferences(history: History) -> pd.DataFrame:
    held = history.conferences
    number = held["spell"].to_numpy()
    plans = history.cp_plans.drop_duplicates("spell").set_index("spell")["plan_id"]
    plan = plans.reindex(number).fillna("").to_numpy()
    done = (held["held"] < FAR).to_numpy()
    return pd.DataFrame(
        {
            "icpc_icpc_id": held["conference_id"],
            "icpc_icpc_meeting_id": held["meeting_id"],
            "icpc_s47_enquiry_id": held["s47_id"],
            "icpc_person_id": person_id(history, held["child"].to_numpy()),
            "icpc_cp_plan_id": plan,
            "icpc_referral_id": held["referral_id"],
            "icpc_icpc_transfer_in": "N",
            "icpc_icpc_target_date": iso(held["target"]),
            "icpc_icpc_date": iso(held["held"]),
            "icpc_icpc_outcome_cp_flag": np.where(done, np.where(plan == "", "N", "Y"), ""),
            "icpc_icpc_team": team_ids(number),
            "icpc_icpc_worker_id": worker_ids(number * 7),
        }
    )


def _conference_reviews(history: History) -> pd.DataFrame:
    reviews = history.cp_reviews
    reviews = reviews[reviews["held"] < FAR]
    plan = reviews["plan"].to_numpy()
    ends = history.cp_plans["end"].to_numpy()[plan]
    return pd.DataFrame(
        {
            "cppr_cp_review_id": reviews["review_id"],
            "cppr_person_id": person_id(history, reviews["child"].to_numpy()),
            "cppr_cp_plan_id": history.cp_plans["plan_id"].to_numpy()[plan],
            "cppr_cp_review_due": iso(reviews["due"]),
            "cppr_cp_review_date": iso(reviews["held"]),
            "cppr_cp_review_outcome_continue_cp": np.where(ends <= reviews["held"], "N", "Y"),
            "cppr_cp_review_quorate": "Y",
            "cppr_cp_review_participation": reviews["in_extract"],
        }
    )
