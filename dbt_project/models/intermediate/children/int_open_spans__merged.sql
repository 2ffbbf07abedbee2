{{ config(materialized='table') }}

with spans as (

    select
        authority_code,
        person_key,
        start_date,
        coalesce(end_date, cast('9999-12-31' as date)) as end_date
    from {{ ref('int_open_spans__by_stage') }}

),

latest_end_so_far as (

    select
        *,
        max(end_date) over (
            partition by authority_code, person_key
            order by start_date, end_date
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from spans

),

numbered as (

    select
        *,
        -- A gap of a day is a change of worker's screen, not a child who left.
        sum(
            case
                when
                    earlier_end_date is null
                    or {{ days_between('earlier_end_date', 'start_date') }} > 1
                    then 1
                else 0
            end
        ) over (
            partition by authority_code, person_key
            order by start_date, end_date
            rows unbounded preceding
        ) as span_number
    from latest_end_so_far

)

select
    authority_code,
    person_key,
    min(start_date) as start_date,
    nullif(max(end_date), cast('9999-12-31' as date)) as end_date
from numbered
group by authority_code, person_key, span_number
