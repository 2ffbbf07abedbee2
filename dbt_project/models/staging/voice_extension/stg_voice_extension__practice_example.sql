with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_practice_example')) }}

)

select
    _authority_code as authority_code,
    example_id,
    title,
    approach,
    stage,
    framework_practice,
    voice_owner,
    started_on,
    status,
    learned,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
