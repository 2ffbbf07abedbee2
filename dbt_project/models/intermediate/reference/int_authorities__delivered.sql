{{ config(materialized='table') }}

with current_deliveries as (

    select * from {{ ref('stg_ledger__current_deliveries') }}

)

select
    authority_code,
    min(as_of) as first_as_of,
    max(as_of) as as_of,
    max(case when source = 'ssd' then 1 else 0 end) = 1 as has_ssd,
    max(case when source = 'ssda903' then 1 else 0 end) = 1 as has_ssda903,
    max(case when raw_table = 'vx_expression' then 1 else 0 end) = 1 as has_voice_extension
from current_deliveries
group by authority_code
