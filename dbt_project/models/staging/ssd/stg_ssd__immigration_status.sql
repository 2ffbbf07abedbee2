with current_rows as (

    {{ current_rows(
        source('ssd', 'ssd_immigration_status'),
        people=['immi_person_id'], key=['immi_person_id', 'immi_immigration_status_id']
    ) }}

)

select
    _authority_code as authority_code,
    immi_person_id as person_key,
    immi_immigration_status_id as immigration_status_id,
    immi_immigration_status as immigration_status,
    immi_immigration_status_start_date as immigration_status_start_date,
    immi_immigration_status_end_date as immigration_status_end_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
