with working_days as (

    select * from {{ ref('int_working_days') }}

)

select
    date_day,
    is_working_day,
    cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start,
    cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start,
    {{ add_to_date(dbt.date_trunc('year', add_to_date('date_day', -3, 'month')), 3, 'month') }}
        as financial_year_start
from working_days
