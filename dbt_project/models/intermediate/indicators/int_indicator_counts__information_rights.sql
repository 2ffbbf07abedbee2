with information_rights as (

    select * from {{ ref('fct_information_rights') }}

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

-- A notice counts on the day it was given, a request on the day its answer was due.
facts as (

    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'due_on') }} as date) as measure_month,
        information_right_kind_code = 'access' as is_due,
        information_right_kind_code = 'access' and is_in_time as is_in_time,
        information_right_kind_code = 'correction' as is_correction_due,
        information_right_kind_code = 'correction' and outcome in ('accepted', 'noted')
            as is_correction_accepted,
        information_right_kind_code = 'correction' and outcome is not null
            as is_correction_decided,
        false as is_notice_given,
        false as is_notice_understood,
        false as is_notice_understanding_recorded,
        voice_owner_code as voice_owner
    from information_rights
    where is_due and information_right_kind_code in ('access', 'correction')
    union all
    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'requested_on') }} as date) as measure_month,
        false as is_due,
        false as is_in_time,
        false as is_correction_due,
        false as is_correction_accepted,
        false as is_correction_decided,
        true as is_notice_given,
        is_understood as is_notice_understood,
        is_understood is not null as is_notice_understanding_recorded,
        voice_owner_code as voice_owner
    from information_rights
    where information_right_kind_code = 'privacy_notice'

),

{{ indicator_counts('information_rights') }}
