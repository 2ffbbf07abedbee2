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

influences as (

    select
        authority_code,
        subject_id,
        count(*) as influences
    from {{ ref('stg_voice_extension__influence') }}
    where subject_kind = 'expression'
    group by authority_code, subject_id

),

replies as (

    select
        replies.authority_code,
        replies.subject_id,
        max(case when loop_status_codes.loop_closed then 1 else 0 end) as is_closed,
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
        expressions.text is not null as has_text,
        expressions.quote_permission_scope_code,
        expressions.quote_permission_expires_on,
        expressions.quote_permission_withdrawn_on,
        coalesce(influences.influences, 0) > 0 as has_influence,
        influences.influences is not null or replies.is_closed is not null as needs_reply,
        coalesce(replies.is_closed = 1, false) as is_loop_closed,
        coalesce(replies.leaves_denominator = 1, false) as reply_leaves_denominator,
        linked_expressions.opportunity_key
    from expressions
    inner join authorities
        on
            expressions.authority_code = authorities.authority_code
            and expressions.expressed_on <= authorities.as_of
    left join directness_codes
        on expressions.directness_code = directness_codes.directness_code
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
        false as has_text,
        cast(null as {{ dbt.type_string() }}) as quote_permission_scope_code,
        cast(null as date) as quote_permission_expires_on,
        cast(null as date) as quote_permission_withdrawn_on,
        false as has_influence,
        false as needs_reply,
        false as is_loop_closed,
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
    events.has_text,
    events.quote_permission_scope_code,
    events.quote_permission_expires_on,
    events.quote_permission_withdrawn_on,
    events.has_influence,
    events.needs_reply,
    events.is_loop_closed,
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
    coalesce(child_dates.uasc, 'unknown') as uasc,
    coalesce(child_dates.placement_group, 'not_applicable') as placement_group,
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
