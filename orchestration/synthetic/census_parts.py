"""Select what a children in need census of one year holds, a table for each repeating element.

Belongs here: which referrals, assessments, enquiries, plans and reviews belong to a year, as known
on its last day. Does not belong here: the XML (census). Everything comes from the copy of the case
system, so ids and days are the same in both.
"""

# Variables: begins and ends are the first and last day of the year, year is the one it ends in.
PARTS: dict[str, str] = {
    "details": """
        select
            cine_person_id as child,
            cine_referral_id as referral,
            cine_referral_date as referral_date,
            -- Early help had no code of its own before 2023.
            case
                when cine_referral_source_code = '5D' and getvariable('year') < 2023 then '5B'
                else cine_referral_source_code
            end as source,
            cine_cin_primary_need_code as need,
            as_known(cine_close_date) as closed_on,
            case when cine_close_date <= getvariable('ends') then cine_close_reason end as reason,
            case when cine_referral_nfa = 'Y' then 1 else 0 end as no_action
        from ssd_cin_episodes
        where touches(cine_referral_date, cine_close_date)
    """,
    "children": """
        select
            pers_person_id as child,
            pers_upn_unknown as upn_unknown,
            as_known(pers_dob) as born,
            -- Who was born after the year was expected in it.
            case when as_known(pers_dob) is null then coalesce(pers_expected_dob, pers_dob) end
                as expected,
            case when as_known(pers_dob) is null then 'U' else pers_sex end as sex,
            coalesce(pers_ethnicity, 'NOBT') as ethnicity
        from ssd_person
        where pers_person_id in (select child from details)
    """,
    "disabilities": """
        select disa_person_id as child, disa_disability_code as disability
        from ssd_disability
        where disa_person_id in (select child from details)
    """,
    # An assessment that lost its referral has no place in the tree.
    "assessments": """
        select
            cina_referral_id as referral,
            cina_assessment_id as assessment,
            cina_assessment_start_date as started_on,
            as_known(cina_assessment_auth_date) as authorised_on
        from ssd_cin_assessments
        where cina_referral_id in (select referral from details)
            and touches(cina_assessment_start_date, cina_assessment_auth_date)
    """,
    "assessment_factors": """
        select distinct
            assessment,
            -- Adult on child has had a code of its own since 2021.
            case when factor = '18C' and getvariable('year') < 2021 then '18A' else factor end
                as factor
        from (
            select
                cinf_assessment_id as assessment,
                unnest(regexp_extract_all(cinf_assessment_factors_json, '[0-9]+[A-Z]?')) as factor
            from ssd_assessment_factors
        )
        where assessment in (select assessment from assessments where authorised_on is not null)
            and (factor <> '24A' or getvariable('year') >= 2022)
    """,
    "plans": """
        select
            cinp_referral_id as referral,
            cinp_cin_plan_id as plan,
            cinp_cin_plan_start_date as started_on,
            as_known(cinp_cin_plan_end_date) as ended_on
        from ssd_cin_plans
        where getvariable('year') >= 2022 and cinp_referral_id in (select referral from details)
            and touches(cinp_cin_plan_start_date, cinp_cin_plan_end_date)
    """,
    "section_47_enquiries": """
        select
            s47e_referral_id as referral,
            s47e_s47_enquiry_id as enquiry,
            s47e_s47_start_date as started_on,
            icpc_icpc_target_date as target,
            as_known(icpc_icpc_date) as conference_on,
            case when s47e_s47_nfa = 'Y' and s47e_s47_end_date <= getvariable('ends') then 1 else 0
            end as not_required
        from ssd_s47_enquiry
        left join ssd_initial_cp_conference on s47e_s47_enquiry_id = icpc_s47_enquiry_id
        where s47e_referral_id in (select referral from details)
            and s47e_s47_start_date between getvariable('begins') and getvariable('ends')
    """,
    "child_protection_plans": """
        select
            cppl_referral_id as referral,
            cppl_cp_plan_id as plan,
            cppl_cp_plan_start_date as started_on,
            as_known(cppl_cp_plan_end_date) as ended_on,
            cppl_cp_plan_initial_category as first_category,
            cppl_cp_plan_latest_category as last_category,
            earlier
        from (
            select
                *,
                row_number() over (
                    partition by cppl_person_id order by cppl_cp_plan_start_date, cppl_cp_plan_id
                ) - 1 as earlier
            from ssd_cp_plans
        )
        where cppl_referral_id in (select referral from details)
            and touches(cppl_cp_plan_start_date, cppl_cp_plan_end_date)
    """,
    "child_protection_reviews": """
        select distinct cppr_cp_plan_id as plan, cppr_cp_review_date as reviewed_on
        from ssd_cp_reviews
        where cppr_cp_plan_id in (select plan from child_protection_plans)
            and cppr_cp_review_date between getvariable('begins') and getvariable('ends')
    """,
    # First asked for in 2026-27. What the letter offered is known once it was sent.
    "pre_proceedings": """
        select
            referral,
            start as began_on,
            as_known(letter) as letter_on,
            case when letter <= getvariable('ends') then offered end as offered,
            case
                when letter <= getvariable('ends')
                    then case when met <= getvariable('ends') then '1' else '0' end
            end as held,
            as_known(meeting) as first_met_on,
            as_known(step) as stepped_on,
            as_known(court) as applied_on
        from before_court
        where getvariable('year') >= 2027 and referral in (select referral from details)
            and touches(start, ends)
    """,
}

# Flaws: rows that cannot load, and one that comes twice. 31 February is no day, an id is blank.
FLAWS: dict[str, str] = {
    "children": "select '', null, '2014-05-01', null, 'F', 'NOBT'",
    "details": "select '', 'BAD', getvariable('begins'), '9', 'N1', null, null, 0",
    "assessments": """
        select min(referral), 'BAD', getvariable('year') || '-02-31', null from details
        where child <> ''
    """,
    "disabilities": "select child, disability from disabilities order by all limit 1",
}
DUPLICATED = "disabilities"
