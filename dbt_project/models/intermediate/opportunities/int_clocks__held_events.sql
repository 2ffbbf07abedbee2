{{ config(materialized='table') }}

with chains as (

    select * from {{ ref('int_clocks__chains') }}

),

reviews as (

    select * from {{ ref('int_reviews__merged') }}

),

visits as (

    select * from {{ ref('int_visits__merged') }}

),

cp_reviews as (

    select * from {{ ref('stg_ssd__cp_reviews') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

events as (

    select
        authority_code,
        person_key,
        'cla_review' as clock_code,
        review_date as event_date,
        occasion_table,
        occasion_id,
        person_key as events_key
    from reviews
    union all
    select
        authority_code,
        person_key,
        'cla_visit' as clock_code,
        visit_date as event_date,
        occasion_table,
        occasion_id,
        person_key as events_key
    from visits
    where opportunity_code = 'CLA_VISIT'
    union all
    select
        authority_code,
        person_key,
        'cp_review' as clock_code,
        cp_review_date as event_date,
        'ssd_cp_reviews' as occasion_table,
        cp_review_id as occasion_id,
        cp_plan_id as events_key
    from cp_reviews

),

in_chains as (

    select
        events.authority_code,
        coalesce(events.person_key, chains.person_key) as person_key,
        events.clock_code,
        events.event_date,
        events.occasion_table,
        events.occasion_id,
        chains.chain_key,
        row_number() over (
            partition by
                events.authority_code, events.occasion_table, events.occasion_id
            order by chains.start_date desc nulls last, chains.chain_key asc
        ) as chain_choice
    from events
    inner join authorities
        on events.authority_code = authorities.authority_code
    left join chains
        on
            events.authority_code = chains.authority_code
            and events.clock_code = chains.clock_code
            and events.events_key = chains.events_key
            and (
                events.clock_code = 'cp_review'
                or (
                    events.event_date >= chains.start_date
                    and (
                        chains.end_date is null
                        or events.event_date < chains.end_date
                        -- A review on the last day still belongs to the care that ends with it.
                        or (
                            events.clock_code = 'cla_review'
                            and events.event_date = chains.end_date
                        )
                    )
                )
            )
    left join children
        on
            events.authority_code = children.authority_code
            and events.person_key = children.person_key
    where
        events.event_date is not null
        and events.event_date <= authorities.as_of
        -- Short breaks follow clocks of their own.
        and (events.clock_code = 'cp_review' or not coalesce(children.is_short_break_only, false))

)

select
    authority_code,
    person_key,
    clock_code,
    event_date,
    occasion_table,
    occasion_id,
    chain_key
from in_chains
where chain_choice = 1 and person_key is not null
