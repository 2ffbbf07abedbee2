with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cin_assessments'), people=['cina_person_id']) }}

)

select
    _authority_code as authority_code,
    cina_assessment_id as assessment_id,
    cina_person_id as person_key,
    cina_referral_id as referral_id,
    cina_assessment_start_date as assessment_start_date,
    cina_assessment_child_seen_code as assessment_child_seen_code,
    cina_assessment_auth_date as assessment_auth_date,
    cina_assessment_outcome_json as assessment_outcome_json,
    cina_assessment_outcome_nfa as assessment_outcome_nfa,
    cina_assessment_team as assessment_team,
    cina_assessment_worker_id as worker_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
