with delivery_tables as (

    select * from {{ source('ledger', 'delivery_tables') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by authority_code, source, raw_table, as_of
            order by delivered_at desc, delivery_id desc
        ) as recency
    from delivery_tables
    where extent = 'full'

)

select
    delivery_number,
    raw_table,
    authority_code,
    source,
    as_of,
    row_number() over (
        partition by authority_code, source, raw_table
        order by as_of
    ) as extract_number,
    count(*) over (partition by authority_code, source, raw_table) as extract_count,
    lead(as_of) over (
        partition by authority_code, source, raw_table
        order by as_of
    ) as next_as_of
from ranked
where recency = 1
