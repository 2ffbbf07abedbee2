with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cla_health'), people=['clah_person_id']) }}

)

select
    _authority_code as authority_code,
    clah_health_check_id as health_check_id,
    clah_person_id as person_key,
    clah_health_check_type as health_check_type,
    clah_health_check_date as health_check_date,
    clah_health_check_status as health_check_status,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
