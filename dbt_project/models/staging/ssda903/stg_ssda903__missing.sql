with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_missing'),
        people=['child'], key=['child', 'missing', 'mis_start']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    missing as missing_type_code,
    mis_start as missing_start_date,
    mis_end as missing_end_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
