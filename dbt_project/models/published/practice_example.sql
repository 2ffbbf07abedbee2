with practice_examples as (

    select * from {{ ref('stg_voice_extension__practice_example') }}

)

select
    authority_code,
    example_id,
    title,
    approach,
    stage,
    framework_practice,
    voice_owner,
    started_on,
    status,
    learned
from practice_examples
