"""Invent education, health and care plans: requests, assessments, plans and their latest review.

Belongs here: these dates and the tables of the dataset that hold them. Does not belong here: when
the next review is due (opportunities), or any other part of a journey.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, age_on, iso
from orchestration.synthetic.recipe import Place


def plan_education(place: Place, children: pd.DataFrame) -> pd.DataFrame:
    """Return one row a request for a plan, with what followed; children who left have none."""
    draws, rates = place.draws("education"), place.recipe.rates["education"]
    born, count = children["born"].to_numpy(), len(children)
    stays = (children["died"] >= FAR) & (children["left"] >= FAR) & (born < place.as_of - 900)
    disabled = (children["disability"] == "Y").to_numpy()
    share = np.where(disabled, rates["disabled"], rates["others"])
    # Before the first contact the case system knows neither home nor needs.
    known_from = np.maximum(children["first_contact"].to_numpy(), place.opens)
    requested = draws.whole(known_from, place.as_of - 30, count)
    requested = np.maximum(requested, born + draws.whole(750, 900, count))
    young = age_on(np.where(born < FAR, born, 0), requested) < 18
    chosen = stays.to_numpy() & draws.whether(share, count) & young & (requested < place.as_of)
    rows = pd.DataFrame({"child": np.flatnonzero(chosen), "requested": requested[chosen]})
    count, requested = len(rows), rows["requested"].to_numpy()
    assessed = requested + draws.days(150, 0.35, 60, 420, count)
    rows["begun"] = draws.whether(rates["assessed"], count)
    rows["assessed"] = np.where(rows["begun"], place.known(assessed), FAR)
    rows["active"] = (rows["assessed"] < FAR) & draws.whether(rates["planned"], count)
    reviewed = np.maximum(rows["assessed"], place.as_of - draws.whole(0, 480, count))
    told = rows["active"] & draws.whether(rates["reviewed"], count)
    rows["reviewed"] = np.where(told, reviewed, FAR)
    on = np.where(told, reviewed, place.as_of)
    under_five = age_on(born[rows["child"]], on) < 5
    rows["review_kind"] = np.where(under_five, "EHC_REVIEW_U5", "EHC_REVIEW").astype(object)
    rows["months"] = np.where(under_five, 6, 12)
    return rows


def education_tables(rows: pd.DataFrame, person: Array) -> dict[str, pd.DataFrame]:
    """Return the tables of the dataset; `person` is the child's identifier of each request."""
    begun, active = rows["begun"].to_numpy(), rows["active"].to_numpy()
    request = rows["request_id"].to_numpy()
    return {
        "ssd_send": pd.DataFrame({"send_table_id": rows["pupil_id"], "send_person_id": person}),
        "ssd_ehcp_requests": pd.DataFrame(
            {
                "ehcr_ehcp_request_id": request,
                "ehcr_send_table_id": rows["pupil_id"],
                "ehcr_ehcp_req_date": iso(rows["requested"]),
            }
        ),
        "ssd_ehcp_assessment": pd.DataFrame(
            {
                "ehca_ehcp_assessment_id": rows["assessment_id"],
                "ehca_ehcp_request_id": request,
                "ehca_ehcp_assessment_outcome_date": iso(rows["assessed"]),
            }
        )[begun],
        "ssd_ehcp_active_plans": pd.DataFrame(
            {
                "ehcp_active_ehcp_id": rows["plan_id"],
                "ehcp_ehcp_request_id": request,
                "ehcp_active_ehcp_last_review_date": iso(rows["reviewed"]),
            }
        )[active],
    }
