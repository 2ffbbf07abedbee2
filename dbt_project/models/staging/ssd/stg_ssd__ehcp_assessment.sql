with current_rows as (

    {{ current_rows(source('ssd', 'ssd_ehcp_assessment')) }}

)

select
    _authority_code as authority_code,
    ehca_ehcp_assessment_id as ehcp_assessment_id,
    ehca_ehcp_request_id as ehcp_request_id,
    ehca_ehcp_assessment_outcome_date as ehcp_assessment_outcome_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
