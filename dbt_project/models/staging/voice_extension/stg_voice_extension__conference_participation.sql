with current_rows as (

    {{ current_rows(
        source('voice_extension', 'vx_conference_participation'),
        people=['person_id'], key=['conference_id', 'person_id']
    ) }}

)

select
    _authority_code as authority_code,
    conference_id,
    conference_kind,
    person_id as person_key,
    held_on,
    participation_code,
    advocate_present,
    parent_attended,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
