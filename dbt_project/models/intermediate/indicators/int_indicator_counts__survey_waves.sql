with survey_waves as (

    select * from {{ ref('stg_voice_extension__survey_wave') }}

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

facts as (

    select
        authority_code,
        wave_id as contributor_key,
        cast({{ dbt.date_trunc('month', 'coalesce(closed_on, opened_on)') }} as date)
            as measure_month,
        invited,
        responded,
        voice_owner_code as voice_owner
    from survey_waves
    -- A tool that tells one of the two only must not pass for a wave that nobody answered.
    where invited is not null and responded is not null

),

{{ indicator_counts('survey_waves') }}
