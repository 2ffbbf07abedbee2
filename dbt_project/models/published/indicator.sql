with indicators as (

    select * from {{ ref('dim_indicators') }}

)

select * from indicators
