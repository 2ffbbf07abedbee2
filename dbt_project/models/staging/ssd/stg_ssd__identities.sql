{{ config(materialized='table') }}

with links as (

    select distinct
        authority_code,
        former_person_key,
        person_key,
        as_of,
        extract_number,
        next_as_of
    from {{ ref('stg_ssd__linked_identifiers') }}
    where
        former_person_key <> person_key
        and (known_from is null or known_from <= as_of)

),

-- Extracts in a row that say the same have the same number of extracts before that do not.
numbered as (

    select
        *,
        extract_number - row_number() over (
            partition by authority_code, former_person_key, person_key
            order by extract_number
        ) as span_number
    from links

),

spans as (

    select
        authority_code,
        former_person_key,
        person_key as next_person_key,
        min(as_of) as valid_from,
        case
            when sum(case when next_as_of is null then 1 else 0 end) = 0 then max(next_as_of)
        end as valid_to
    from numbered
    group by authority_code, former_person_key, person_key, span_number

),

claims as (

    select
        *,
        case
            when valid_to is null
                then count(*) over (partition by authority_code, former_person_key, valid_to)
            else 0
        end as claim_count
    from spans

),

single as (

    select * from claims
    where claim_count = 1

),

-- From each former id along the chain of merges. A circle comes back to what is known and ends.
{# `union` and not `union all`: that is what ends a circle. #}
reached as (

    with recursive steps as (

        select
            authority_code,
            former_person_key,
            next_person_key as person_key
        from single
        union
        select
            steps.authority_code,
            steps.former_person_key,
            single.next_person_key as person_key
        from steps
        inner join single
            on
                steps.authority_code = single.authority_code
                and steps.person_key = single.former_person_key

    )

    select * from steps

),

-- The end of a chain is an id that was not merged itself; a circle has none.
ends as (

    select
        reached.authority_code,
        reached.former_person_key,
        reached.person_key
    from reached
    left join single
        on
            reached.authority_code = single.authority_code
            and reached.person_key = single.former_person_key
    where single.former_person_key is null

)

select
    claims.authority_code,
    claims.former_person_key,
    claims.next_person_key,
    ends.person_key,
    claims.valid_from,
    claims.valid_to,
    claims.claim_count = 1 and ends.person_key is not null as is_applied,
    case
        when claims.valid_to is not null then 'taken_back'
        when claims.claim_count > 1 then 'claimed_twice'
        when ends.person_key is null then 'circular'
        else 'applied'
    end as state
from claims
left join ends
    on
        claims.authority_code = ends.authority_code
        and {{ key_where('claims.claim_count = 1', 'claims.former_person_key') }}
        = ends.former_person_key
