with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cp_plans'), people=['cppl_person_id']) }}

)

select
    _authority_code as authority_code,
    cppl_cp_plan_id as cp_plan_id,
    cppl_referral_id as referral_id,
    cppl_icpc_id as icpc_id,
    cppl_person_id as person_key,
    cppl_cp_plan_start_date as cp_plan_start_date,
    cppl_cp_plan_end_date as cp_plan_end_date,
    cppl_cp_plan_initial_category as cp_plan_initial_category,
    cppl_cp_plan_ola as cp_plan_ola,
    cppl_cp_plan_latest_category as cp_plan_latest_category,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
