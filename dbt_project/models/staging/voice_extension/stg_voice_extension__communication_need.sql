with current_rows as (

    {{ current_rows(
        source('voice_extension', 'vx_communication_need'),
        people=['person_id'], key=['person_id', 'valid_from']
    ) }}

)

select
    _authority_code as authority_code,
    person_id as person_key,
    first_language,
    interpreter_needed,
    communication_need,
    preferred_method as preferred_method_code,
    valid_from,
    valid_to,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
