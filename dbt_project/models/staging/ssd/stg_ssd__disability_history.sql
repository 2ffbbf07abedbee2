with every_extract as (

    {{ every_extract(source('ssd', 'ssd_disability'), people=['disa_person_id']) }}

)

select distinct
    _authority_code as authority_code,
    disa_person_id as person_key,
    disa_disability_code as disability_code,
    _as_of as as_of
from every_extract
where disa_person_id is not null and disa_disability_code is not null
