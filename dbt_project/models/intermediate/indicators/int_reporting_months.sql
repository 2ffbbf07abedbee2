with working_days as (

    select * from {{ ref('int_working_days') }}

)

select
    date_day as month_start,
    cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start
from working_days
where extract(day from date_day) = 1
