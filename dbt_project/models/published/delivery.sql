with delivery_tables as (

    select * from {{ source('ledger', 'delivery_tables') }}

)

select
    authority_code,
    source,
    as_of,
    raw_table,
    cast(rows_in as bigint) as rows_in,
    cast(rows_loaded as bigint) as rows_loaded,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(rows_duplicate as bigint) as rows_duplicate
from delivery_tables
