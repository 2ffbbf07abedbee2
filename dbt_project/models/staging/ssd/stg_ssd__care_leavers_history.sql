with every_extract as (

    {{ every_extract(source('ssd', 'ssd_care_leavers'), people=['clea_person_id']) }}

)

select
    _authority_code as authority_code,
    clea_table_id as table_id,
    clea_person_id as person_key,
    clea_care_leaver_in_touch as care_leaver_in_touch,
    clea_care_leaver_latest_contact as care_leaver_latest_contact,
    clea_pathway_plan_review_date as pathway_plan_review_date,
    _as_of as as_of
from every_extract
