with current_rows as (

    {{ current_rows(source('ssd', 'ssd_contacts'), people=['cont_person_id']) }}

)

select
    _authority_code as authority_code,
    cont_contact_id as contact_id,
    cont_person_id as person_key,
    cont_contact_date as contact_date,
    cont_contact_source_code as contact_source_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
