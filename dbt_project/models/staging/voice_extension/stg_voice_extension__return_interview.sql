with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_return_interview')) }}

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
    _as_of as as_of,
    _row_key as row_key
from current_rows
