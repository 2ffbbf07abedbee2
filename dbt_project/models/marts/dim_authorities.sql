with authorities as (

    select * from {{ ref('int_authorities__delivered') }}

)

select
    authority_code,
    as_of,
    has_ssd,
    has_ssda903,
    has_voice_extension
from authorities
