with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_influence')) }}

)

select
    _authority_code as authority_code,
    influence_id,
    subject_kind,
    subject_id,
    decision_type,
    decided_on,
    outcome as influence_outcome_code,
    reason_given,
    action_due_on,
    action_done_on,
    board,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
