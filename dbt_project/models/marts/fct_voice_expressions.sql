with expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

linked_expressions as (

    select * from {{ ref('int_expressions__linked') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__with_outcome') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

directness_codes as (

    select * from {{ ref('ref_directness_codes') }}

),

capture_method_codes as (

    select * from {{ ref('ref_capture_method_codes') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

texts as (

    select * from {{ ref('int_expressions__texts_compared') }}

),

influences as (

    select
        influences.authority_code,
        influences.subject_id,
        count(*) as influences,
        max(case when outcome_codes.decision_changed then 1 else 0 end) as is_changed,
        count(
            case
                when outcome_codes.voice_considered and not outcome_codes.decision_changed then 1
            end
        ) as not_followed,
        count(
            case
                when
                    outcome_codes.voice_considered
                    and not outcome_codes.decision_changed
                    and {{ yes_no('influences.reason_given') }} then 1
            end
        ) as reasons_given,
        count(
            case
                when
                    outcome_codes.voice_considered
                    and not outcome_codes.decision_changed
                    and {{ yes_no('influences.reason_given') }} is not null then 1
            end
        ) as reasons_recorded
    from {{ ref('stg_voice_extension__influence') }} as influences
    left join {{ ref('ref_influence_outcome_codes') }} as outcome_codes
        on influences.influence_outcome_code = outcome_codes.influence_outcome_code
    where influences.subject_kind = 'expression'
    group by influences.authority_code, influences.subject_id

),

replies as (

    select
        replies.authority_code,
        replies.subject_id,
        max(case when loop_status_codes.loop_closed then 1 else 0 end) as is_closed,
        min(case when loop_status_codes.loop_closed then replies.replied_on end) as told_on,
        max(case when loop_status_codes.leaves_denominator then 1 else 0 end) as leaves_denominator
    from {{ ref('stg_voice_extension__reply') }} as replies
    left join {{ ref('ref_loop_status_codes') }} as loop_status_codes
        on replies.loop_status_code = loop_status_codes.loop_status_code
    where replies.subject_kind = 'expression'
    group by replies.authority_code, replies.subject_id

),

child_dates as (

    select * from {{ ref('int_child_dates__described') }}

),

recorded as (

    select
        expressions.authority_code,
        expressions.person_key,
        'recorded' as evidence_kind,
        expressions.expression_id,
        expressions.voice_kind,
        expressions.voice_owner_code,
        expressions.voice_owner_code in ('child', 'young_person') as is_own_voice,
        expressions.expressed_on,
        expressions.recorded_on,
        expressions.opportunity_code,
        expressions.capture_method_code,
        expressions.directness_code,
        coalesce(directness_codes.counts_as_own_words, false) as is_own_words,
        {{ yes_no('expressions.checked_with_person') }} as is_checked_with_person,
        coalesce(directness_codes.counts_as_summary, false) as is_summary,
        coalesce(
            capture_method_codes.adapted_for_communication_need
            or upper(trim(expressions.communication_aid_used)) = 'Y',
            false
        ) as is_adapted_to_need,
        coalesce(
            capture_method_codes.is_language_aid
            or upper(trim(expressions.interpreter_used)) = 'Y'
            or upper(trim(expressions.communication_aid_used)) = 'Y',
            false
        ) as is_interpreter_or_aid_used,
        case
            when expressions.recorded_on >= expressions.expressed_on
                then
                    recorded_days.working_day_number - expressed_days.working_day_number
        end as working_days_to_record,
        expressions.text is not null as has_text,
        coalesce({{ is_no_longer_kept('expressions.text') }}, false) as is_text_no_longer_kept,
        coalesce(texts.is_comparable, false) as is_text_comparable,
        texts.is_repeated as is_text_repeated,
        expressions.quote_permission_scope_code,
        expressions.quote_permission_expires_on,
        expressions.quote_permission_withdrawn_on,
        coalesce(influences.influences, 0) > 0 as has_influence,
        coalesce(influences.is_changed = 1, false) as has_changed_decision,
        coalesce(influences.not_followed > 0, false) as is_not_followed,
        case
            when influences.not_followed = 0 or influences.not_followed is null then null
            when influences.reasons_given = influences.not_followed then true
            when influences.reasons_recorded > influences.reasons_given then false
        end as is_reason_given,
        influences.influences is not null or replies.is_closed is not null as needs_reply,
        coalesce(replies.is_closed = 1, false) as is_loop_closed,
        case
            when replies.told_on >= expressions.expressed_on
                then {{ days_between('expressions.expressed_on', 'replies.told_on') }}
        end as days_to_reply,
        coalesce(replies.leaves_denominator = 1, false) as reply_leaves_denominator,
        linked_expressions.opportunity_key
    from expressions
    inner join authorities
        on
            expressions.authority_code = authorities.authority_code
            and expressions.expressed_on <= authorities.as_of
    left join directness_codes
        on expressions.directness_code = directness_codes.directness_code
    left join capture_method_codes
        on expressions.capture_method_code = capture_method_codes.capture_method_code
    left join working_days as expressed_days
        on expressions.expressed_on = expressed_days.date_day
    left join working_days as recorded_days
        on expressions.recorded_on = recorded_days.date_day
    left join texts
        on
            expressions.authority_code = texts.authority_code
            and expressions.expression_id = texts.expression_id
    left join influences
        on
            expressions.authority_code = influences.authority_code
            and expressions.expression_id = influences.subject_id
    left join replies
        on
            expressions.authority_code = replies.authority_code
            and expressions.expression_id = replies.subject_id
    left join linked_expressions
        on
            expressions.authority_code = linked_expressions.authority_code
            and expressions.expression_id = linked_expressions.expression_id

),

derived as (

    select
        authority_code,
        person_key,
        case
            when has_participated then 'participation_code'
            when opportunity_code = 'RHI_DONE' then 'return_interview'
            else 'event_record'
        end as evidence_kind,
        cast(null as {{ dbt.type_string() }}) as expression_id,
        'as_information' as voice_kind,
        voice_owner_code,
        is_own_voice,
        opportunity_date as expressed_on,
        cast(null as date) as recorded_on,
        opportunity_code,
        'unknown' as capture_method_code,
        'unknown' as directness_code,
        false as is_own_words,
        cast(null as boolean) as is_checked_with_person,
        false as is_summary,
        false as is_adapted_to_need,
        false as is_interpreter_or_aid_used,
        cast(null as integer) as working_days_to_record,
        false as has_text,
        false as is_text_no_longer_kept,
        false as is_text_comparable,
        cast(null as boolean) as is_text_repeated,
        cast(null as {{ dbt.type_string() }}) as quote_permission_scope_code,
        cast(null as date) as quote_permission_expires_on,
        cast(null as date) as quote_permission_withdrawn_on,
        false as has_influence,
        false as has_changed_decision,
        false as is_not_followed,
        cast(null as boolean) as is_reason_given,
        false as needs_reply,
        false as is_loop_closed,
        cast(null as integer) as days_to_reply,
        false as reply_leaves_denominator,
        opportunity_key
    from opportunities
    where is_own_voice and is_shown_to_be_voiced

),

events as (

    select * from recorded
    union all
    select * from derived

)

select
    {{ surrogate_key([
        'events.authority_code', 'events.evidence_kind', 'events.expression_id',
        'events.opportunity_key', 'events.person_key',
    ]) }} as expression_key,
    events.authority_code,
    events.person_key,
    events.evidence_kind,
    events.expression_id,
    events.voice_kind,
    events.voice_owner_code,
    events.is_own_voice,
    events.expressed_on,
    events.recorded_on,
    events.opportunity_code as claimed_opportunity_type_code,
    events.capture_method_code,
    events.directness_code,
    events.is_own_words,
    events.is_checked_with_person,
    events.is_summary,
    events.is_adapted_to_need,
    events.is_interpreter_or_aid_used,
    cast(events.working_days_to_record as integer) as working_days_to_record,
    events.has_text,
    events.is_text_no_longer_kept,
    events.is_text_comparable,
    events.is_text_repeated,
    events.quote_permission_scope_code,
    events.quote_permission_expires_on,
    events.quote_permission_withdrawn_on,
    events.has_influence,
    events.has_changed_decision,
    events.is_not_followed,
    events.is_reason_given,
    events.needs_reply,
    events.is_loop_closed,
    cast(events.days_to_reply as integer) as days_to_reply,
    events.reply_leaves_denominator,
    events.opportunity_key,
    coalesce(opportunities.opportunity_code, 'not_applicable') as opportunity_type_code,
    coalesce(opportunities.stage, 'not_applicable') as stage,
    coalesce(opportunities.is_decision_point, false) as is_at_decision_point,
    coalesce(child_dates.sex, 'unknown') as sex,
    coalesce(child_dates.age_band, 'unknown') as age_band,
    coalesce(child_dates.ethnic_group, 'unknown') as ethnic_group,
    coalesce(child_dates.disability, 'unknown') as disability,
    coalesce(child_dates.communication_need, 'unknown') as communication_need,
    coalesce(child_dates.interpreter_needed, 'unknown') as interpreter_needed,
    coalesce(child_dates.first_language_group, 'unknown') as first_language_group,
    coalesce(child_dates.uasc, 'unknown') as uasc,
    coalesce(child_dates.placement_group, 'not_applicable') as placement_group,
    coalesce(child_dates.placement_distance, 'not_applicable') as placement_distance,
    coalesce(child_dates.placement_location, 'not_applicable') as placement_location,
    coalesce(child_dates.legal_group, 'not_applicable') as legal_group,
    coalesce(child_dates.category_of_need, 'not_applicable') as category_of_need,
    coalesce(child_dates.care_leaver, 'unknown') as care_leaver,
    coalesce(child_dates.area, 'unknown') as area
from events
left join opportunities
    on events.opportunity_key = opportunities.opportunity_key
left join child_dates
    on
        events.authority_code = child_dates.authority_code
        and events.person_key = child_dates.person_key
        and events.expressed_on = child_dates.on_date
