with current_rows as (

    {{ current_rows(source('ssda903', 'ssda903_oc2'), people=['child'], key=['child']) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    sdq_score,
    sdq_reason as sdq_reason_code,
    convicted,
    health_check,
    immunisations,
    teeth_check,
    health_assessment,
    substance_misuse,
    intervention_received,
    intervention_offered,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
