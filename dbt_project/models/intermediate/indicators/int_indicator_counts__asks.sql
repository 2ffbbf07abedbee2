with opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}

),

survey_answers as (

    select * from {{ ref('stg_voice_extension__survey_answer') }}

),

-- A snapshot belongs to every period that ends on its day.
periods as (

    select
        authority_code,
        {{ add_to_date(add_to_date('period_end', 1, 'day'), -1, 'month') }} as month_start,
        period_type,
        period_start,
        period_end
    from {{ ref('int_reporting_periods') }}

),

-- Two meetings of one day are one occasion: what burdens is being asked again another day.
asked_days as (

    select
        authority_code,
        person_key,
        opportunity_date as asked_on
    from opportunities
    where is_own_voice and outcome in ('voiced', 'declined')
    union distinct
    select
        authority_code,
        person_key,
        answered_on as asked_on
    from survey_answers
    where person_key is not null

),

-- A window of 90 days that ends with a month began in that month or one of the three before.
month_ends_ahead as (

    select
        asked_days.authority_code,
        asked_days.person_key,
        asked_days.asked_on,
        {{ add_to_date(dbt.date_trunc('month', 'asked_days.asked_on'), 'months.number', 'month') }}
            as measure_month
    from asked_days
    inner join {{ ref('int_numbers') }} as months
        on months.number between 0 and 3

),

facts as (

    select
        authority_code,
        person_key as contributor_key,
        measure_month,
        count(*) as occasions_asked
    from month_ends_ahead
    where
        asked_on > {{ add_to_date(
            add_to_date('measure_month', 1, 'month'),
            '-1 - (' ~ indicator_setting('E7', 'limit') ~ ')', 'day'
        ) }}
    group by authority_code, person_key, measure_month

),

{{ indicator_counts('asks') }}
