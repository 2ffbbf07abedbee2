with national_clocks as (

    select * from {{ ref('ref_opportunity_clocks') }}

),

local_clocks as (

    select * from {{ ref('stg_ledger__local_clocks') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

)

select
    authorities.authority_code,
    national_clocks.clock_code,
    national_clocks.opportunity_code,
    national_clocks.step_from,
    national_clocks.step_to,
    national_clocks.applies_to,
    national_clocks.first_interval,
    national_clocks.first_unit,
    national_clocks.repeat_interval,
    national_clocks.repeat_unit,
    national_clocks.valid_from,
    national_clocks.valid_to
from national_clocks
cross join authorities
union all
select
    authority_code,
    clock_code,
    opportunity_code,
    step_from,
    step_to,
    'any' as applies_to,
    first_interval,
    first_unit,
    repeat_interval,
    repeat_unit,
    valid_from,
    valid_to
from local_clocks
