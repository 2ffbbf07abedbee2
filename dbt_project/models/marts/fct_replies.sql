with replies as (

    select * from {{ ref('stg_voice_extension__reply') }}

)

select
    {{ surrogate_key(['authority_code', 'reply_id']) }} as reply_key,
    authority_code,
    subject_kind,
    subject_id,
    due_on,
    replied_on,
    loop_status_code
from replies
