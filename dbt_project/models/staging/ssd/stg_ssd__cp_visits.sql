with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cp_visits'), people=['cppv_person_id']) }}

)

select
    _authority_code as authority_code,
    cppv_cp_visit_id as cp_visit_id,
    cppv_person_id as person_key,
    cppv_cp_plan_id as cp_plan_id,
    cppv_cp_visit_date as cp_visit_date,
    cppv_cp_visit_seen_code as cp_visit_seen_code,
    cppv_cp_visit_seen_alone_code as cp_visit_seen_alone_code,
    cppv_cp_visit_bedroom_code as cp_visit_bedroom_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
