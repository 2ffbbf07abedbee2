"""Write what a council makes from its case system: the dataset, the returns, Annex A.

Belongs here: which deliveries the case system gives rise to, and what a lean inbox leaves out. Does
not belong here: the columns of any of them, or what happened.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.synthetic.annex_a import write_annex_a
from orchestration.synthetic.before_court import census_table, extract_table
from orchestration.synthetic.care_tables import care_tables
from orchestration.synthetic.case_copy import case_copy
from orchestration.synthetic.case_tables import earlier_links, people_tables, referral_tables
from orchestration.synthetic.census import write_census, write_lean_census
from orchestration.synthetic.clocks import year_ends
from orchestration.synthetic.edge_cases import TOLD_BEFORE
from orchestration.synthetic.education import education_tables
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.history import History
from orchestration.synthetic.protection_tables import protection_tables
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.returns import yearly_return
from orchestration.synthetic.workforce import Tables, person_id, workforce_tables
from orchestration.synthetic.write import write_delivery

# What no indicator is made from, so that a lean inbox can do without.
_LEAN_LEAVES_OUT = frozenset(
    {f"ssd_{name}" for name in ("assessment_factors", "cla_care_plan", "cla_convictions")}
    | {f"ssd_{name}" for name in ("cla_immunisations", "cla_previous_permanence", "department")}
    | {f"ssd_{name}" for name in ("cla_substance_misuse", "family", "mother", "permanence")}
    | {"ssd_professionals", "ssd_voice_of_child", "vx_practice_example", "ad1", "missing", "oc2"}
    | {"placed_for_adoption", "previous_permanence", "sw_episodes"}
)


def write_case_system(
    out: Path, place: Place, history: History, counts: Counts, lean: bool
) -> None:
    """Write what a council makes from its case system: the dataset, the returns, Annex A."""
    tables = _case_tables(place, history)
    write_delivery(out, place, "ssd", place.as_of, kept(tables, lean), counts)
    if len(history.identities):
        links = {"ssd_linked_identifiers": earlier_links(place, history)}
        write_delivery(out, place, "ssd", place.as_of - TOLD_BEFORE, links, counts)
    years = year_ends(place.opens, place.as_of)
    for ends in years:
        returned = kept(yearly_return(place, history, ends), lean)
        write_delivery(out, place, "ssda903", ends, returned, counts)
    cases = history.before_court
    person = person_id(history, cases["child"].to_numpy())
    tables["before_court"] = census_table(cases, person)
    if lean:
        write_lean_census(out, place, tables, counts)
        return
    with case_copy(place, tables) as con:
        for ends in years:
            write_census(con, out, place, ends, counts)
        write_annex_a(con, out, place, counts)


def kept(tables: Tables, lean: bool) -> Tables:
    """Return the tables to write."""
    left_out = _LEAN_LEAVES_OUT if lean else frozenset()
    return {name: frame for name, frame in tables.items() if name not in left_out}


def _case_tables(place: Place, history: History) -> Tables:
    cases, learners = history.before_court, history.education

    def whose(frame: pd.DataFrame) -> Any:
        return person_id(history, frame["child"].to_numpy())

    return {
        **people_tables(place, history),
        **workforce_tables(place, history),
        **referral_tables(place, history),
        **protection_tables(history),
        **care_tables(place, history),
        "ssd_pre_proceedings": extract_table(place, cases, whose(cases)),
        **education_tables(learners, whose(learners)),
    }
