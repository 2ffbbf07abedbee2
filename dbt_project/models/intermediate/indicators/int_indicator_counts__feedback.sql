with feedback_items as (

    select * from {{ ref('fct_feedback_items') }}

),

open_children as (

    select * from {{ ref('int_children__open_at_period_end') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}

),

items as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        count(feedback_items.feedback_item_key) as items
    from periods
    left join feedback_items
        on
            periods.authority_code = feedback_items.authority_code
            and feedback_items.received_on between periods.period_start and periods.period_end
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end

),

open_at_end as (

    select
        authority_code,
        period_end,
        count(distinct person_key) as open_children
    from open_children
    group by authority_code, period_end

)

-- A ratio of two populations, so the generic count over one set of facts does not serve.
select
    items.authority_code,
    items.period_type,
    items.period_start,
    items.period_end,
    'E2' as indicator_id,
    'all' as breakdown,
    'all' as breakdown_value,
    cast(items.items as bigint) as numerator,
    cast(open_at_end.open_children as bigint) as denominator,
    cast(open_at_end.open_children as bigint) as recorded,
    cast(open_at_end.open_children as bigint) as recorded_of,
    cast(open_at_end.open_children as bigint) as contributors,
    cast(null as bigint) as compared_numerator,
    cast(null as bigint) as compared_denominator,
    cast(null as {{ type_rate() }}) as quantile_value
from items
inner join open_at_end
    on
        items.authority_code = open_at_end.authority_code
        and items.period_end = open_at_end.period_end
