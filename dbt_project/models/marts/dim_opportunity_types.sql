with opportunity_types as (

    select * from {{ ref('ref_voice_opportunity_types') }}

)

select
    opportunity_code as opportunity_type_code,
    stage,
    opportunity as label,
    voices_expected,
    clock_start,
    due_within,
    due_unit,
    basis_type,
    basis_reference,
    confidence,
    is_decision_point,
    is_built,
    shown_in,
    source_tables,
    shown_note
from opportunity_types
