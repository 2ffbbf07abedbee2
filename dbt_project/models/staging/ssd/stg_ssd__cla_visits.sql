with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cla_visits'), people=['clav_person_id']) }}

)

select
    _authority_code as authority_code,
    clav_cla_visit_id as cla_visit_id,
    clav_cla_id as cla_id,
    clav_person_id as person_key,
    clav_cla_visit_date as cla_visit_date,
    clav_cla_visit_seen_code as cla_visit_seen_code,
    clav_cla_visit_seen_alone_code as cla_visit_seen_alone_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
