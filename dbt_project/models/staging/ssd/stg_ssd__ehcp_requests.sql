with current_rows as (

    {{ current_rows(source('ssd', 'ssd_ehcp_requests')) }}

)

select
    _authority_code as authority_code,
    ehcr_ehcp_request_id as ehcp_request_id,
    ehcr_send_table_id as send_table_id,
    ehcr_ehcp_req_date as ehcp_request_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
