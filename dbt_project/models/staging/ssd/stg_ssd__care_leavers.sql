with current_rows as (

    {{ current_rows(source('ssd', 'ssd_care_leavers'), people=['clea_person_id']) }}

)

select
    _authority_code as authority_code,
    clea_table_id as table_id,
    clea_person_id as person_key,
    clea_care_leaver_eligibility as care_leaver_eligibility,
    clea_care_leaver_in_touch as care_leaver_in_touch,
    clea_care_leaver_latest_contact as care_leaver_latest_contact,
    clea_care_leaver_accommodation as care_leaver_accommodation,
    clea_care_leaver_accom_suitable as care_leaver_accom_suitable,
    clea_care_leaver_activity as care_leaver_activity,
    clea_pathway_plan_review_date as pathway_plan_review_date,
    clea_care_leaver_personal_advisor as personal_adviser_key,
    clea_care_leaver_allocated_team as care_leaver_allocated_team,
    clea_care_leaver_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
