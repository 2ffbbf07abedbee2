with feedback as (

    select * from {{ ref('stg_voice_extension__feedback') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

clocks as (

    select * from {{ ref('ref_complaint_clocks') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

quarters as (

    select
        month_start,
        quarter_start
    from {{ ref('int_reporting_months') }}

),

{{ known_families() }},

complaints as (

    select
        feedback.authority_code,
        coalesce(families.family_key, feedback.person_key, feedback.feedback_id) as contributor_key,
        feedback.received_on,
        feedback.responded_on,
        coalesce(feedback.outcome, '') = 'withdrawn' as is_withdrawn,
        feedback.voice_owner_code in ('child', 'young_person') as is_made_by_child,
        {{ yes_no('feedback.advocate_used') }} as is_advocate_used,
        coalesce(clocks.complaint_stage, 'unknown') as complaint_stage,
        due_days.date_day as due_on,
        authorities.as_of
    from feedback
    inner join authorities
        on
            feedback.authority_code = authorities.authority_code
            and feedback.received_on <= authorities.as_of
    left join families
        on
            feedback.authority_code = families.authority_code
            and feedback.person_key = families.person_key
    left join clocks
        on
            feedback.stage = clocks.complaint_stage
            and feedback.received_on >= clocks.valid_from
            and feedback.received_on < coalesce(clocks.valid_to, cast('9999-12-31' as date))
    left join working_days as received_days
        on feedback.received_on = received_days.date_day
    left join working_days as due_days
        on
            received_days.working_day_number + clocks.extended_working_days
            = due_days.working_day_number
            and due_days.is_working_day
    where feedback.kind = 'complaint'

),

-- A complaint counts once in the month it came and once in the month its answer fell due; one of
-- unknown stage has no due day and shows as incomplete in the month it came.
facts as (

    select
        authority_code,
        contributor_key,
        cast({{ dbt.date_trunc('month', 'received_on') }} as date) as measure_month,
        true as is_complaint,
        is_made_by_child or is_advocate_used is not null as is_complaint_maker_known,
        is_made_by_child or coalesce(is_advocate_used, false) as is_complaint_of_child,
        false as is_complaint_due,
        false as is_complaint_in_time,
        not is_withdrawn and due_on is null as is_complaint_to_answer,
        complaint_stage
    from complaints
    union all
    select
        authority_code,
        contributor_key,
        cast({{ dbt.date_trunc('month', 'due_on') }} as date) as measure_month,
        false as is_complaint,
        false as is_complaint_maker_known,
        false as is_complaint_of_child,
        true as is_complaint_due,
        coalesce(responded_on <= due_on, false) as is_complaint_in_time,
        true as is_complaint_to_answer,
        complaint_stage
    from complaints
    where not is_withdrawn and due_on < as_of

),

{{ indicator_counts('complaints') }}
