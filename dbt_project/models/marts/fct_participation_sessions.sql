with sessions as (

    select * from {{ ref('stg_voice_extension__participation_session') }}

),

replied as (

    select
        replies.authority_code,
        replies.subject_id,
        max(case when loop_statuses.loop_closed then 1 else 0 end) as is_told
    from {{ ref('stg_voice_extension__reply') }} as replies
    left join {{ ref('ref_loop_status_codes') }} as loop_statuses
        on replies.loop_status_code = loop_statuses.loop_status_code
    where replies.subject_kind = 'participation_session'
    group by replies.authority_code, replies.subject_id

)

select
    {{ surrogate_key(['sessions.authority_code', 'sessions.session_id']) }}
        as participation_session_key,
    sessions.authority_code,
    sessions.session_id,
    sessions.held_on,
    sessions.kind,
    sessions.voice_owner_code,
    sessions.people,
    sessions.framework_practice,
    sessions.topic is not null as has_topic,
    sessions.changes_agreed,
    sessions.changes_done,
    coalesce(replied.is_told = 1, false) as is_told
from sessions
left join replied
    on
        sessions.authority_code = replied.authority_code
        and sessions.session_id = replied.subject_id
