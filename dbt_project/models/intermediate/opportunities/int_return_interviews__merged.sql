with return_interviews as (

    select * from {{ ref('stg_voice_extension__return_interview') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by authority_code, missing_episode_id
            order by
                case when held_at is null then 1 else 0 end asc,
                as_of desc,
                delivery_source asc
        ) as preference
    from return_interviews

)

-- Two sources may tell of one interview, which must not multiply the episode: the one that knows
-- when it was held stands, then the later extract.
select
    authority_code,
    missing_episode_id,
    person_key,
    returned_at,
    offered,
    offered_at,
    accepted,
    held_at,
    independent_person,
    delivery_source,
    as_of
from ranked
where preference = 1
