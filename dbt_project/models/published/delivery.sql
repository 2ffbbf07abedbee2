-- A table, because the key of the protection is there only while dbt builds.
{{ config(materialized='table') }}

with delivery_tables as (

    -- What was erased is as if it had never come: a count of it could tell that somebody left.
    select * replace (rows_in - coalesce(rows_erased, 0) as rows_in)
    from {{ source('ledger', 'delivery_tables') }}

),

-- One offset for all tables and days of a source: a source that comes every night would give away
-- its number by many draws, and two tables with a row for each child by two.
offset_tables as (

    {{ with_cell_offset(
        'delivery_tables', "'delivery'", {'authority': 'authority_code', 'source': 'source'}
    ) }}

),

judged as (

    select
        *,
        -- Three rows on unaccompanied children are a count of three children, and none is of none.
        case
            when {{ protected_count('rows_in', 'cell_offset') }} < 10 then 'suppressed'
            else 'shown'
        end as status
    from offset_tables

)

select
    authority_code,
    source,
    as_of,
    raw_table,
    {%- for count in ['rows_in', 'rows_loaded', 'rows_quarantined', 'rows_duplicate'] %}
    case when status = 'shown' then {{ protected_count(count, 'cell_offset') }} end as {{ count }},
    {%- endfor %}
    status
from judged
