select
    authority_code,
    clock_code,
    opportunity_code,
    step_from,
    step_to,
    first_interval,
    first_unit,
    repeat_interval,
    repeat_unit,
    valid_from,
    valid_to
from {{ source('ledger', 'local_clocks') }}
