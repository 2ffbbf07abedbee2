with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cin_visits'), people=['cinv_person_id']) }}

)

select
    _authority_code as authority_code,
    cinv_cin_visit_id as cin_visit_id,
    cinv_person_id as person_key,
    cinv_cin_visit_date as cin_visit_date,
    cinv_cin_visit_seen_code as cin_visit_seen_code,
    cinv_cin_visit_seen_alone_code as cin_visit_seen_alone_code,
    cinv_cin_visit_bedroom_code as cin_visit_bedroom_code,
    cinv_cin_plan_id as cin_plan_id,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
