with feedback as (

    select * from {{ ref('stg_voice_extension__feedback') }}

),

expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

survey_answers as (

    select * from {{ ref('stg_voice_extension__survey_answer') }}

),

survey_waves as (

    select * from {{ ref('stg_voice_extension__survey_wave') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

responses as (

    select
        authority_code,
        wave_id,
        respondent_id,
        min(answered_on) as received_on
    from survey_answers
    group by authority_code, wave_id, respondent_id

),

replied as (

    select
        replies.authority_code,
        replies.subject_kind,
        replies.subject_id,
        max(case when loop_status_codes.loop_closed then 1 else 0 end) as is_replied
    from {{ ref('stg_voice_extension__reply') }} as replies
    left join {{ ref('ref_loop_status_codes') }} as loop_status_codes
        on replies.loop_status_code = loop_status_codes.loop_status_code
    group by replies.authority_code, replies.subject_kind, replies.subject_id

),

-- A complaint about nothing but records, and who sees them, is voice about information.
about_information as (

    select
        authority_code,
        subject_id
    from {{ ref('fct_voice_themes') }}
    where subject_kind = 'feedback'
    group by authority_code, subject_id
    having min(case when parent_theme = 'information' then 1 else 0 end) = 1

),

items as (

    select
        feedback.authority_code,
        feedback.person_key,
        feedback.kind as source,
        feedback.feedback_id as source_id,
        'feedback' as subject_kind,
        feedback.feedback_id as subject_id,
        feedback.voice_owner_code,
        case
            when about_information.subject_id is not null then 'about_information'
            else 'as_information'
        end as voice_kind,
        feedback.theme_codes,
        feedback.received_on
    from feedback
    left join about_information
        on
            feedback.authority_code = about_information.authority_code
            and feedback.feedback_id = about_information.subject_id
    union all
    select
        authority_code,
        person_key,
        'app_statement' as source,
        expression_id as source_id,
        'expression' as subject_kind,
        expression_id as subject_id,
        voice_owner_code,
        voice_kind,
        theme_codes,
        expressed_on as received_on
    from expressions
    where
        capture_method_code = 'app'
        -- An app of its own says that its statements are just that; no occasion asked for them.
        and coalesce(opportunity_code, 'APP_STATEMENT') = 'APP_STATEMENT'
    union all
    select
        responses.authority_code,
        cast(null as {{ dbt.type_string() }}) as person_key,
        'survey_response' as source,
        responses.wave_id || '|' || responses.respondent_id as source_id,
        'survey_wave' as subject_kind,
        responses.wave_id as subject_id,
        survey_waves.voice_owner_code,
        survey_waves.voice_kind,
        cast(null as {{ dbt.type_string() }}) as theme_codes,
        responses.received_on
    from responses
    left join survey_waves
        on
            responses.authority_code = survey_waves.authority_code
            and responses.wave_id = survey_waves.wave_id

)

select
    {{ surrogate_key(['items.authority_code', 'items.source', 'items.source_id']) }}
        as feedback_item_key,
    items.authority_code,
    items.person_key,
    items.source,
    items.subject_kind,
    items.subject_id,
    items.voice_owner_code,
    items.voice_kind,
    items.theme_codes,
    items.received_on,
    coalesce(replied.is_replied = 1, false) as is_replied
from items
inner join authorities
    on
        items.authority_code = authorities.authority_code
        and items.received_on <= authorities.as_of
left join replied
    on
        items.authority_code = replied.authority_code
        and items.subject_kind = replied.subject_kind
        and items.subject_id = replied.subject_id
