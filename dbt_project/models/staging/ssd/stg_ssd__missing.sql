with current_rows as (

    {{ current_rows(source('ssd', 'ssd_missing'), people=['miss_person_id']) }}

)

select
    _authority_code as authority_code,
    miss_table_id as table_id,
    miss_person_id as person_key,
    miss_missing_episode_start_date as missing_episode_start_date,
    miss_missing_episode_type as missing_episode_type,
    miss_missing_episode_end_date as missing_episode_end_date,
    miss_missing_rhi_offered_code as missing_rhi_offered_code,
    miss_missing_rhi_accepted_code as missing_rhi_accepted_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
