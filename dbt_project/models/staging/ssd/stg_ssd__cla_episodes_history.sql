with every_extract as (

    {{ every_extract(source('ssd', 'ssd_cla_episodes'), people=['clae_person_id']) }}

)

select
    _authority_code as authority_code,
    clae_cla_episode_id as cla_episode_id,
    clae_person_id as person_key,
    clae_cla_last_iro_contact_date as cla_last_iro_contact_date,
    _as_of as as_of
from every_extract
