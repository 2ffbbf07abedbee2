with current_rows as (

    {{ current_rows(
        source('ssd', 'ssd_disability'),
        people=['disa_person_id'], key=['disa_person_id', 'disa_table_id']
    ) }}

)

select
    _authority_code as authority_code,
    disa_person_id as person_key,
    disa_table_id as table_id,
    disa_disability_code as disability_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
