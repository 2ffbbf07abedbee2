with current_rows as (

    {{ current_rows(source('ssd', 'ssd_family'), people=['fami_person_id']) }}

)

select
    _authority_code as authority_code,
    fami_table_id as table_id,
    fami_family_id as family_id,
    fami_person_id as person_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
