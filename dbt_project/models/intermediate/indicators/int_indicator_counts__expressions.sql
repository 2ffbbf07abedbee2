with expressions as (

    select * from {{ ref('fct_voice_expressions') }}
    where evidence_kind = 'recorded'

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
        coalesce(person_key, expression_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'expressed_on') }} as date) as measure_month,
        is_own_voice as is_recorded_own_voice,
        is_own_voice and is_own_words as is_own_words_of_own_voice,
        is_own_voice and coalesce(directness_code, 'unknown') <> 'unknown'
            as is_directness_recorded,
        is_at_decision_point as is_recorded_at_decision_point,
        is_at_decision_point and has_influence as is_influence_recorded,
        needs_reply and not reply_leaves_denominator as is_owed_reply,
        needs_reply and not reply_leaves_denominator and is_loop_closed as is_told,
        stage,
        opportunity_type_code as opportunity_type,
        voice_owner_code as voice_owner,
        sex,
        age_band,
        ethnic_group,
        disability,
        communication_need,
        interpreter_needed,
        uasc,
        placement_group,
        legal_group,
        category_of_need,
        care_leaver,
        area
    from expressions

),

{{ indicator_counts('expressions') }}
