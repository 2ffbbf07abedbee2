with expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

opportunities as (

    select * from {{ ref('int_opportunities__with_outcome') }}

)

select
    authority_code,
    person_key,
    expressed_on as event_date
from expressions
where voice_owner_code in ('child', 'young_person') and person_key is not null
union distinct
select
    authority_code,
    person_key,
    opportunity_date as event_date
from opportunities
where is_own_voice and is_shown_to_be_voiced
