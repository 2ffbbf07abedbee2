"""Lay out the Standard Safeguarding Dataset: who the children are and their referrals.

Belongs here: columns of the person, family, early help and referral tables. Does not belong here:
inventing what happened; the tables of care are in `care_tables`.
"""

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array, iso
from orchestration.synthetic.history import History, identifiers
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables, person_id, team_ids, visit_days, worker_ids


def people_tables(place: Place, history: History) -> Tables:
    """Return the tables that say who each child is."""
    people = history.children
    ids = people["person_id"].to_numpy()
    mother = place.draws("mothers").whether(0.01, len(people)) & (people["sex"] == "F").to_numpy()
    family = np.char.add(f"F{place.authority}", people["family"].astype(str)).astype(object)
    return {
        "ssd_person": _persons(place, people, mother),
        "ssd_family": pd.DataFrame(
            {
                "fami_table_id": identifiers(place, "FAM", len(people)),
                "fami_family_id": family,
                "fami_person_id": ids,
            }
        ),
        "ssd_address": _addresses(place, people),
        "ssd_disability": _disability(place, people),
        "ssd_immigration_status": _immigration(place, people),
        "ssd_mother": pd.DataFrame(
            {
                "moth_table_id": identifiers(place, "MOT", len(people)),
                "moth_person_id": ids,
                "moth_childs_person_id": np.char.add("X", ids.astype(str)).astype(object),
            }
        )[mother],
        "ssd_linked_identifiers": _linked_identifiers(
            place, history, history.identities[history.identities["end"] >= FAR]
        ),
        # Case systems create this draft table and leave it empty.
        "ssd_voice_of_child": pd.DataFrame(),
    }


def _persons(place: Place, people: pd.DataFrame, mother: Array) -> pd.DataFrame:
    draws, count = place.draws("people tables"), len(people)
    unborn = people["born"].to_numpy() >= FAR
    return pd.DataFrame(
        {
            "pers_person_id": people["person_id"],
            "pers_forename": np.where(unborn, "Unborn", people["forename"]),
            "pers_surname": people["surname"],
            "pers_sex": people["sex"],
            "pers_gender": people["sex"],
            "pers_ethnicity": people["ethnicity"],
            "pers_dob": iso(people["born"]),
            "pers_death_date": iso(people["died"]),
            "pers_upn_unknown": np.where(draws.whether(0.06, count), "UN1", ""),
            "pers_send_flag": draws.pick({"Y": 0.2, "N": 0.75, "": 0.05}, count),
            "pers_expected_dob": np.where(unborn, iso(people["expected"]), ""),
            "pers_is_mother": np.where(mother, "Y", "N"),
            "pers_nationality": np.where(people["uasc"], "Overseas", ""),
        }
    )


def earlier_links(place: Place, history: History) -> pd.DataFrame:
    """Return the linked identifiers of an earlier extract, in which mistaken merges still stood."""
    return _linked_identifiers(place, history, history.identities)


def _linked_identifiers(place: Place, history: History, rows: pd.DataFrame) -> pd.DataFrame:
    """Return identifiers that were merged, and those of pupils who moved."""
    people = history.children
    pupils = people[people["upn"] != ""]
    former = pd.DataFrame(
        {
            "link_table_id": rows["link_id"],
            "link_person_id": person_id(history, rows["child"].to_numpy()),
            "link_identifier_type": "Former person ID",
            "link_identifier_value": rows["former_id"],
            "link_valid_from_date": iso(rows["start"]),
        }
    )
    known = pd.DataFrame(
        {
            "link_table_id": identifiers(place, "UPN", len(pupils)),
            "link_person_id": pupils["person_id"],
            "link_identifier_type": "Unique Pupil Number",
            "link_identifier_value": pupils["upn"],
            "link_valid_from_date": iso(pupils["first_contact"]),
            "link_valid_to_date": iso(pupils["left"]),
        }
    )
    return pd.concat([former, known], ignore_index=True)


def _addresses(place: Place, people: pd.DataFrame) -> pd.DataFrame:
    housed = people[people["postcode"] != ""]
    district = np.char.add("District ", (housed["district"] + 1).astype(str).to_numpy(str))
    return pd.DataFrame(
        {
            "addr_table_id": identifiers(place, "ADR", len(housed)),
            "addr_address_json": district,
            "addr_person_id": housed["person_id"].to_numpy(),
            "addr_address_type": "Home",
            "addr_address_start_date": iso(housed["moved_in"]),
            "addr_address_postcode": housed["postcode"].to_numpy(),
        }
    )


def _disability(place: Place, people: pd.DataFrame) -> pd.DataFrame:
    """Return one row a child and disability; NONE where asked and none, no row where unknown."""
    rows = people[["person_id", "disability_codes"]][people["disability_codes"] != ""].copy()
    rows["disability_codes"] = rows["disability_codes"].str.split(";")
    rows = rows.explode("disability_codes", ignore_index=True)
    return pd.DataFrame(
        {
            "disa_person_id": rows["person_id"],
            "disa_table_id": identifiers(place, "DIS", len(rows)),
            "disa_disability_code": rows["disability_codes"],
        }
    )


def _immigration(place: Place, people: pd.DataFrame) -> pd.DataFrame:
    draws = place.draws("immigration")
    others = draws.whether(0.03, len(people)) & (people["born"] < FAR).to_numpy()
    rows = people[people["uasc"] | others]
    wording = draws.pick({"UASC": 0.7, "Unaccompanied asylum seeker": 0.3}, len(rows))
    other = draws.pick({"Indefinite leave to remain": 0.6, "Refugee status": 0.4}, len(rows))
    return pd.DataFrame(
        {
            "immi_person_id": rows["person_id"],
            "immi_immigration_status_id": identifiers(place, "IMM", len(rows)),
            "immi_immigration_status": np.where(rows["uasc"], wording, other),
            "immi_immigration_status_start_date": iso(rows["first_contact"]),
        }
    )


def referral_tables(place: Place, history: History) -> Tables:
    """Return contacts, early help, referrals, assessments and plans of children in need."""
    spells = history.spells
    person, number = person_id(history, spells["child"].to_numpy()), spells["spell"].to_numpy()
    closed = (spells["close"] < FAR).to_numpy()
    ended = np.where(spells["closed_early"] | (spells["kind"] == "assessed"), "RC8", "RC7")
    died = history.children["died"].to_numpy()[spells["child"]]
    ended = np.where(spells["close"] == died, "RC2", ended)
    episodes = {
        "cine_referral_id": spells["referral_id"],
        "cine_person_id": person,
        "cine_referral_date": iso(spells["referral"]),
        "cine_cin_primary_need_code": spells["need"],
        "cine_referral_source_code": spells["source"],
        "cine_referral_nfa": np.where(spells["closed_early"], "Y", "N"),
        "cine_close_reason": np.where(closed, ended, ""),
        "cine_close_date": iso(spells["close"]),
        "cine_referral_team": team_ids(number),
        "cine_referral_worker_id": worker_ids(number * 7),
    }
    contacts = {
        "cont_contact_id": spells["contact_id"],
        "cont_person_id": person,
        "cont_contact_date": iso(spells["referral"]),
        "cont_contact_source_code": spells["source"],
    }
    return {
        "ssd_cin_episodes": pd.DataFrame(episodes),
        "ssd_contacts": pd.DataFrame(contacts),
        "ssd_early_help_episodes": _early_help(place, history),
        **_assessment_tables(place, history),
        "ssd_cin_plans": _need_plans(history),
        "ssd_cin_visits": _need_visits(history),
    }


def _need_visits(history: History) -> pd.DataFrame:
    visits = history.cin_visits
    return pd.DataFrame(
        {
            "cinv_cin_visit_id": visits["visit_id"],
            "cinv_person_id": person_id(history, visits["child"].to_numpy()),
            "cinv_cin_visit_date": visit_days(visits),
            "cinv_cin_visit_seen": visits["seen"],
            "cinv_cin_visit_seen_alone": visits["seen_alone"],
            "cinv_cin_visit_bedroom": visits["bedroom"],
        }
    )


def _early_help(place: Place, history: History) -> pd.DataFrame:
    helped, draws = history.early_help, place.draws("early help tables")
    number = np.arange(len(helped))
    return pd.DataFrame(
        {
            "earl_episode_id": helped["episode_id"],
            "earl_person_id": person_id(history, helped["child"].to_numpy()),
            "earl_episode_start_date": iso(helped["start"]),
            "earl_episode_end_date": iso(helped["end"]),
            "earl_episode_reason": draws.pick({"Family support": 0.7, "School": 0.3}, len(helped)),
            "earl_episode_organisation": "Local authority",
            "earl_episode_worker_id": worker_ids(number),
        }
    )


def _assessment_tables(place: Place, history: History) -> Tables:
    draws = place.draws("assessment tables")
    begun = history.spells[history.spells["assessment_start"] < FAR]
    number, done = begun["spell"].to_numpy(), (begun["authorised"] < FAR).to_numpy()
    no_action = np.where((begun["kind"] == "assessed").to_numpy(), "Y", "N")
    listed = place.recipe.rates["assessment_factors"]
    first, second = draws.one_of(listed, len(begun)), draws.one_of(listed, len(begun))
    factors = '["' + first + '", "' + second + '"]'
    assessments = {
        "cina_assessment_id": begun["assessment_id"],
        "cina_person_id": person_id(history, begun["child"].to_numpy()),
        "cina_referral_id": np.where(begun["linked"], begun["referral_id"], ""),
        "cina_assessment_start_date": iso(begun["assessment_start"]),
        "cina_assessment_child_seen": begun["child_seen"],
        "cina_assessment_auth_date": iso(begun["authorised"]),
        "cina_assessment_outcome_nfa": np.where(done, no_action, ""),
        "cina_assessment_team": team_ids(number),
        "cina_assessment_worker_id": worker_ids(number * 7),
    }
    return {
        "ssd_cin_assessments": pd.DataFrame(assessments),
        "ssd_assessment_factors": pd.DataFrame(
            {
                "cinf_table_id": identifiers(place, "FAC", len(begun)),
                "cinf_assessment_id": begun["assessment_id"],
                "cinf_assessment_factors_json": factors,
            }
        )[done],
    }


def _need_plans(history: History) -> pd.DataFrame:
    plans = history.cin_plans
    number = plans["spell"].to_numpy()
    return pd.DataFrame(
        {
            "cinp_cin_plan_id": plans["plan_id"],
            "cinp_referral_id": plans["referral_id"],
            "cinp_person_id": person_id(history, plans["child"].to_numpy()),
            "cinp_cin_plan_start_date": iso(plans["start"]),
            "cinp_cin_plan_end_date": iso(plans["end"]),
            "cinp_cin_plan_team": team_ids(number),
            "cinp_cin_plan_worker_id": worker_ids(number * 7),
        }
    )
