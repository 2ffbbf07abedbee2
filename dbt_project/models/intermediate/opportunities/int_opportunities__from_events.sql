with assessments as (

    select * from {{ ref('stg_ssd__cin_assessments') }}

),

cin_episodes as (

    select * from {{ ref('stg_ssd__cin_episodes') }}

),

visits as (

    select * from {{ ref('int_visits__merged') }}

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

care_leavers as (

    select * from {{ ref('stg_ssd__care_leavers') }}

),

early_help_episodes as (

    select * from {{ ref('stg_ssd__early_help_episodes') }}

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

),

clocks as (

    select * from {{ ref('ref_opportunity_clocks') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

with_clock as (

    select
        clock_starts.authority_code,
        clock_starts.person_key,
        clock_starts.opportunity_code,
        clock_starts.occasion_table,
        clock_starts.occasion_id,
        clock_starts.held_date,
        coalesce(
            clock_starts.target_date,
            case clocks.first_unit
                when 'day'
                    then {{ add_to_date(
                        'clock_starts.clock_start_date', 'clocks.first_interval', 'day'
                    ) }}
                else due_days.date_day
            end
        ) as due_date
    from clock_starts
    inner join clocks
        on clock_starts.clock_code = clocks.clock_code
    left join working_days as start_days
        on clock_starts.clock_start_date = start_days.date_day
    left join working_days as due_days
        on
            clocks.first_unit = 'working_day'
            and start_days.working_day_number + clocks.first_interval
            = due_days.working_day_number
            and due_days.is_working_day

)

select * from with_clock
union all
select
    authority_code,
    person_key,
    opportunity_code,
    occasion_table,
    occasion_id,
    visit_date as held_date,
    cast(null as date) as due_date
from visits
where opportunity_code in ('CIN_VISIT', 'CP_VISIT')
union all
select
    authority_code,
    person_key,
    'PATHWAY_PLAN' as opportunity_code,
    'ssd_care_leavers' as occasion_table,
    table_id as occasion_id,
    pathway_plan_review_date as held_date,
    cast(null as date) as due_date
from care_leavers
union all
select
    authority_code,
    person_key,
    'FH_CLOSE' as opportunity_code,
    'ssd_early_help_episodes' as occasion_table,
    episode_id as occasion_id,
    episode_end_date as held_date,
    cast(null as date) as due_date
from early_help_episodes
