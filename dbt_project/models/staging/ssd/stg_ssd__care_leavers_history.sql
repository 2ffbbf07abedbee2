with every_extract as (

    {{ every_extract(source('ssd', 'ssd_care_leavers'), people=['clea_person_id']) }}

)

select distinct
    _authority_code as authority_code,
    clea_person_id as person_key,
    _as_of as as_of
from every_extract
where clea_person_id is not null
