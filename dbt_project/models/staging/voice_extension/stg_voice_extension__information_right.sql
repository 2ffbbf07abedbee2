with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_information_right'), people=['person_id']) }}

)

select
    _authority_code as authority_code,
    request_id,
    person_id as person_key,
    kind,
    made_by as voice_owner_code,
    requested_on,
    extended_to,
    completed_on,
    outcome,
    understood,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
