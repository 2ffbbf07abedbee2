with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_social_worker'),
        people=['child'], key=['child', 'sw_id', 'sw_decom']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    sw_id as worker_key,
    sw_decom as worker_start_date,
    sw_dec as worker_end_date,
    sw_reason as worker_change_reason_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
