with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cp_visits')) }}

)

select
    _authority_code as authority_code,
    cppv_cp_visit_id as cp_visit_id,
    cppv_person_id as person_key,
    cppv_cp_plan_id as cp_plan_id,
    cppv_cp_visit_date as cp_visit_date,
    cppv_cp_visit_seen as cp_visit_seen,
    cppv_cp_visit_seen_alone as cp_visit_seen_alone,
    cppv_cp_visit_bedroom as cp_visit_bedroom,
    _as_of as as_of,
    _row_key as row_key
from current_rows
