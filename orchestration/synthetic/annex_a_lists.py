"""Select the rows of Annex A from the case system: lists 1 to 10.

Belongs here: who is on which list, and the facts beside the name. Does not belong here: the
workbook or how an answer is spelled (annex_a), or what several lists read (annex_a_views).
Columns are named as in `seeds/synthetic/annex_a.yaml`, variables as in annex_a_views.
"""

LISTS: dict[str, str] = {
    "List 1": """
        select people.*, cont_contact_date as contact_date, cont_contact_source_code as source
        from ssd_contacts join people on cont_person_id = child
        where cont_contact_date > getvariable('quarter')
    """,
    "List 2": """
        select
            people.*,
            earl_episode_start_date as start_date,
            as_known(day_after(earl_episode_start_date, 20)) as completion_date,
            earl_episode_organisation as organisation
        from ssd_early_help_episodes join people on earl_person_id = child
        where is_new(earl_episode_start_date)
    """,
    "List 3": """
        select people.*, referrals.* exclude (child), lately.referral_count
        from referrals join people using (child)
        join (
            select child, count(*) as referral_count from referrals
            where referral_date > getvariable('year') group by child
        ) as lately using (child)
        where is_new(referral_date)
    """,
    "List 4": """
        select
            people.*,
            cina_assessment_start_date as start_date,
            cina_assessment_child_seen as child_seen,
            cina_assessment_auth_date as authorised_date,
            case cina_assessment_outcome_nfa when 'Y' then 'N' when 'N' then 'Y' end
                as support_flag,
            team,
            worker
        from ssd_cin_assessments join people on cina_person_id = child
        left join teams on cina_assessment_team = team_id
        left join staff on cina_assessment_worker_id = worker_id
        where is_current(cina_assessment_start_date, cina_assessment_auth_date)
    """,
    "List 5": """
        with enquiries as (
            select * from ssd_s47_enquiry
            left join ssd_initial_cp_conference on s47e_s47_enquiry_id = icpc_s47_enquiry_id
        )
        select
            people.*,
            s47e_s47_start_date as start_date,
            s47e_s47_nfa as unnecessary_flag,
            icpc_icpc_date as conference_date,
            icpc_icpc_outcome_cp_flag as resulted_flag,
            enquiry_count,
            conference_count,
            team,
            worker
        from enquiries join people on s47e_person_id = child
        join (
            select
                s47e_person_id as child,
                count(*) filter (where s47e_s47_start_date > getvariable('year')) as enquiry_count,
                count(*) filter (where icpc_icpc_date > getvariable('year')) as conference_count
            from enquiries group by all
        ) as lately using (child)
        left join teams on s47e_s47_completed_by_team = team_id
        left join staff on s47e_s47_completed_by_worker_id = worker_id
        where is_current(s47e_s47_start_date, s47e_s47_end_date)
    """,
    "List 6": """
        select
            people.*,
            referrals.* exclude (child, need),
            referral_date as start_date,
            coalesce(need, '') as need,
            seen_date,
            case
                when closure_date is not null then 'closed'
                when referral in (select referral from care where end_date is null) then 'care'
                when referral in (
                    select cppl_referral_id from ssd_cp_plans where cppl_cp_plan_end_date is null
                ) then 'protection'
                when referral in (
                    select cinp_referral_id from ssd_cin_plans where cinp_cin_plan_end_date is null
                ) then 'plan'
                else 'assessment'
            end as case_status
        from referrals join people using (child)
        left join (
            select child, max(day) as seen_date from visits where seen = 'Y' group by child
        ) as lately using (child)
        where is_current(referral_date, closure_date)
    """,
    "List 7": """
        select
            people.*,
            cppl_cp_plan_start_date as start_date,
            cppl_cp_plan_initial_category as first_category,
            cppl_cp_plan_latest_category as last_category,
            visit_date,
            seen_alone,
            review_date,
            cppl_cp_plan_end_date as end_date,
            'N' as emergency_flag,
            earlier_count,
            team,
            worker
        from (
            select *, row_number() over (
                partition by cppl_person_id order by cppl_cp_plan_start_date, cppl_cp_plan_id
            ) - 1 as earlier_count
            from ssd_cp_plans
        ) join people on cppl_person_id = child
        left join referrals on cppl_referral_id = referral
        left join (
            select
                cppv_cp_plan_id as plan,
                max(cppv_cp_visit_date) as visit_date,
                arg_max(
                    coalesce(cppv_cp_visit_seen, '') || coalesce(cppv_cp_visit_seen_alone, ''),
                    cppv_cp_visit_date
                ) as seen_alone
            from ssd_cp_visits group by all
        ) as last_visit on cppl_cp_plan_id = last_visit.plan
        left join (
            select cppr_cp_plan_id as plan, max(cppr_cp_review_date) as review_date
            from ssd_cp_reviews group by all
        ) as last_review on cppl_cp_plan_id = last_review.plan
        where is_current(cppl_cp_plan_start_date, cppl_cp_plan_end_date)
    """,
    # Short breaks under a series of agreements (V4) are no care of this list.
    "List 8": """
        select
            people.*,
            case when is_uasc then 'Y' else 'N' end as uasc_flag,
            start_date,
            coalesce(care.need, '') as need,
            'N' as second_flag,
            legal_date,
            legal_status,
            review_date,
            visit_date,
            case
                when legal_status = 'E1' then 'adoption'
                when age >= 16 then 'living'
                when legal_status = 'C2' then 'fostering'
                else 'home'
            end as permanence,
            iro_date,
            health_date,
            dental_date,
            placement_count,
            end_date,
            case when end_date is not null then end_reason end as end_reason,
            clap_cla_placement_start_date as placement_date,
            clap_cla_placement_type as placement_type,
            clap_cla_placement_provider as provider,
            clap_cla_placement_postcode as postcode,
            clap_cla_placement_urn as urn,
            case when coalesce(try_cast(clap_cla_placement_distance as integer), 0) < 40
                then 'in' else 'out' end as location,
            case
                when coalesce(try_cast(clap_cla_placement_distance as integer), 0) < 40
                then getvariable('authority')
            end as authority,
            coalesce(missing_count, 0) as missing_count,
            coalesce(absent_count, 0) as absent_count,
            offered_flag,
            accepted_flag,
            team,
            worker
        from care join people using (child)
        join statuses using (child)
        join ssd_cla_placement on placement = clap_cla_placement_id
        left join referrals on care.referral = referrals.referral
        left join (
            select clar_cla_id as period, max(clar_cla_review_date) as review_date
            from ssd_cla_reviews where clar_cla_review_cancelled = 'N' group by all
        ) as reviewed on care.period = reviewed.period
        left join (
            select clav_cla_id as period, max(clav_cla_visit_date) as visit_date
            from ssd_cla_visits group by all
        ) as visited on care.period = visited.period
        left join (
            select clap_cla_id as period, count(*) as placement_count from ssd_cla_placement
            where coalesce(clap_cla_placement_end_date, '9999') > getvariable('year') group by all
        ) as placed on care.period = placed.period
        left join (
            select clah_person_id as child, max(clah_health_check_date) as health_date
            from ssd_cla_health group by all
        ) as checked on care.child = checked.child
        left join (
            select clai_person_id as child, max(clai_immunisations_status_date) as dental_date
            from ssd_cla_immunisations group by all
        ) as dentist on care.child = dentist.child
        left join (
            select
                miss_person_id as child,
                count(*) filter (where miss_missing_episode_type = 'M') as missing_count,
                count(*) filter (where miss_missing_episode_type = 'A') as absent_count,
                arg_max(miss_missing_rhi_offered, miss_missing_episode_start_date) as offered_flag,
                arg_max(miss_missing_rhi_accepted, miss_missing_episode_start_date)
                    as accepted_flag
            from ssd_missing
            where miss_missing_episode_start_date > getvariable('year') group by all
        ) as away on care.child = away.child
        where is_current(start_date, end_date) and legal_status <> 'V4'
    """,
    "List 9": """
        select
            people.*,
            case when is_uasc then 'Y' else 'N' end as uasc_flag,
            team,
            own.worker,
            advice.worker as advisor,
            clea_care_leaver_eligibility as eligibility,
            clea_pathway_plan_review_date as review_date,
            clea_care_leaver_in_touch as in_touch,
            clea_care_leaver_latest_contact as contact_date,
            nullif(clea_care_leaver_accommodation, '0') as home,
            clea_care_leaver_accom_suitable as suitable,
            nullif(clea_care_leaver_activity, '0') as activity
        from ssd_care_leavers join people on clea_person_id = child
        left join teams on clea_care_leaver_allocated_team = team_id
        left join staff as own on clea_care_leaver_worker_id = own.worker_id
        left join staff as advice on clea_care_leaver_personal_advisor = advice.worker_id
    """,
    "List 10": """
        select
            people.*,
            start_date as entered_date,
            day_after(perm_placement_order_date, -30) as decision_date,
            perm_placement_order_date as order_date
        from ssd_permanence join people on perm_person_id = child
        join care on perm_cla_id = period
        where perm_placement_order_date > getvariable('year')
    """,
}
