with current_rows as (

    {{ current_rows(source('ssd', 'ssd_send'), people=['send_person_id']) }}

)

select
    _authority_code as authority_code,
    send_table_id,
    send_person_id as person_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
