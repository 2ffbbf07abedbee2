{{ config(materialized='table') }}

with authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

first_dates as (

    select
        authority_code,
        min(first_date) as first_date
    from (
        select
            authority_code,
            min(start_date) as first_date
        from {{ ref('int_open_spans__merged') }}
        group by authority_code
        union all
        select
            authority_code,
            min(review_date) as first_date
        from {{ ref('int_reviews__merged') }}
        group by authority_code
    ) as earliest
    group by authority_code

),

-- Who delivers nobody's journey, such as a survey only, reports from the year before it began to.
begun as (

    select
        authorities.authority_code,
        authorities.as_of,
        coalesce(
            first_dates.first_date,
            {{ add_to_date(
                add_to_date('authorities.first_as_of', -12, 'month'), 1, 'day'
            ) }}
        ) as first_date
    from authorities
    left join first_dates
        on authorities.authority_code = first_dates.authority_code

),

months as (

    select date_day as month_start
    from {{ ref('int_working_days') }}
    where extract(day from date_day) = 1

),

period_types as (

    -- Financial years run from April to March; a rolling year ends with each quarter.
    select
        'month' as period_type,
        1 as months_long,
        1 as months_between
    union all
    select
        'quarter' as period_type,
        3 as months_long,
        3 as months_between
    union all
    select
        'year' as period_type,
        12 as months_long,
        12 as months_between
    union all
    select
        'rolling_12_months' as period_type,
        12 as months_long,
        3 as months_between

),

periods as (

    select
        period_types.period_type,
        months.month_start as period_start,
        {{ add_to_date(
            add_to_date('months.month_start', 'period_types.months_long', 'month'), -1, 'day'
        ) }} as period_end
    from months
    cross join period_types
    where
        -- April is month 0 of the financial year.
        mod(
            cast(extract(month from months.month_start) as integer) + 8,
            period_types.months_between
        ) = 0

)

select
    begun.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end
from periods
inner join begun
    on
        periods.period_end <= begun.as_of
        and periods.period_end >= begun.first_date
