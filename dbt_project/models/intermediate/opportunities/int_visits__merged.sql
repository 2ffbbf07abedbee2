{{ config(materialized='table') }}

with cin_visits as (

    select * from {{ ref('stg_ssd__cin_visits') }}

),

cin_plans as (

    select * from {{ ref('stg_ssd__cin_plans') }}

),

cp_visits as (

    select * from {{ ref('stg_ssd__cp_visits') }}

),

cp_plans as (

    select * from {{ ref('stg_ssd__cp_plans') }}

),

cla_visits as (

    select * from {{ ref('stg_ssd__cla_visits') }}

)

-- Mosaic's scripts give no person on a visit, only the plan it belongs to.
select
    cin_visits.authority_code,
    coalesce(cin_visits.person_key, cin_plans.person_key) as person_key,
    'CIN_VISIT' as opportunity_code,
    cin_visits.cin_visit_date as visit_date,
    'ssd_cin_visits' as occasion_table,
    cin_visits.cin_visit_id as occasion_id,
    {{ answer_is_yes('cin_visits.cin_visit_seen_code') }} as is_seen,
    {{ answer_is_yes('cin_visits.cin_visit_seen_alone_code') }} as is_seen_alone,
    {{ regulation_29_reason('cin_visits.cin_visit_seen_alone_code') }} as not_alone_reason_code
from cin_visits
left join cin_plans
    on
        cin_visits.authority_code = cin_plans.authority_code
        and cin_visits.cin_plan_id = cin_plans.cin_plan_id
union all
select
    cp_visits.authority_code,
    coalesce(cp_visits.person_key, cp_plans.person_key) as person_key,
    'CP_VISIT' as opportunity_code,
    cp_visits.cp_visit_date as visit_date,
    'ssd_cp_visits' as occasion_table,
    cp_visits.cp_visit_id as occasion_id,
    {{ answer_is_yes('cp_visits.cp_visit_seen_code') }} as is_seen,
    {{ answer_is_yes('cp_visits.cp_visit_seen_alone_code') }} as is_seen_alone,
    {{ regulation_29_reason('cp_visits.cp_visit_seen_alone_code') }} as not_alone_reason_code
from cp_visits
left join cp_plans
    on
        cp_visits.authority_code = cp_plans.authority_code
        and cp_visits.cp_plan_id = cp_plans.cp_plan_id
union all
select
    cla_visits.authority_code,
    cla_visits.person_key,
    'CLA_VISIT' as opportunity_code,
    cla_visits.cla_visit_date as visit_date,
    'ssd_cla_visits' as occasion_table,
    cla_visits.cla_visit_id as occasion_id,
    {{ answer_is_yes('cla_visits.cla_visit_seen_code') }} as is_seen,
    {{ answer_is_yes('cla_visits.cla_visit_seen_alone_code') }} as is_seen_alone,
    {{ regulation_29_reason('cla_visits.cla_visit_seen_alone_code') }} as not_alone_reason_code
from cla_visits
