with every_extract as (

    {{ every_extract(source('ssd', 'ssd_ehcp_active_plans')) }}

)

select
    _authority_code as authority_code,
    ehcp_active_ehcp_id as active_ehcp_id,
    ehcp_ehcp_request_id as ehcp_request_id,
    ehcp_active_ehcp_last_review_date as active_ehcp_last_review_date,
    _as_of as as_of
from every_extract
