{{ config(materialized='table') }}

with care_periods as (

    select * from {{ ref('int_care_periods') }}

),

placements as (

    select * from {{ ref('int_placements__by_visit_clock') }}

),

cin_plans as (

    select * from {{ ref('stg_ssd__cin_plans') }}

),

cp_plans as (

    select * from {{ ref('stg_ssd__cp_plans') }}

),

initial_conferences as (

    select * from {{ ref('stg_ssd__initial_cp_conference') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

chains as (

    select
        care_periods.authority_code,
        care_periods.person_key,
        case
            when coalesce(children.is_short_break_only, false) then 'short_break_review'
            else 'cla_review'
        end as clock_code,
        care_periods.source,
        care_periods.care_period_id as chain_id,
        care_periods.start_date,
        care_periods.end_date,
        false as is_long_term,
        'standard' as clock_variant
    from care_periods
    left join children
        on
            care_periods.authority_code = children.authority_code
            and care_periods.person_key = children.person_key
    union all
    select
        authority_code,
        person_key,
        'health_assessment' as clock_code,
        source,
        care_period_id as chain_id,
        start_date,
        end_date,
        false as is_long_term,
        'standard' as clock_variant
    from care_periods
    -- The return says whether there was one in the year, not when.
    where source = 'ssd'
    union all
    select
        authority_code,
        person_key,
        'cla_visit' as clock_code,
        source,
        placement_id as chain_id,
        start_date,
        end_date,
        is_long_term,
        clock_variant
    from placements
    union all
    select
        authority_code,
        person_key,
        'cin_visit' as clock_code,
        'ssd' as source,
        cin_plan_id as chain_id,
        cin_plan_start_date as start_date,
        cin_plan_end_date as end_date,
        false as is_long_term,
        'standard' as clock_variant
    from cin_plans
    union all
    select
        authority_code,
        person_key,
        'cp_visit' as clock_code,
        'ssd' as source,
        cp_plan_id as chain_id,
        cp_plan_start_date as start_date,
        cp_plan_end_date as end_date,
        false as is_long_term,
        'standard' as clock_variant
    from cp_plans
    union all
    select
        cp_plans.authority_code,
        cp_plans.person_key,
        'cp_review' as clock_code,
        'ssd' as source,
        cp_plans.cp_plan_id as chain_id,
        coalesce(initial_conferences.icpc_date, cp_plans.cp_plan_start_date) as start_date,
        cp_plans.cp_plan_end_date as end_date,
        false as is_long_term,
        'standard' as clock_variant
    from cp_plans
    left join initial_conferences
        on
            cp_plans.authority_code = initial_conferences.authority_code
            and cp_plans.icpc_id = initial_conferences.icpc_id

)

select
    chains.*,
    children.birth_date,
    case when chains.clock_code = 'cp_review' then chains.chain_id else chains.person_key end
        as events_key,
    {{ surrogate_key([
        'chains.authority_code', 'chains.person_key', 'chains.clock_code', 'chains.chain_id',
        'chains.start_date',
    ]) }} as chain_key
from chains
left join children
    on
        chains.authority_code = children.authority_code
        and chains.person_key = children.person_key
where
    chains.person_key is not null
    and chains.start_date is not null
    -- Short breaks follow clocks of their own.
    and (
        chains.clock_code not in ('cla_visit', 'health_assessment')
        or not coalesce(children.is_short_break_only, false)
    )
