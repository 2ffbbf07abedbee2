with survey_waves as (

    select * from {{ ref('stg_voice_extension__survey_wave') }}

),

answers as (

    select * from {{ ref('int_survey_answers__judged') }}

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
        0 as recording_answers,
        0 as recording_answers_given,
        0 as recording_answers_agreeing,
        voice_owner_code as voice_owner
    from survey_waves
    -- A tool that tells one of the two only must not pass for a wave that nobody answered.
    where invited is not null and responded is not null
    union all
    select
        authority_code,
        wave_id as contributor_key,
        cast({{ dbt.date_trunc('month', 'answered_on') }} as date) as measure_month,
        0 as invited,
        0 as responded,
        1 as recording_answers,
        case when is_favourable is not null then 1 end as recording_answers_given,
        case when is_favourable then 1 end as recording_answers_agreeing,
        voice_owner_code as voice_owner
    from answers
    where concept = 'recording_helps_voice' and voice_owner_code = 'practitioner'

),

{{ indicator_counts('survey_waves') }}
