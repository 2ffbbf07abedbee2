with current_rows as (

    {{ current_rows(source('ssda903', 'ssda903_uasc'), people=['child'], key=['child']) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    sex as sex_code,
    duc as uasc_ceased_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
