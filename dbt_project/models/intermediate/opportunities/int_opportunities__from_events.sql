with assessments as (

    select * from {{ ref('stg_ssd__cin_assessments') }}

),

cin_episodes as (

    select * from {{ ref('stg_ssd__cin_episodes') }}

),

s47_enquiries as (

    select * from {{ ref('stg_ssd__s47_enquiry') }}

),

initial_conferences as (

    select * from {{ ref('stg_ssd__initial_cp_conference') }}

),

missing_episodes as (

    select * from {{ ref('stg_ssd__missing') }}

),

return_interviews as (

    select * from {{ ref('int_return_interviews__merged') }}

),

pre_proceedings as (

    select * from {{ ref('int_pre_proceedings__merged') }}

),

ehc_requests as (

    select
        requests.authority_code,
        requests.ehcp_request_id,
        requests.ehcp_request_date,
        children.person_key,
        children.birth_date
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

ehc_assessments as (

    select * from {{ ref('stg_ssd__ehcp_assessment') }}

),

ehc_plans as (

    select
        active_plans.authority_code,
        active_plans.active_ehcp_id,
        active_plans.active_ehcp_last_review_date as last_review_date,
        ehc_requests.person_key,
        case
            when
                {{ age_on('ehc_requests.birth_date', 'active_plans.active_ehcp_last_review_date') }}
                < 5
                then 'under_five'
            else 'standard'
        end as clock_variant
    from {{ ref('stg_ssd__ehcp_active_plans') }} as active_plans
    inner join ehc_requests
        on
            active_plans.authority_code = ehc_requests.authority_code
            and active_plans.ehcp_request_id = ehc_requests.ehcp_request_id
    where active_plans.active_ehcp_last_review_date is not null

),

assessment_parts as (

    select opportunity_code
    from {{ ref('ref_voice_opportunity_types') }}
    where occasion_table = 'ssd_cin_assessments'

),

clock_starts as (

    select
        assessments.authority_code,
        assessments.person_key,
        assessment_parts.opportunity_code,
        'single_assessment' as clock_code,
        'any' as clock_variant,
        'ssd_cin_assessments' as occasion_table,
        assessments.assessment_id as occasion_id,
        assessments.assessment_auth_date as held_date,
        coalesce(cin_episodes.referral_date, assessments.assessment_start_date) as clock_start_date,
        cast(null as date) as target_date
    from assessments
    cross join assessment_parts
    left join cin_episodes
        on
            assessments.authority_code = cin_episodes.authority_code
            and assessments.referral_id = cin_episodes.referral_id
    union all
    select
        authority_code,
        person_key,
        'S47_ENQ' as opportunity_code,
        's47_enquiry' as clock_code,
        'any' as clock_variant,
        'ssd_s47_enquiry' as occasion_table,
        s47_enquiry_id as occasion_id,
        s47_end_date as held_date,
        s47_start_date as clock_start_date,
        cast(null as date) as target_date
    from s47_enquiries
    union all
    select
        initial_conferences.authority_code,
        initial_conferences.person_key,
        'ICPC' as opportunity_code,
        'initial_conference' as clock_code,
        'any' as clock_variant,
        'ssd_initial_cp_conference' as occasion_table,
        initial_conferences.icpc_id as occasion_id,
        initial_conferences.icpc_date as held_date,
        s47_enquiries.s47_start_date as clock_start_date,
        initial_conferences.icpc_target_date as target_date
    from initial_conferences
    left join s47_enquiries
        on
            initial_conferences.authority_code = s47_enquiries.authority_code
            and initial_conferences.s47_enquiry_id = s47_enquiries.s47_enquiry_id
    union all
    select
        missing_episodes.authority_code,
        missing_episodes.person_key,
        'RHI_DONE' as opportunity_code,
        'return_interview' as clock_code,
        'any' as clock_variant,
        'ssd_missing' as occasion_table,
        missing_episodes.table_id as occasion_id,
        cast(return_interviews.held_at as date) as held_date,
        cast(missing_episodes.missing_episode_end_date as date) as clock_start_date,
        cast(null as date) as target_date
    from missing_episodes
    left join return_interviews
        on
            missing_episodes.authority_code = return_interviews.authority_code
            and missing_episodes.table_id = return_interviews.missing_episode_id
    where missing_episodes.missing_episode_end_date is not null
    union all
    select
        ehc_assessments.authority_code,
        ehc_requests.person_key,
        'EHC_ASSESS' as opportunity_code,
        'ehc_assessment' as clock_code,
        'any' as clock_variant,
        'ssd_ehcp_assessment' as occasion_table,
        ehc_assessments.ehcp_assessment_id as occasion_id,
        ehc_assessments.ehcp_assessment_outcome_date as held_date,
        ehc_requests.ehcp_request_date as clock_start_date,
        cast(null as date) as target_date
    from ehc_assessments
    inner join ehc_requests
        on
            ehc_assessments.authority_code = ehc_requests.authority_code
            and ehc_assessments.ehcp_request_id = ehc_requests.ehcp_request_id
    union all
    select
        authority_code,
        person_key,
        case clock_variant when 'under_five' then 'EHC_REVIEW_U5' else 'EHC_REVIEW' end
            as opportunity_code,
        cast(null as {{ dbt.type_string() }}) as clock_code,
        clock_variant,
        'ssd_ehcp_active_plans' as occasion_table,
        active_ehcp_id as occasion_id,
        last_review_date as held_date,
        cast(null as date) as clock_start_date,
        cast(null as date) as target_date
    from ehc_plans
    union all
    -- The next review: only plans that are still active are in the table.
    select distinct
        authority_code,
        person_key,
        case clock_variant when 'under_five' then 'EHC_REVIEW_U5' else 'EHC_REVIEW' end
            as opportunity_code,
        'ehc_review' as clock_code,
        clock_variant,
        cast(null as {{ dbt.type_string() }}) as occasion_table,
        cast(null as {{ dbt.type_string() }}) as occasion_id,
        cast(null as date) as held_date,
        last_review_date as clock_start_date,
        cast(null as date) as target_date
    from ehc_plans
    union all
    select
        authority_code,
        person_key,
        'PRE_PROC' as opportunity_code,
        'pre_proc' as clock_code,
        'any' as clock_variant,
        occasion_table,
        occasion_id,
        first_meeting_date as held_date,
        letter_date as clock_start_date,
        cast(null as date) as target_date
    from pre_proceedings

),

clocks as (

    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as first_valid_date,
        coalesce(valid_to, cast('9999-12-31' as date)) as last_valid_date
    from {{ ref('int_clocks__in_force') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

numbered_working_days as (

    select
        date_day,
        working_day_number
    from working_days
    where is_working_day

),

clocked as (

    select
        clock_starts.*,
        clocks.first_interval,
        clocks.first_unit,
        case
            when clocks.first_unit = 'working_day'
                then start_days.working_day_number + clocks.first_interval
        end as due_working_day_number
    from clock_starts
    left join clocks
        on
            clock_starts.authority_code = clocks.authority_code
            and clock_starts.clock_code = clocks.clock_code
            and clock_starts.clock_variant = clocks.applies_to
            and clock_starts.clock_start_date >= clocks.first_valid_date
            and clock_starts.clock_start_date < clocks.last_valid_date
    left join working_days as start_days
        on clock_starts.clock_start_date = start_days.date_day
    -- Only the first interval of a clock begins with an event of its own.
    where clocks.step_from = 1 or clocks.step_from is null

)

select
    clocked.authority_code,
    clocked.person_key,
    clocked.opportunity_code,
    clocked.occasion_table,
    clocked.occasion_id,
    clocked.held_date,
    coalesce(
        clocked.target_date,
        case clocked.first_unit
            when 'day'
                then {{ add_to_date('clocked.clock_start_date', 'clocked.first_interval', 'day') }}
            when 'month'
                then {{ add_to_date(
                    'clocked.clock_start_date', 'clocked.first_interval', 'month'
                ) }}
            else due_days.date_day
        end
    ) as due_date
from clocked
left join numbered_working_days as due_days
    on clocked.due_working_day_number = due_days.working_day_number
