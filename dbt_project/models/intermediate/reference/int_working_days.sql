{{ config(materialized='table') }}

with days as (

    {{ date_series('2000-01-01', '2040-12-31') }}

),

bank_holidays as (

    select * from {{ ref('ref_bank_holidays') }}

),

marked as (

    select
        days.date_day,
        -- 1 January 2000 was a Saturday, so days 0 and 1 of each week of seven are the weekend.
        mod({{ days_between("cast('2000-01-01' as date)", 'days.date_day') }}, 7) >= 2
        and bank_holidays.holiday_date is null as is_working_day
    from days
    left join bank_holidays
        on days.date_day = bank_holidays.holiday_date

)

select
    date_day,
    is_working_day,
    sum(case when is_working_day then 1 else 0 end) over (
        order by date_day
        rows unbounded preceding
    ) as working_day_number
from marked
