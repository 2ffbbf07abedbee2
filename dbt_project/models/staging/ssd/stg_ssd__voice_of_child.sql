with current_rows as (

    {{ current_rows(source('ssd', 'ssd_voice_of_child'), people=['voch_person_id']) }}

)

select
    _authority_code as authority_code,
    voch_table_id as table_id,
    voch_person_id as person_key,
    voch_explained_worries as explained_worries,
    voch_story_help_understand as story_help_understand,
    voch_agree_worker as agree_worker,
    voch_plan_safe as plan_safe,
    voch_tablet_help_explain as tablet_help_explain,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
