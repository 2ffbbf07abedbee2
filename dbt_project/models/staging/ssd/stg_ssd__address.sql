with current_rows as (

    {{ current_rows(source('ssd', 'ssd_address'), people=['addr_person_id']) }}

)

select
    _authority_code as authority_code,
    addr_table_id as table_id,
    addr_person_id as person_key,
    addr_address_type as address_type,
    addr_address_start_date as address_start_date,
    addr_address_end_date as address_end_date,
    addr_address_postcode as postcode_district,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
