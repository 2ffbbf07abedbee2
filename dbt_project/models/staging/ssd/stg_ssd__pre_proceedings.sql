with current_rows as (

    {{ current_rows(source('ssd', 'ssd_pre_proceedings'), people=['prep_person_id']) }}

)

select
    _authority_code as authority_code,
    prep_table_id as table_id,
    prep_person_id as person_key,
    prep_pre_pro_decision_date as pre_proceedings_decision_date,
    prep_pre_pro_letter_date as letter_before_proceedings_date,
    prep_initial_pre_pro_meeting_date as first_meeting_date,
    prep_agree_stepdown_issue_date as step_decision_date,
    prep_care_pro_letter_date as letter_of_issue_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
