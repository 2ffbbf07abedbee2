{{ config(materialized='table') }}

with early_help_episodes as (

    select * from {{ ref('stg_ssd__early_help_episodes') }}

),

cin_episodes as (

    select * from {{ ref('stg_ssd__cin_episodes') }}

),

cp_plans as (

    select * from {{ ref('stg_ssd__cp_plans') }}

),

care_periods as (

    select * from {{ ref('int_care_periods') }}

)

select
    authority_code,
    person_key,
    'family_help' as stage,
    4 as precedence,
    episode_start_date as start_date,
    episode_end_date as end_date
from early_help_episodes
where person_key is not null and episode_start_date is not null
union all
select
    authority_code,
    person_key,
    'child_in_need' as stage,
    3 as precedence,
    referral_date as start_date,
    close_date as end_date
from cin_episodes
where person_key is not null and referral_date is not null
union all
select
    authority_code,
    person_key,
    'child_protection' as stage,
    2 as precedence,
    cp_plan_start_date as start_date,
    cp_plan_end_date as end_date
from cp_plans
where person_key is not null and cp_plan_start_date is not null
union all
select
    authority_code,
    person_key,
    'looked_after' as stage,
    1 as precedence,
    start_date,
    end_date
from care_periods
