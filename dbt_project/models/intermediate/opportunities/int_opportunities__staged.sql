{#- Nothing here reads a model that leaves rows out, but where two sources are made one: then the
    rows that went in are listed as well, under a moment of their own (CARE_PERIOD, LEGAL_STATUS,
    PLACEMENT, PRE_PROC_CASE), to be found in what came out. -#}
with people_of_care_ids as (

    select
        authority_code,
        cla_id,
        min(person_key) as person_key
    from {{ ref('stg_ssd__cla_episodes') }}
    where cla_id is not null
    group by authority_code, cla_id

),

case_reviews as (

    select
        reviews.*,
        coalesce(reviews.person_key, people_of_care_ids.person_key) as reviewed_person_key,
        coalesce(upper(reviews.cla_review_cancelled) = 'Y', false) as is_cancelled
    from {{ ref('stg_ssd__cla_reviews') }} as reviews
    left join people_of_care_ids
        on
            reviews.authority_code = people_of_care_ids.authority_code
            and reviews.cla_id = people_of_care_ids.cla_id

),

case_review_days as (

    select distinct
        authority_code,
        reviewed_person_key,
        cla_review_date
    from case_reviews
    where not is_cancelled

),

participated as (

    select participation_code
    from {{ ref('ref_participation_codes') }}
    where counts_as_participated

),

ehc_requests as (

    select
        requests.authority_code,
        requests.ehcp_request_id,
        requests.ehcp_request_date,
        children.person_key
    from {{ ref('stg_ssd__ehcp_requests') }} as requests
    inner join {{ ref('stg_ssd__send') }} as pupils
        on
            requests.authority_code = pupils.authority_code
            and requests.send_table_id = pupils.send_table_id
    inner join {{ ref('int_children__described') }} as children
        on
            pupils.authority_code = children.authority_code
            and pupils.person_key = children.person_key

),

return_interviews as (

    select * from {{ ref('int_return_interviews__merged') }}

),

care_episodes as (

    select
        authority_code,
        person_key,
        'ssd_cla_episodes' as occasion_table,
        cla_id as occasion_id,
        min(cla_episode_start_date) as start_date
    from {{ ref('stg_ssd__cla_episodes') }}
    group by authority_code, person_key, cla_id
    union all
    select
        authority_code,
        person_key,
        'ssda903_episodes' as occasion_table,
        row_key as occasion_id,
        episode_start_date as start_date
    from {{ ref('stg_ssda903__episodes') }}

),

people_with_care_in_ssd as (

    select distinct
        authority_code,
        person_key
    from care_episodes
    where occasion_table = 'ssd_cla_episodes' and start_date is not null

),

case_placements as (

    select
        placements.authority_code,
        placements.cla_placement_id,
        placements.cla_placement_start_date,
        coalesce(placements.person_key, people_of_care_ids.person_key) as placed_person_key
    from {{ ref('stg_ssd__cla_placement') }} as placements
    left join people_of_care_ids
        on
            placements.authority_code = people_of_care_ids.authority_code
            and placements.cla_id = people_of_care_ids.cla_id

),

people_with_placements_in_ssd as (

    select distinct
        authority_code,
        placed_person_key as person_key
    from case_placements

),

legal_statuses as (

    select
        *,
        lag(legal_group) over (
            partition by authority_code, person_key, is_preferred, start_date is null
            order by start_date, occasion_id
        ) as earlier_group,
        lag(coalesce(end_date, cast('9999-12-31' as date))) over (
            partition by authority_code, person_key, is_preferred, start_date is null
            order by start_date, occasion_id
        ) as earlier_end_date
    from {{ ref('int_legal_statuses__merged') }}

),

placements as (

    select
        *,
        lead(start_date) over (
            partition by authority_code, person_key
            order by start_date, placement_id
        ) as next_start_date
    from {{ ref('int_placements__merged') }}

),

census_cases as (

    select
        *,
        row_number() over (
            partition by
                authority_code, person_key, cin_referral_date, pre_proceedings_start_date,
                case
                    when pre_proceedings_start_date is null then letter_before_proceedings_date
                end
            order by as_of desc, row_key asc
        ) as recency
    from {{ ref('stg_cin_census__pre_proceedings') }}

),

authorities_with_sdq_scores as (

    select distinct authority_code
    from {{ ref('stg_ssd__sdq_scores') }}

),

sdq_reason_codes as (

    select * from {{ ref('ref_sdq_reason_codes') }}

),

first_contacts_of_a_day as (

    select
        authority_code,
        person_key,
        cla_last_iro_contact_date,
        min(cla_episode_id) as cla_episode_id
    from {{ ref('stg_ssd__cla_episodes') }}
    group by authority_code, person_key, cla_last_iro_contact_date

)

{{ staged_rows(
    "'ssd_cla_reviews'", 'CLA_REVIEW_N', 'rows_in.cla_review_id', 'rows_in.cla_review_date',
    person='rows_in.reviewed_person_key',
    reason="case when rows_in.is_cancelled then 'cancelled' end",
    says_voiced='participated.participation_code is not null'
) }}
from case_reviews as rows_in
left join participated
    on rows_in.cla_review_participation_code = participated.participation_code
union all
{{ staged_rows(
    "'ssda903_reviews'", 'CLA_REVIEW_N', 'rows_in.row_key', 'rows_in.review_date',
    reason="case when case_review_days.cla_review_date is not null then 'in_another_source' end",
    says_voiced='participated.participation_code is not null'
) }}
from {{ ref('stg_ssda903__reviews') }} as rows_in
left join case_review_days
    on
        rows_in.authority_code = case_review_days.authority_code
        and rows_in.person_key = case_review_days.reviewed_person_key
        and rows_in.review_date = case_review_days.cla_review_date
left join participated
    on rows_in.participation_code = participated.participation_code
union all
{{ staged_rows(
    "'ssd_cin_visits'", 'CIN_VISIT', 'rows_in.cin_visit_id', 'rows_in.cin_visit_date',
    person='coalesce(rows_in.person_key, plan_rows.person_key)'
) }}
from {{ ref('stg_ssd__cin_visits') }} as rows_in
left join {{ ref('stg_ssd__cin_plans') }} as plan_rows
    on
        rows_in.authority_code = plan_rows.authority_code
        and rows_in.cin_plan_id = plan_rows.cin_plan_id
union all
{{ staged_rows(
    "'ssd_cp_visits'", 'CP_VISIT', 'rows_in.cp_visit_id', 'rows_in.cp_visit_date',
    person='coalesce(rows_in.person_key, plan_rows.person_key)'
) }}
from {{ ref('stg_ssd__cp_visits') }} as rows_in
left join {{ ref('stg_ssd__cp_plans') }} as plan_rows
    on
        rows_in.authority_code = plan_rows.authority_code
        and rows_in.cp_plan_id = plan_rows.cp_plan_id
union all
{{ staged_rows(
    "'ssd_cla_visits'", 'CLA_VISIT_YEAR1', 'rows_in.cla_visit_id', 'rows_in.cla_visit_date'
) }}
from {{ ref('stg_ssd__cla_visits') }} as rows_in
union all
{{ staged_rows(
    "'ssd_cla_health'", 'HEALTH_ASSESS', 'rows_in.health_check_id', 'rows_in.health_check_date',
    reason="case
            when rows_in.health_check_type is null then 'no_code'
            when lower(rows_in.health_check_type) not like '%assess%' then 'another_kind'
        end"
) }}
from {{ ref('stg_ssd__cla_health') }} as rows_in
union all
{{ staged_rows(
    "'ssd_cp_reviews'", 'RCPC_NEXT', 'rows_in.cp_review_id', 'rows_in.cp_review_date',
    person='coalesce(rows_in.person_key, plan_rows.person_key)',
    says_voiced='participated.participation_code is not null'
) }}
from {{ ref('stg_ssd__cp_reviews') }} as rows_in
left join {{ ref('stg_ssd__cp_plans') }} as plan_rows
    on
        rows_in.authority_code = plan_rows.authority_code
        and rows_in.cp_plan_id = plan_rows.cp_plan_id
left join participated
    on rows_in.cp_review_participation_code = participated.participation_code
union all
{{ staged_rows(
    "'ssd_cin_assessments'", 'SA_CHILD_SEEN', 'rows_in.assessment_id',
    'rows_in.assessment_auth_date', clock_code='single_assessment',
    clock_start='coalesce(episodes.referral_date, rows_in.assessment_start_date)'
) }}
from {{ ref('stg_ssd__cin_assessments') }} as rows_in
left join {{ ref('stg_ssd__cin_episodes') }} as episodes
    on
        rows_in.authority_code = episodes.authority_code
        and rows_in.referral_id = episodes.referral_id
union all
{{ staged_rows(
    "'ssd_cin_assessments'", 'SA_PARENT_VIEW', 'rows_in.assessment_id',
    'rows_in.assessment_auth_date', clock_code='single_assessment',
    clock_start='coalesce(episodes.referral_date, rows_in.assessment_start_date)'
) }}
from {{ ref('stg_ssd__cin_assessments') }} as rows_in
left join {{ ref('stg_ssd__cin_episodes') }} as episodes
    on
        rows_in.authority_code = episodes.authority_code
        and rows_in.referral_id = episodes.referral_id
union all
{{ staged_rows(
    "'ssd_s47_enquiry'", 'S47_ENQ', 'rows_in.s47_enquiry_id', 'rows_in.s47_end_date',
    clock_code='s47_enquiry', clock_start='rows_in.s47_start_date'
) }}
from {{ ref('stg_ssd__s47_enquiry') }} as rows_in
union all
{{ staged_rows(
    "'ssd_initial_cp_conference'", 'ICPC', 'rows_in.icpc_id', 'rows_in.icpc_date',
    target='rows_in.icpc_target_date', clock_code='initial_conference',
    clock_start='enquiries.s47_start_date'
) }}
from {{ ref('stg_ssd__initial_cp_conference') }} as rows_in
left join {{ ref('stg_ssd__s47_enquiry') }} as enquiries
    on
        rows_in.authority_code = enquiries.authority_code
        and rows_in.s47_enquiry_id = enquiries.s47_enquiry_id
union all
{{ staged_rows(
    "'ssd_missing'", 'RHI_DONE', 'rows_in.table_id', 'cast(return_interviews.held_at as date)',
    reason="case when rows_in.missing_episode_end_date is null then 'not_ended' end",
    clock_code='return_interview', clock_start='cast(rows_in.missing_episode_end_date as date)',
    says_voiced="case
            when return_interviews.missing_episode_id is not null
                then upper(trim(return_interviews.accepted)) = 'Y'
            else rows_in.missing_rhi_accepted_code = 'yes'
        end"
) }}
from {{ ref('stg_ssd__missing') }} as rows_in
left join return_interviews
    on
        rows_in.authority_code = return_interviews.authority_code
        and rows_in.table_id = return_interviews.missing_episode_id
union all
{{ staged_rows(
    "'ssd_ehcp_assessment'", 'EHC_ASSESS', 'rows_in.ehcp_assessment_id',
    'rows_in.ehcp_assessment_outcome_date', person='ehc_requests.person_key',
    clock_code='ehc_assessment', clock_start='ehc_requests.ehcp_request_date'
) }}
from {{ ref('stg_ssd__ehcp_assessment') }} as rows_in
left join ehc_requests
    on
        rows_in.authority_code = ehc_requests.authority_code
        and rows_in.ehcp_request_id = ehc_requests.ehcp_request_id
union all
{{ staged_rows(
    "'ssd_ehcp_active_plans'", 'EHC_REVIEW', 'rows_in.active_ehcp_id',
    'rows_in.active_ehcp_last_review_date', person='ehc_requests.person_key'
) }}
from {{ ref('stg_ssd__ehcp_active_plans') }} as rows_in
left join ehc_requests
    on
        rows_in.authority_code = ehc_requests.authority_code
        and rows_in.ehcp_request_id = ehc_requests.ehcp_request_id
union all
{{ staged_rows(
    "'ssd_contacts'", 'CONTACT', 'rows_in.contact_id', 'rows_in.contact_date',
    says_voiced="codes.speaker_code = 'child'"
) }}
from {{ ref('stg_ssd__contacts') }} as rows_in
left join {{ ref('ref_referral_source_codes') }} as codes
    on upper(trim(rows_in.contact_source_code)) = codes.referral_source_code
union all
{{ staged_rows(
    "'ssd_early_help_episodes'", 'FH_CLOSE', 'rows_in.episode_id', 'rows_in.episode_end_date',
    reason="case when rows_in.episode_end_date is null then 'not_ended' end"
) }}
from {{ ref('stg_ssd__early_help_episodes') }} as rows_in
union all
{{ staged_rows(
    "'ssd_sdq_scores'", 'SDQ', 'rows_in.table_id', 'rows_in.sdq_completed_date',
    reason="case when nullif(trim(rows_in.sdq_score), '') is null and not codes.is_asked
            then 'not_asked_of_this_age' end",
    own_asked="nullif(trim(rows_in.sdq_score), '') is null and codes.own_answer is not null"
) }}
from {{ ref('stg_ssd__sdq_scores') }} as rows_in
left join sdq_reason_codes as codes
    on upper(trim(rows_in.sdq_reason)) = codes.sdq_reason_code
union all
{{ staged_rows(
    "'ssda903_oc2'", 'SDQ', 'rows_in.row_key', 'rows_in.as_of',
    reason="case
            when scored.authority_code is not null then 'in_another_source'
            when rows_in.sdq_score is null and rows_in.sdq_reason_code is null then 'no_code'
            when rows_in.sdq_score is null and not codes.is_asked then 'not_asked_of_this_age'
        end",
    own_asked='rows_in.sdq_score is null and codes.own_answer is not null'
) }}
from {{ ref('stg_ssda903__oc2') }} as rows_in
left join authorities_with_sdq_scores as scored
    on rows_in.authority_code = scored.authority_code
left join sdq_reason_codes as codes
    on upper(trim(rows_in.sdq_reason_code)) = codes.sdq_reason_code
union all
{{ staged_rows(
    "'ssd_care_leavers'", 'PATHWAY_PLAN', 'rows_in.table_id', 'rows_in.pathway_plan_review_date'
) }}
from {{ ref('stg_ssd__care_leavers') }} as rows_in
union all
{{ staged_rows(
    "'ssd_care_leavers'", 'PA_VISIT', 'rows_in.table_id', 'rows_in.care_leaver_latest_contact'
) }}
from {{ ref('stg_ssd__care_leavers') }} as rows_in
union all
{{ staged_rows(
    "'ssd_cla_episodes'", 'IRO_CONTACT', 'rows_in.cla_episode_id',
    'rows_in.cla_last_iro_contact_date',
    reason="case
            when rows_in.cla_episode_id <> firsts.cla_episode_id then 'in_another_row'
        end"
) }}
from {{ ref('stg_ssd__cla_episodes') }} as rows_in
left join first_contacts_of_a_day as firsts
    on
        rows_in.authority_code = firsts.authority_code
        and rows_in.person_key = firsts.person_key
        and rows_in.cla_last_iro_contact_date = firsts.cla_last_iro_contact_date
union all
{{ staged_rows(
    'rows_in.occasion_table', 'CARE_PERIOD', 'rows_in.occasion_id', 'rows_in.start_date',
    reason="case
            when rows_in.occasion_table = 'ssda903_episodes' and in_ssd.person_key is not null
                then 'in_another_source'
        end"
) }}
from care_episodes as rows_in
left join people_with_care_in_ssd as in_ssd
    on
        rows_in.authority_code = in_ssd.authority_code
        and rows_in.person_key = in_ssd.person_key
union all
{{ staged_rows(
    "case rows_in.source when 'ssd' then 'ssd_cla_episodes' else 'ssda903_episodes' end",
    'EXIT_CARE',
    "case rows_in.source
            when 'ssd' then rows_in.care_period_id
            else rows_in.person_key || '/' || rows_in.care_period_id
        end",
    'rows_in.end_date',
    reason="case
            when rows_in.end_date is null then 'not_ended'
            when rows_in.is_ended_by_death then 'ended_by_death'
        end"
) }}
from {{ ref('int_care_periods') }} as rows_in
union all
{{ staged_rows(
    "'ssd_legal_status'", 'LEGAL_STATUS', 'rows_in.legal_status_id',
    "coalesce(rows_in.legal_status_start_date, cast('1900-01-01' as date))"
) }}
from {{ ref('stg_ssd__legal_status') }} as rows_in
union all
{{ staged_rows(
    "'ssda903_episodes'", 'LEGAL_STATUS', 'rows_in.row_key',
    "coalesce(rows_in.episode_start_date, cast('1900-01-01' as date))"
) }}
from {{ ref('stg_ssda903__episodes') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'S20_START', 'rows_in.occasion_id', 'rows_in.start_date',
    reason="case
            when not rows_in.is_preferred then 'in_another_source'
            when rows_in.legal_group = 'unknown' then 'no_code'
            when rows_in.legal_group <> 'voluntary' then 'another_kind'
            when
                rows_in.earlier_group = 'voluntary'
                and " ~ days_between('rows_in.earlier_end_date', 'rows_in.start_date') ~ " <= 1
                then 'goes_on'
        end"
) }}
from legal_statuses as rows_in
union all
{{ staged_rows(
    "'ssd_cla_placement'", 'PLACEMENT', 'rows_in.cla_placement_id',
    'rows_in.cla_placement_start_date', person='rows_in.placed_person_key'
) }}
from case_placements as rows_in
union all
{{ staged_rows(
    "'ssda903_episodes'", 'PLACEMENT', 'rows_in.row_key', 'rows_in.episode_start_date',
    reason="case when in_ssd.person_key is not null then 'in_another_source' end"
) }}
from {{ ref('stg_ssda903__episodes') }} as rows_in
left join people_with_placements_in_ssd as in_ssd
    on
        rows_in.authority_code = in_ssd.authority_code
        and rows_in.person_key = in_ssd.person_key
union all
{{ staged_rows(
    "case rows_in.source when 'ssd' then 'ssd_cla_placement' else 'ssda903_episodes' end",
    'PLACEMENT_DECISION', 'rows_in.placement_id', 'rows_in.end_date',
    reason="case
            when rows_in.end_date is null then 'not_ended'
            when rows_in.change_reason_code is not null then null
            when rows_in.source <> 'ssd' or rows_in.next_start_date is null then 'no_move'
            when " ~ days_between('rows_in.end_date', 'rows_in.next_start_date') ~ " > 1
                then 'no_move'
        end"
) }}
from placements as rows_in
union all
{{ staged_rows(
    "'ssd_pre_proceedings'", 'PRE_PROC_CASE', 'rows_in.table_id', "cast('1900-01-01' as date)"
) }}
from {{ ref('stg_ssd__pre_proceedings') }} as rows_in
union all
{{ staged_rows(
    "'cin_pre_proceedings'", 'PRE_PROC_CASE', 'rows_in.row_key', "cast('1900-01-01' as date)",
    reason="case
            when cases.occasion_id is not null then null
            when rows_in.recency > 1 then 'in_another_row'
            when exists (
                select 1
                from " ~ ref('stg_ssd__pre_proceedings') ~ " as ours
                where
                    ours.authority_code = rows_in.authority_code
                    and ours.person_key = rows_in.person_key
                    and (
                        ours.letter_before_proceedings_date
                        = rows_in.letter_before_proceedings_date
                        or ours.pre_proceedings_decision_date = rows_in.pre_proceedings_start_date
                    )
            ) then 'in_another_source'
        end"
) }}
from census_cases as rows_in
left join {{ ref('int_pre_proceedings__merged') }} as cases
    on
        rows_in.authority_code = cases.authority_code
        and rows_in.row_key = cases.occasion_id
        and cases.occasion_table = 'cin_pre_proceedings'
union all
{{ staged_rows(
    'rows_in.occasion_table', 'PRE_PROC', 'rows_in.occasion_id', 'rows_in.first_meeting_date',
    clock_code='pre_proc', clock_start='rows_in.letter_date'
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'FGDM_OFFER', 'rows_in.occasion_id', 'rows_in.letter_date',
    reason="case when rows_in.is_family_meeting_offered is null then 'no_code' end"
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'FGDM_MEET', 'rows_in.occasion_id',
    "case
            when rows_in.is_family_meeting_held
                then coalesce(
                    rows_in.step_decision_date, rows_in.court_application_date,
                    rows_in.letter_date
                )
        end",
    target='rows_in.court_application_date',
    reason="case
            when rows_in.is_family_meeting_offered is null then 'no_code'
            when not rows_in.is_family_meeting_offered then 'not_offered'
        end"
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
