with current_rows as (

    {{ current_rows(source('ssd', 'ssd_early_help_episodes'), people=['earl_person_id']) }}

)

select
    _authority_code as authority_code,
    earl_episode_id as episode_id,
    earl_person_id as person_key,
    earl_episode_start_date as episode_start_date,
    earl_episode_end_date as episode_end_date,
    earl_episode_reason as episode_reason,
    earl_episode_end_reason as episode_end_reason,
    earl_episode_organisation as episode_organisation,
    earl_episode_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
