"""Lay out the Standard Safeguarding Dataset: care, going missing, leaving care.

Belongs here: columns of those tables. Does not belong here: inventing what happened.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, iso, padded
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables, person_id, worker_ids

# Table, prefix of its key, share of periods of care, key, person and date column, fixed values.
_SMALL_TABLES: tuple[tuple[str, str, float, str, str, str, dict[str, str]], ...] = (
    (
        "ssd_cla_immunisations",
        "",
        0.9,
        "",
        "clai_person_id",
        "clai_immunisations_status_date",
        {"clai_immunisations_status": "Y"},
    ),
    (
        "ssd_cla_convictions",
        "CNV",
        0.03,
        "clac_cla_conviction_id",
        "clac_person_id",
        "clac_cla_conviction_date",
        {"clac_cla_conviction_offence": "Theft"},
    ),
    (
        "ssd_cla_substance_misuse",
        "SUB",
        0.04,
        "clas_substance_misuse_id",
        "clas_person_id",
        "clas_substance_misuse_date",
        {"clas_substance_misused": "Cannabis", "clas_intervention_received": "Y"},
    ),
    (
        "ssd_cla_care_plan",
        "CPL",
        0.95,
        "lacp_table_id",
        "lacp_person_id",
        "lacp_cla_care_plan_start_date",
        {"lacp_cla_care_plan_json": "Long-term placement"},
    ),
    (
        "ssd_cla_previous_permanence",
        "PRE",
        0.06,
        "lapp_table_id",
        "lapp_person_id",
        "",
        {"lapp_previous_permanence_option": "P2"},
    ),
)


def care_tables(place: Place, history: History) -> Tables:
    """Return periods of care and what belongs to them."""
    statuses = history.care.statuses
    return {
        "ssd_cla_episodes": _episodes(history),
        "ssd_cla_placement": _placements(place, history),
        "ssd_legal_status": pd.DataFrame(
            {
                "lega_legal_status_id": statuses["status_id"],
                "lega_person_id": person_id(history, statuses["child"].to_numpy()),
                "lega_legal_status": statuses["status"],
                "lega_legal_status_start_date": iso(statuses["start"]),
                "lega_legal_status_end_date": iso(statuses["end"]),
            }
        ),
        "ssd_cla_reviews": _reviews(place, history),
        "ssd_cla_visits": _visits(place, history),
        "ssd_missing": _missing(history),
        "ssd_care_leavers": _leavers(history),
        "ssd_cla_health": _health(history),
        "ssd_sdq_scores": _questionnaires(history),
        **_health_tables(place, history),
    }


def _health(history: History) -> pd.DataFrame:
    rows = history.health[history.health["held"] < FAR]
    return pd.DataFrame(
        {
            "clah_health_check_id": rows["health_id"],
            "clah_person_id": person_id(history, rows["child"].to_numpy()),
            "clah_health_check_type": "Health Assessment",
            "clah_health_check_date": iso(rows["held"]),
            "clah_health_check_status": "Complete",
        }
    )


def _questionnaires(history: History) -> pd.DataFrame:
    rows = history.questionnaires
    return pd.DataFrame(
        {
            "csdq_table_id": rows["sdq_id"],
            "csdq_person_id": person_id(history, rows["child"].to_numpy()),
            "csdq_sdq_completed_date": iso(rows["held"]),
            "csdq_sdq_reason": rows["reason"],
            "csdq_sdq_score": rows["score"],
        }
    )


def _placements(place: Place, history: History) -> pd.DataFrame:
    homes, draws = history.care.placements, place.draws("care tables")
    count = len(homes)
    inward = draws.whole(1, 9, count).astype(str).astype(object) + "AB"
    district = draws.whole(1, 6, count).astype(str).astype(object)
    provider = draws.pick({"PR1": 0.6, "PR4": 0.4}, count)
    return pd.DataFrame(
        {
            "clap_cla_placement_id": homes["placement_id"],
            "clap_cla_placement_start_date": iso(homes["start"]),
            "clap_cla_placement_type": homes["type"],
            "clap_cla_placement_urn": padded("SC", draws.whole(100000, 999999, count), 6),
            "clap_cla_placement_distance": np.where(
                homes["miles"] < 0, "", homes["miles"].astype(str)
            ),
            "clap_cla_id": history.care.periods["cla_id"].to_numpy()[homes["period"]],
            "clap_cla_placement_provider": np.where(homes["type"] == "P1", "PR0", provider),
            "clap_cla_placement_postcode": place.letters + district + " " + inward,
            "clap_cla_placement_end_date": iso(homes["end"]),
            "clap_cla_placement_change_reason": homes["change_reason"],
            "clap_person_id": person_id(history, homes["child"].to_numpy()),
        }
    )


def _episodes(history: History) -> pd.DataFrame:
    rows, periods = history.care.episodes, history.care.periods
    period = rows["period"].to_numpy()
    ended = np.where(rows["last"], periods["reason"].to_numpy()[period], "X1")
    spell = periods["spell"].to_numpy()[period]
    return pd.DataFrame(
        {
            "clae_cla_episode_id": rows["episode_id"],
            "clae_person_id": person_id(history, rows["child"].to_numpy()),
            "clae_cla_episode_start_date": iso(rows["start"]),
            "clae_cla_episode_start_reason": rows["reason"],
            "clae_cla_primary_need_code": history.spells["need"].to_numpy()[spell],
            "clae_cla_episode_ceased_date": iso(rows["end"]),
            "clae_cla_episode_ceased_reason": np.where(rows["end"] < FAR, ended, ""),
            "clae_cla_id": periods["cla_id"].to_numpy()[period],
            "clae_referral_id": history.spells["referral_id"].to_numpy()[spell],
            "clae_cla_placement_id": history.care.placements["placement_id"].to_numpy()[
                rows["placement"]
            ],
            "clae_entered_care_date": iso(periods["start"].to_numpy()[period]),
            "clae_cla_last_iro_contact_date": iso(rows["officer_contact"]),
        }
    )


def _reviews(place: Place, history: History) -> pd.DataFrame:
    """Return held reviews, and cancelled ones (with no code: nobody met)."""
    draws, held = place.draws("cancelled reviews"), history.cla_reviews
    held = held[held["held"] < FAR]
    cancelled = held[draws.whether(place.recipe.rates["reviews_cancelled"], len(held))]
    cla = history.care.periods["cla_id"].to_numpy()
    begun = history.care.periods["start"].to_numpy()
    rows = [
        pd.DataFrame(
            {
                "clar_cla_review_id": frame["review_id"] + suffix,
                "clar_cla_id": cla[frame["period"]],
                "clar_cla_review_due_date": iso(frame["due"]),
                "clar_cla_review_date": iso(
                    np.maximum(frame["held"].to_numpy() - earlier, begun[frame["period"]])
                ),
                "clar_cla_review_cancelled": flag,
                "clar_cla_review_participation": "" if flag == "Y" else frame["in_extract"],
            }
        )
        for frame, suffix, flag, earlier in ((held, "", "N", 0), (cancelled, "C", "Y", 4))
    ]
    return pd.concat(rows, ignore_index=True)


def _visits(place: Place, history: History) -> pd.DataFrame:
    """Return visits, with a few to children on short breaks, which no clock expects."""
    visits = history.cla_visits[history.cla_visits["held"] < FAR]
    visits = visits[["visit_id", "period", "child", "held", "seen", "seen_alone"]]
    breaks = history.care.periods[history.care.periods["short_break"]]
    extra = breaks[["period", "child"]].assign(held=breaks["start"] + 40, seen="Y", seen_alone="N")
    extra = extra[extra["held"] <= place.as_of]
    extra["visit_id"] = identifiers(place, "CLB", len(extra))
    rows = pd.concat([visits, extra], ignore_index=True)
    return pd.DataFrame(
        {
            "clav_cla_visit_id": rows["visit_id"],
            "clav_cla_id": history.care.periods["cla_id"].to_numpy()[rows["period"]],
            "clav_person_id": person_id(history, rows["child"].to_numpy()),
            "clav_cla_visit_date": iso(rows["held"]),
            "clav_cla_visit_seen": rows["seen"],
            "clav_cla_visit_seen_alone": rows["seen_alone"],
        }
    )


def _missing(history: History) -> pd.DataFrame:
    rows = history.missing
    return pd.DataFrame(
        {
            "miss_table_id": rows["missing_id"],
            "miss_person_id": person_id(history, rows["child"].to_numpy()),
            "miss_missing_episode_start_date": iso(rows["start"]),
            "miss_missing_episode_type": rows["type"],
            "miss_missing_episode_end_date": iso(rows["end"]),
            "miss_missing_rhi_offered": rows["offered"],
            "miss_missing_rhi_accepted": rows["accepted"],
        }
    )


def _leavers(history: History) -> pd.DataFrame:
    rows = history.leavers[history.leavers["in_extract"]]
    suitable = np.where(rows["home"] == "0", "", rows["home"].str[-1:])
    return pd.DataFrame(
        {
            "clea_table_id": rows["leaver_id"],
            "clea_person_id": person_id(history, rows["child"].to_numpy()),
            "clea_care_leaver_eligibility": "Former relevant",
            "clea_care_leaver_in_touch": rows["in_touch"],
            "clea_care_leaver_latest_contact": iso(rows["contact"]),
            "clea_care_leaver_accommodation": rows["home"],
            "clea_care_leaver_accom_suitable": suitable,
            "clea_care_leaver_activity": rows["activity"],
            "clea_pathway_plan_review_date": iso(rows["plan_review"]),
            "clea_care_leaver_personal_advisor": worker_ids(rows["child"].to_numpy()),
            "clea_care_leaver_allocated_team": "T10",
            "clea_care_leaver_worker_id": worker_ids(rows["child"].to_numpy()),
        }
    )


def _some(
    place: Place, topic: str, periods: pd.DataFrame, share: float
) -> tuple[pd.DataFrame, Array]:
    """Return a share of the periods of care and a day within each."""
    draws = place.draws(topic)
    rows = periods[draws.whether(share, len(periods))]
    last = np.minimum(rows["end"].to_numpy(), place.as_of)
    return rows, draws.whole(rows["start"].to_numpy(), last, len(rows))


def _health_tables(place: Place, history: History) -> Tables:
    """Return the smaller tables of care that no indicator of voice reads."""
    periods = history.care.periods[~history.care.periods["short_break"]]
    tables: Tables = {}
    for table, prefix, share, key, person, day, fixed in _SMALL_TABLES:
        rows, days = _some(place, table, periods, share)
        columns = {person: person_id(history, rows["child"].to_numpy()), **fixed}
        if day:
            columns[day] = iso(days)
        if key:
            columns[key] = identifiers(place, prefix, len(rows))
        tables[table] = pd.DataFrame(columns).drop_duplicates(subset=[key or person])
    placed = history.care.statuses[history.care.statuses["status"] == "E1"]
    tables["ssd_permanence"] = pd.DataFrame(
        {
            "perm_table_id": identifiers(place, "PER", len(placed)),
            "perm_person_id": person_id(history, placed["child"].to_numpy()),
            "perm_cla_id": history.care.periods["cla_id"].to_numpy()[placed["period"]],
            "perm_placement_order_date": iso(placed["start"]),
            "perm_adopted_by_carer_flag": "N",
        }
    )
    return tables
