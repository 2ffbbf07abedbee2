with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cin_episodes'), people=['cine_person_id']) }}

)

select
    _authority_code as authority_code,
    cine_referral_id as referral_id,
    cine_person_id as person_key,
    cine_referral_date as referral_date,
    cine_cin_primary_need_code as cin_primary_need_code,
    cine_referral_source_code as referral_source_code,
    cine_referral_source_desc as referral_source_desc,
    cine_referral_outcome_json as referral_outcome_json,
    cine_referral_nfa as referral_nfa,
    cine_close_reason as close_reason,
    cine_close_date as close_date,
    cine_referral_team as referral_team,
    cine_referral_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
