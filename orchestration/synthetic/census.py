"""Write the yearly children in need census as XML, in step with the case system.

Belongs here: the tree of the return, year by year. Does not belong here: what a year holds
(census_parts). DuckDB joins the text of each child; Python only writes the lines.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from orchestration.synthetic.before_court import census_days
from orchestration.synthetic.case_copy import case_copy, set_window
from orchestration.synthetic.census_parts import DUPLICATED, FLAWS, PARTS
from orchestration.synthetic.clocks import add_months, iso_day
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables
from orchestration.synthetic.write import delivery_folder

if TYPE_CHECKING:
    import duckdb

SOURCE = "cin_census"

# The tables of the case system that a census is made from.
_READ = (
    *("ssd_person", "ssd_disability", "ssd_cin_episodes", "ssd_cin_assessments"),
    *("ssd_assessment_factors", "ssd_cin_plans", "ssd_s47_enquiry", "ssd_cp_plans"),
    *("ssd_initial_cp_conference", "ssd_cp_reviews"),
)

# The repeating elements within a referral: their text by referral, in the order of the return.
_WITHIN = {
    "assessments": """
        select referral, string_agg(
            '<Assessments>' || leaf('AssessmentActualStartDate', started_on)
            || leaf('AssessmentAuthorisationDate', authorised_on)
            || coalesce(
                '<FactorsIdentifiedAtAssessment>' || factors || '</FactorsIdentifiedAtAssessment>',
                ''
            )
            || '</Assessments>', '' order by started_on, assessment
        ) as written
        from assessments
        left join (
            select assessment,
                string_agg(leaf('AssessmentFactors', factor), '' order by factor) as factors
            from assessment_factors group by assessment
        ) using (assessment)
        group by referral
    """,
    "plans": """
        select referral, string_agg(
            '<CINPlanDates>' || leaf('CINPlanStartDate', started_on)
            || leaf('CINPlanEndDate', ended_on) || '</CINPlanDates>', '' order by started_on, plan
        ) as written
        from plans group by referral
    """,
    "section_47_enquiries": """
        select referral, string_agg(
            '<Section47>' || leaf('S47ActualStartDate', started_on)
            || leaf('InitialCPCtarget', target) || leaf('DateOfInitialCPC', conference_on)
            || leaf('ICPCnotRequired', not_required) || '</Section47>',
            '' order by started_on, enquiry
        ) as written
        from section_47_enquiries group by referral
    """,
    "child_protection_plans": """
        select referral, string_agg(
            '<ChildProtectionPlans>' || leaf('CPPstartDate', started_on)
            || leaf('CPPendDate', ended_on) || leaf('InitialCategoryOfAbuse', first_category)
            || leaf('LatestCategoryOfAbuse', last_category)
            || leaf('NumberOfPreviousCPP', earlier)
            || coalesce('<Reviews>' || reviews || '</Reviews>', '')
            || '</ChildProtectionPlans>', '' order by started_on, plan
        ) as written
        from child_protection_plans
        left join (
            select plan,
                string_agg(leaf('CPPreviewDate', reviewed_on), '' order by reviewed_on) as reviews
            from child_protection_reviews group by plan
        ) using (plan)
        group by referral
    """,
    "pre_proceedings": """
        select referral, string_agg(
            '<PreProceedingsandFGDM>' || leaf('PPStartDate', began_on)
            || leaf('LBPSentDate', letter_on) || leaf('FGDMMeetingOffer', offered)
            || leaf('FGDMMeetingFac', held) || leaf('InitialPPMeetingDate', first_met_on)
            || leaf('ReviewMeetingsCount', 1) || leaf('StepDecisionDate', stepped_on)
            || leaf('CourtAppDate', applied_on) || '</PreProceedingsandFGDM>',
            '' order by began_on, letter_on
        ) as written
        from pre_proceedings group by referral
    """,
}
_REFERRALS = """
    select details.child, string_agg(
        '<CINdetails>' || leaf('CINreferralDate', referral_date) || leaf('ReferralSource', source)
        || leaf('PrimaryNeedCode', need) || leaf('CINclosureDate', closed_on)
        || leaf('ReasonForClosure', reason) || leaf('DateOfInitialCPC', met.conference_on)
        || coalesce(assessed.written, '') || coalesce(planned.written, '')
        || coalesce(enquired.written, '') || leaf('ReferralNFA', no_action)
        || coalesce(protected.written, '') || coalesce(before_court.written, '')
        || '</CINdetails>', '' order by referral_date, details.referral
    ) as written
    from details
    left join ({assessments}) as assessed on details.referral = assessed.referral
    left join ({plans}) as planned on details.referral = planned.referral
    left join ({section_47_enquiries}) as enquired on details.referral = enquired.referral
    left join ({child_protection_plans}) as protected on details.referral = protected.referral
    left join ({pre_proceedings}) as before_court on details.referral = before_court.referral
    left join (
        select referral, min(conference_on) as conference_on
        from section_47_enquiries group by referral
    ) as met on details.referral = met.referral
    group by details.child
"""
# Sex is a letter since 2025; GenderCurrent was a number, 0 before birth.
_CHILDREN = """
    select
        '<Child><ChildIdentifiers><LAchildID>' || escaped(children.child) || '</LAchildID>'
        || case
            when children.child = '' then ''
            when upn_unknown is null then leaf('UPN', 'Z' || lpad(children.child, 12, '0'))
            else leaf('UPNunknown', upn_unknown)
        end
        || leaf('PersonBirthDate', born) || leaf('ExpectedPersonBirthDate', expected)
        || case
            when getvariable('year') >= 2025 then leaf('Sex', sex)
            when born is null then leaf('GenderCurrent', 0)
            else leaf('GenderCurrent', case sex when 'M' then 1 when 'F' then 2 else 9 end)
        end
        || '</ChildIdentifiers><ChildCharacteristics>' || leaf('Ethnicity', ethnicity)
        || coalesce('<Disabilities>' || listed.written || '</Disabilities>', '')
        || '</ChildCharacteristics>' || referrals.written || '</Child>'
    from children
    join ({referrals}) as referrals on children.child = referrals.child
    left join (
        select child,
            string_agg(leaf('Disability', disability), '' order by disability) as written
        from disabilities group by child
    ) as listed on children.child = listed.child
    order by children.child = '', children.child
"""
_STATEMENT = _CHILDREN.format(referrals=_REFERRALS.format(**_WITHIN))


def write_census(
    con: "duckdb.DuckDBPyConnection", out: Path, place: Place, ends: int, counts: Counts
) -> None:
    """Write the census of the year that ends on a 31 March; without a child in need there is none.

    Args:
        con: The copy of the case system.
        out: The inbox.
        place: The authority.
        ends: Last day of the year.
        counts: Where the rows of every element are counted.
    """
    day = iso_day(ends)
    year = int(day[:4])
    set_window(con, iso_day(int(add_months(np.array([ends + 1]), -12)[0])), day)
    con.execute(f"set variable year = {year}")
    for name, select in PARTS.items():
        con.execute(f"create or replace temp table {name} as {select}")
    if not _rows(con, "details"):
        return
    _add_flaws(con, f"{SOURCE}/{day}/cin_{year}", counts)
    lines = [row[0] for row in con.execute(_STATEMENT).fetchall()]
    text = "\n".join([_opening(place, year, day), *lines, "</Children></Message>", ""])
    path = delivery_folder(out, place, SOURCE, day) / f"cin_{year}.xml"
    path.write_text(text, encoding="utf-8", newline="\n")


def write_lean_census(out: Path, place: Place, tables: Tables, counts: Counts) -> None:
    """Write the cases before court of the years that ask for them, and of nobody else anything."""
    people = set(tables["before_court"]["child"])
    kept = {name: tables[name].iloc[:0] for name in _READ}
    for name, column in (("ssd_person", "pers"), ("ssd_cin_episodes", "cine")):
        whose = tables[name][f"{column}_person_id"]
        kept[name] = tables[name][whose.isin(people).to_numpy()]
    kept["before_court"] = tables["before_court"]
    days = census_days(place)
    if not days:
        return
    with case_copy(place, kept) as con:
        for ends in days:
            write_census(con, out, place, ends, counts)


def _opening(place: Place, year: int, day: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<Message><Header><CollectionDetails>'
        f"<Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>{day}</ReferenceDate>"
        f"</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>{place.authority}</LEA>"
        "<SoftwareCode>Invented</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>"
        f"<DateTime>{year}-06-30T09:00:00</DateTime></Source></Header><Children>"
    )


def _add_flaws(con: "duckdb.DuckDBPyConnection", name: str, counts: Counts) -> None:
    """Plant the flaws and count the rows of every element; empty ones are not listed."""
    for table, select in FLAWS.items():
        before = _rows(con, table)
        con.execute(f"insert into {table} {select}")
        added = _rows(con, table) - before
        if added:
            found = counts.duplicates if table == DUPLICATED else counts.quarantined
            found[f"{name}/{table}"] = added
    for table in PARTS:
        if rows := _rows(con, table):
            counts.rows[f"{name}/{table}"] = rows
    counts.rows[f"{name}/header"] = 1


def _rows(con: "duckdb.DuckDBPyConnection", table: str) -> int:
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
