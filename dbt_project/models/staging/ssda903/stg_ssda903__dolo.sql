with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_dolo'),
        people=['child'], key=['child', 'dolo_start']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    dolo_start as order_start_date,
    dolo_end as order_end_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
