with delivery_tables as (

    -- What was erased is as if it had never come: a count of it could tell that somebody left.
    select * replace (rows_in - coalesce(rows_erased, 0) as rows_in)
    from {{ source('ledger', 'delivery_tables') }}

),

judged as (

    select
        *,
        -- A table of three rows on unaccompanied children is a count of three children.
        case when rows_in between 1 and 9 then 'suppressed' else 'shown' end as status
    from delivery_tables

)

select
    authority_code,
    source,
    as_of,
    raw_table,
    case when status = 'shown' then cast(rows_in as bigint) end as rows_in,
    case when status = 'shown' then cast(rows_loaded as bigint) end as rows_loaded,
    case when status = 'shown' then cast(rows_quarantined as bigint) end as rows_quarantined,
    case when status = 'shown' then cast(rows_duplicate as bigint) end as rows_duplicate,
    status
from judged
