with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_oc3'), people=['child'], key=['child'], each_year=true
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    in_touch as in_touch_code,
    activ as activity_code,
    accom as accommodation_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
