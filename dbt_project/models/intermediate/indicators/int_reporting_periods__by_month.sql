{{ config(materialized='table') }}

with periods as (

    select * from {{ ref('int_reporting_periods') }}

),

months as (

    select
        authority_code,
        period_start as month_start
    from periods
    where period_type = 'month'

)

select
    periods.authority_code,
    months.month_start,
    periods.period_type,
    periods.period_start,
    periods.period_end
from periods
inner join months
    on
        periods.authority_code = months.authority_code
        and months.month_start between periods.period_start and periods.period_end
