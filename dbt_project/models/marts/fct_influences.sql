with influences as (

    select * from {{ ref('stg_voice_extension__influence') }}

)

select
    {{ surrogate_key(['authority_code', 'influence_id']) }} as influence_key,
    authority_code,
    subject_kind,
    subject_id,
    decision_type,
    decided_on,
    influence_outcome_code,
    {{ yes_no('reason_given') }} as is_reason_given,
    action_due_on,
    action_done_on,
    board
from influences
