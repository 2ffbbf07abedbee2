{{ config(materialized='table') }}

with expressions as (

    select
        *,
        {{ owner_group('voice_owner_code') }} as owner_group
    from {{ ref('stg_voice_extension__expression') }}

),

opportunities as (

    select
        *,
        {{ owner_group('voice_owner_code') }} as owner_group
    from {{ ref('int_opportunities__expected') }}
    where not coalesce(is_not_due, false)

),

opportunity_types as (

    select * from {{ ref('ref_voice_opportunity_types') }}

),

by_occasion as (

    select
        expressions.authority_code,
        expressions.expression_id,
        expressions.expressed_on,
        expressions.capture_method_code,
        expressions.directness_code,
        opportunities.opportunity_key,
        -- A row whose latest date was overwritten is the occasion of several days.
        abs({{ days_between('opportunities.opportunity_date', 'expressions.expressed_on') }})
            as days_apart
    from expressions
    inner join opportunities
        on
            expressions.authority_code = opportunities.authority_code
            and expressions.occasion_table = opportunities.occasion_table
            and expressions.occasion_id = opportunities.occasion_id
            and expressions.owner_group = opportunities.owner_group
            -- One row can be the occasion of two kinds, such as a care leaver's plan and contact.
            and (
                not coalesce(opportunities.shares_occasion, false)
                or expressions.opportunity_code = opportunities.opportunity_code
            )

),

-- Without an occasion the kind of moment, the person and a week either side have to do.
by_kind_and_date as (

    select
        expressions.authority_code,
        expressions.expression_id,
        expressions.expressed_on,
        expressions.capture_method_code,
        expressions.directness_code,
        opportunities.opportunity_key,
        abs({{ days_between('opportunities.opportunity_date', 'expressions.expressed_on') }})
            as days_apart
    from expressions
    inner join opportunity_types
        on expressions.opportunity_code = opportunity_types.opportunity_code
    inner join opportunities
        on
            expressions.authority_code = opportunities.authority_code
            and expressions.person_key = opportunities.person_key
            and opportunity_types.occasion_table = opportunities.occasion_family
            and expressions.owner_group = opportunities.owner_group
            and opportunities.held_date is not null
            and abs(
                {{ days_between('opportunities.opportunity_date', 'expressions.expressed_on') }}
            ) <= 7
    where expressions.occasion_id is null

),

candidates as (

    select * from by_occasion
    union all
    select * from by_kind_and_date

),

nearest as (

    select
        *,
        row_number() over (
            partition by authority_code, expression_id
            order by days_apart, opportunity_key
        ) as nearness
    from candidates

)

select
    authority_code,
    expression_id,
    expressed_on,
    capture_method_code,
    directness_code,
    opportunity_key
from nearest
where nearness = 1
