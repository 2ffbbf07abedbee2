with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cla_episodes'), people=['clae_person_id']) }}

)

select
    _authority_code as authority_code,
    clae_cla_episode_id as cla_episode_id,
    clae_person_id as person_key,
    clae_cla_episode_start_date as cla_episode_start_date,
    clae_cla_episode_start_reason as cla_episode_start_reason,
    clae_cla_primary_need_code as cla_primary_need_code,
    clae_cla_episode_ceased_date as cla_episode_ceased_date,
    clae_cla_episode_ceased_reason as cla_episode_ceased_reason,
    clae_cla_id as cla_id,
    clae_referral_id as referral_id,
    clae_cla_placement_id as cla_placement_id,
    clae_entered_care_date as entered_care_date,
    clae_cla_last_iro_contact_date as cla_last_iro_contact_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
