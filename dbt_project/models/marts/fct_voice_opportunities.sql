with opportunities as (

    select * from {{ ref('int_opportunities__with_outcome') }}

),

child_dates as (

    select * from {{ ref('int_child_dates__described') }}

)

select
    opportunities.opportunity_key,
    opportunities.authority_code,
    opportunities.person_key,
    opportunities.opportunity_code as opportunity_type_code,
    opportunities.stage,
    opportunities.voice_owner_code,
    opportunities.occasion_table,
    opportunities.occasion_id,
    opportunities.due_date,
    opportunities.held_date,
    opportunities.opportunity_date,
    opportunities.outcome,
    opportunities.missed_reason,
    opportunities.outcome_detail,
    opportunities.not_captured_reason_code,
    opportunities.participation_code,
    opportunities.is_own_voice,
    opportunities.is_decision_point,
    opportunities.is_seen,
    opportunities.is_seen_alone,
    cast(opportunities.age_years as integer) as age_years,
    child_dates.sex,
    child_dates.age_band,
    child_dates.ethnic_group,
    child_dates.disability,
    child_dates.communication_need,
    child_dates.interpreter_needed,
    child_dates.uasc,
    child_dates.placement_group,
    child_dates.legal_group,
    child_dates.category_of_need,
    child_dates.care_leaver,
    child_dates.area
from opportunities
left join child_dates
    on
        opportunities.authority_code = child_dates.authority_code
        and opportunities.person_key = child_dates.person_key
        and opportunities.opportunity_date = child_dates.on_date
