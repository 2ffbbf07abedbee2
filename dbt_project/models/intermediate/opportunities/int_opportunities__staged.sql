{#- Nothing here reads a model that leaves rows out. Kinds for which two sources are made one first
    stand in int_opportunities__staged_twice. -#}
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

authorities_with_sdq_scores as (

    select distinct authority_code
    from {{ ref('stg_ssd__sdq_scores') }}

),

-- What a column for the latest date held before.
earlier_dates as (

    select * from {{ ref('int_latest_dates__said') }}

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
    "'ssd_ehcp_active_plans'", 'EHC_REVIEW',
    "rows_in.active_ehcp_id
            || '/' || coalesce(cast(rows_in.active_ehcp_last_review_date as varchar), '')",
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
    "'ssd_care_leavers'", 'PATHWAY_PLAN',
    "rows_in.table_id
            || '/' || coalesce(cast(rows_in.pathway_plan_review_date as varchar), '')",
    'rows_in.pathway_plan_review_date'
) }}
from {{ ref('stg_ssd__care_leavers') }} as rows_in
union all
{{ staged_rows(
    "'ssd_care_leavers'", 'PA_VISIT',
    "rows_in.table_id
            || '/' || coalesce(cast(rows_in.care_leaver_latest_contact as varchar), '')",
    'rows_in.care_leaver_latest_contact'
) }}
from {{ ref('stg_ssd__care_leavers') }} as rows_in
union all
{{ staged_rows(
    "'ssd_cla_episodes'", 'IRO_CONTACT',
    "rows_in.cla_episode_id
            || '/' || coalesce(cast(rows_in.cla_last_iro_contact_date as varchar), '')",
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
{%- for moment, codes in {
    'IRO_CONTACT': ['IRO_CONTACT'],
    'PATHWAY_PLAN': ['PATHWAY_PLAN'],
    'PA_VISIT': ['PA_VISIT'],
    'EHC_REVIEW': ['EHC_REVIEW', 'EHC_REVIEW_U5'],
}.items() %}
{{ staged_rows(
    'rows_in.occasion_table', moment,
    "rows_in.occasion_id || '/' || cast(rows_in.said_date as varchar)",
    'rows_in.said_date', reason="case when not rows_in.is_history then 'taken_back' end"
) }}
from earlier_dates as rows_in
where rows_in.opportunity_code in ({{ quoted_list(codes) }})
union all
{%- endfor %}
select
    authority_code,
    person_key,
    occasion_table,
    occasion_id,
    moment,
    happened_on,
    target_date,
    clock_start_date,
    clock_code,
    clock_variant,
    own_reason,
    says_voiced,
    is_own_asked
from {{ ref('int_opportunities__staged_twice') }}
