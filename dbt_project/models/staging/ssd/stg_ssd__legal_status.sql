with current_rows as (

    {{ current_rows(source('ssd', 'ssd_legal_status'), people=['lega_person_id']) }}

)

select
    _authority_code as authority_code,
    lega_legal_status_id as legal_status_id,
    lega_person_id as person_key,
    lega_legal_status as legal_status,
    lega_legal_status_start_date as legal_status_start_date,
    lega_legal_status_end_date as legal_status_end_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
