with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cin_plans'), people=['cinp_person_id']) }}

)

select
    _authority_code as authority_code,
    cinp_cin_plan_id as cin_plan_id,
    cinp_referral_id as referral_id,
    cinp_person_id as person_key,
    cinp_cin_plan_start_date as cin_plan_start_date,
    cinp_cin_plan_end_date as cin_plan_end_date,
    cinp_cin_plan_team as cin_plan_team,
    cinp_cin_plan_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
