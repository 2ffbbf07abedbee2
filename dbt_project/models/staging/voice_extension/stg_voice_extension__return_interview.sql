with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_return_interview'), people=['person_id']) }}

)

select
    _authority_code as authority_code,
    missing_episode_id,
    person_id as person_key,
    returned_at,
    offered,
    offered_at,
    accepted,
    held_at,
    independent_person,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
