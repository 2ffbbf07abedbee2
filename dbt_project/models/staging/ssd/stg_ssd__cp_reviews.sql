with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cp_reviews'), people=['cppr_person_id']) }}

)

select
    _authority_code as authority_code,
    cppr_cp_review_id as cp_review_id,
    cppr_person_id as person_key,
    cppr_cp_plan_id as cp_plan_id,
    cppr_cp_review_due as cp_review_due_date,
    cppr_cp_review_date as cp_review_date,
    cppr_cp_review_meeting_id as cp_review_meeting_id,
    cppr_cp_review_outcome_continue_cp as cp_review_outcome_continue_cp,
    cppr_cp_review_quorate as cp_review_quorate,
    cppr_cp_review_participation_code as cp_review_participation_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
