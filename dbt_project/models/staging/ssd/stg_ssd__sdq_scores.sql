with current_rows as (

    {{ current_rows(source('ssd', 'ssd_sdq_scores'), people=['csdq_person_id']) }}

)

select
    _authority_code as authority_code,
    csdq_table_id as table_id,
    csdq_person_id as person_key,
    csdq_sdq_completed_date as sdq_completed_date,
    csdq_sdq_reason as sdq_reason,
    csdq_sdq_score as sdq_score,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
