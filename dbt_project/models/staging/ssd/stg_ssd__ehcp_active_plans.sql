with current_rows as (

    {{ current_rows(source('ssd', 'ssd_ehcp_active_plans')) }}

)

select
    _authority_code as authority_code,
    ehcp_active_ehcp_id as active_ehcp_id,
    ehcp_ehcp_request_id as ehcp_request_id,
    ehcp_active_ehcp_last_review_date as active_ehcp_last_review_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
