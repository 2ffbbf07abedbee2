{{ config(materialized='table') }}

with delivery_tables as (

    select * from {{ source('ledger', 'delivery_tables') }}

),

scoped as (

    select
        *,
        -- A yearly return restates only its own year, which ends on 31 March.
        case
            when extent = 'collection_year'
                then extract(year from {{ add_to_date('as_of', 9, 'month') }})
            else 0
        end as scope,
        -- What is only new since the delivery before adds to it, and restates its own day.
        case when extent = 'incremental' then as_of end as own_day
    from delivery_tables

),

ranked as (

    select
        *,
        row_number() over (
            partition by authority_code, source, raw_table, scope, own_day
            order by as_of desc, delivered_at desc, delivery_id desc
        ) as recency,
        row_number() over (
            partition by authority_code, source, raw_table
            order by as_of asc, delivered_at asc, delivery_id asc
        ) as delivery_rank
    from scoped

)

select
    delivery_id,
    delivery_number,
    raw_table,
    authority_code,
    source,
    as_of,
    delivery_rank
from ranked
where recency = 1
