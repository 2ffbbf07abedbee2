with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_reply')) }}

)

select
    _authority_code as authority_code,
    reply_id,
    subject_kind,
    subject_id,
    due_on,
    replied_on,
    status as loop_status_code,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
