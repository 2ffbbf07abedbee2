with current_rows as (

    {{ current_rows(source('ssda903', 'ssda903_prev_perm'), people=['child'], key=['child']) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    prev_perm as previous_permanence_code,
    la_perm as previous_permanence_authority,
    date_perm as previous_permanence_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
