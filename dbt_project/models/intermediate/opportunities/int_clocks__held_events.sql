{{ config(materialized='table') }}

with -- Plain bounds keep the join below a hash join: with an "or" it would compare every pair.
chains as (

    select
        *,
        case when clock_code = 'cp_review' then cast('1900-01-01' as date) else start_date end
            as events_from,
        case
            when clock_code = 'cp_review' or end_date is null then cast('9999-12-31' as date)
            -- A review on the last day still belongs to the care that ends with it, but a child
            -- has left a placement on the day it ends.
            when clock_code = 'cla_visit' then {{ add_to_date('end_date', -1, 'day') }}
            else end_date
        end as events_to
    from {{ ref('int_clocks__chains') }}

),

reviews as (

    select * from {{ ref('int_reviews__merged') }}

),

visits as (

    select * from {{ ref('int_visits__merged') }}

),

cp_reviews as (

    select
        reviews.authority_code,
        coalesce(reviews.person_key, cp_plans.person_key) as person_key,
        reviews.cp_review_date,
        reviews.cp_review_id,
        reviews.cp_plan_id
    from {{ ref('stg_ssd__cp_reviews') }} as reviews
    left join {{ ref('stg_ssd__cp_plans') }} as cp_plans
        on
            reviews.authority_code = cp_plans.authority_code
            and reviews.cp_plan_id = cp_plans.cp_plan_id

),

health_checks as (

    select * from {{ ref('stg_ssd__cla_health') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

events as (

    select
        reviews.authority_code,
        reviews.person_key,
        case
            when coalesce(children.is_short_break_only, false) then 'short_break_review'
            else 'cla_review'
        end as clock_code,
        case
            when coalesce(children.is_short_break_only, false) then 'SHORT_BREAK'
            else 'CLA_REVIEW_N'
        end as unclocked_code,
        reviews.review_date as event_date,
        reviews.occasion_table,
        reviews.occasion_id,
        reviews.person_key as events_key
    from reviews
    left join children
        on
            reviews.authority_code = children.authority_code
            and reviews.person_key = children.person_key
    union all
    select
        authority_code,
        person_key,
        lower(opportunity_code) as clock_code,
        case opportunity_code
            when 'CLA_VISIT' then 'CLA_VISIT_YEAR1' else opportunity_code
        end as unclocked_code,
        visit_date as event_date,
        occasion_table,
        occasion_id,
        person_key as events_key
    from visits
    union all
    select
        authority_code,
        person_key,
        'health_assessment' as clock_code,
        'HEALTH_ASSESS' as unclocked_code,
        health_check_date as event_date,
        'ssd_cla_health' as occasion_table,
        health_check_id as occasion_id,
        person_key as events_key
    from health_checks
    -- Health surveillance and the dentist are delivered in the same table.
    where lower(health_check_type) like '%assess%'
    union all
    select
        authority_code,
        person_key,
        'cp_review' as clock_code,
        'RCPC_NEXT' as unclocked_code,
        cp_review_date as event_date,
        'ssd_cp_reviews' as occasion_table,
        cp_review_id as occasion_id,
        cp_plan_id as events_key
    from cp_reviews

),

in_chains as (

    select
        events.authority_code,
        events.person_key,
        events.clock_code,
        events.unclocked_code,
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
            -- A review that names a plan of another child holds nothing of that plan.
            and events.person_key = chains.person_key
            and events.event_date >= chains.events_from
            and events.event_date <= chains.events_to
    left join children
        on
            events.authority_code = children.authority_code
            and events.person_key = children.person_key
    where
        events.event_date is not null
        and events.event_date <= authorities.as_of
        -- Short breaks follow clocks of their own.
        and (
            events.clock_code not in ('cla_visit', 'health_assessment')
            or not coalesce(children.is_short_break_only, false)
        )

)

select
    authority_code,
    person_key,
    clock_code,
    -- What the event is where no clock says it: before the first clock, or between two plans.
    unclocked_code,
    event_date,
    occasion_table,
    occasion_id,
    chain_key
from in_chains
where chain_choice = 1 and person_key is not null
