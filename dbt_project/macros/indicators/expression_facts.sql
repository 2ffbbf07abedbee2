{# What can be counted of every recorded expression, as in opportunity_facts: CTEs expressions and
   facts (under the name asked for). #}
{% macro expression_facts(name='facts') %}
expressions as (

    select * from {{ ref('fct_voice_expressions') }}
    where evidence_kind = 'recorded'

),

{{ name }} as (

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
        is_summary,
        is_summary and coalesce(is_checked_with_person, directness_code = 'summary_checked')
            as is_summary_checked,
        is_summary
        and (
            is_checked_with_person is not null
            or directness_code in ('summary_checked', 'summary_unchecked')
        ) as is_summary_check_recorded,
        is_own_voice and communication_need = 'Y' as is_of_child_with_need,
        is_own_voice and communication_need = 'Y' and is_adapted_to_need
            as is_adapted_for_child_with_need,
        is_own_voice
        and communication_need = 'Y'
        and (is_adapted_to_need or coalesce(capture_method_code, 'unknown') <> 'unknown')
            as is_method_recorded_for_child_with_need,
        is_own_voice and interpreter_needed = 'Y' as is_of_child_with_interpreter,
        is_own_voice and interpreter_needed = 'Y' and is_interpreter_or_aid_used
            as is_interpreted,
        is_text_comparable,
        is_text_comparable and is_text_repeated as is_text_repeated,
        has_text and not coalesce(is_text_no_longer_kept, false) as is_with_text,
        working_days_to_record is not null as is_recording_day_known,
        working_days_to_record <= {{ indicator_setting('C2', 'limit') }} as is_recorded_in_time,
        true as is_recorded,
        is_at_decision_point and has_influence and has_changed_decision as is_decision_changed,
        is_not_followed,
        is_not_followed and is_reason_given as is_not_followed_with_reason,
        is_not_followed and is_reason_given is not null as is_reason_recorded,
        is_loop_closed as is_loop_closed_with_person,
        days_to_reply,
        stage,
        opportunity_type_code as opportunity_type,
        voice_owner_code as voice_owner,
        sex,
        age_band,
        ethnic_group,
        disability,
        communication_need,
        interpreter_needed,
        first_language_group,
        uasc,
        placement_group,
        placement_distance,
        placement_location,
        legal_group,
        category_of_need,
        care_leaver,
        area
    from expressions

)
{%- endmacro %}
