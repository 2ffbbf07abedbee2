with current_rows as (

    {{ current_rows(source('ssd', 'ssd_s47_enquiry'), people=['s47e_person_id']) }}

)

select
    _authority_code as authority_code,
    s47e_s47_enquiry_id as s47_enquiry_id,
    s47e_referral_id as referral_id,
    s47e_person_id as person_key,
    s47e_s47_start_date as s47_start_date,
    s47e_s47_end_date as s47_end_date,
    s47e_s47_nfa as s47_nfa,
    s47e_s47_outcome_json as s47_outcome_json,
    s47e_s47_completed_by_worker_id as worker_key,
    s47e_s47_completed_by_team as s47_completed_by_team,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
