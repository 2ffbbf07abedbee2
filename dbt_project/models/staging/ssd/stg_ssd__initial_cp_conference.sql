with current_rows as (

    {{ current_rows(source('ssd', 'ssd_initial_cp_conference'), people=['icpc_person_id']) }}

)

select
    _authority_code as authority_code,
    icpc_icpc_id as icpc_id,
    icpc_icpc_meeting_id as icpc_meeting_id,
    icpc_s47_enquiry_id as s47_enquiry_id,
    icpc_person_id as person_key,
    icpc_cp_plan_id as cp_plan_id,
    icpc_referral_id as referral_id,
    icpc_icpc_transfer_in as icpc_transfer_in,
    icpc_icpc_target_date as icpc_target_date,
    icpc_icpc_date as icpc_date,
    icpc_icpc_outcome_cp_flag as icpc_outcome_cp_flag,
    icpc_icpc_outcome_json as icpc_outcome_json,
    icpc_icpc_team as icpc_team,
    icpc_icpc_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
