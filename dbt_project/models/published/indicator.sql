with indicators as (

    select * from {{ ref('dim_indicators') }}

)

select
    indicator_id,
    name,
    plain_name,
    family,
    lundy_element,
    direction,
    unit,
    numerator_text,
    denominator_text,
    grain,
    voice_kind,
    framework_practice,
    source_tables,
    caveat,
    read_with
from indicators
