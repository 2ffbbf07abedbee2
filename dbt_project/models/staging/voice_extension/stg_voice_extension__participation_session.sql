with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_participation_session')) }}

)

select
    _authority_code as authority_code,
    session_id,
    held_on,
    kind,
    voice_owner as voice_owner_code,
    people,
    framework_practice,
    topic,
    changes_agreed,
    changes_done,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
