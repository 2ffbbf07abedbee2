with every_extract as (

    {{ every_extract(source('ssd', 'ssd_person'), people=['pers_person_id']) }}

)

select distinct
    _authority_code as authority_code,
    pers_person_id as person_key,
    _as_of as as_of
from every_extract
where pers_person_id is not null
