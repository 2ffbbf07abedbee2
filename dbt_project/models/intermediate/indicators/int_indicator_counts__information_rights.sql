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

facts as (

    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'due_on') }} as date) as measure_month,
        information_right_kind_code = 'access' and is_due as is_due,
        information_right_kind_code = 'access' and is_due and is_in_time as is_in_time,
        voice_owner_code as voice_owner
    from information_rights

),

{{ indicator_counts('information_rights') }}
