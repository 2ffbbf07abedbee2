with sessions as (

    select * from {{ ref('stg_voice_extension__participation_session') }}

)

select
    {{ surrogate_key(['authority_code', 'session_id']) }} as participation_session_key,
    authority_code,
    held_on,
    kind,
    voice_owner_code,
    people,
    framework_practice,
    changes_agreed,
    changes_done
from sessions
