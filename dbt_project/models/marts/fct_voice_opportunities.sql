with opportunities as (

    select * from {{ ref('int_opportunities__with_outcome') }}

),

child_dates as (

    select * from {{ ref('int_child_dates__described') }}

),

linked_expressions as (

    select
        authority_code,
        opportunity_key,
        min(expressed_on) as first_expressed_on,
        max(
            case
                when capture_method_code = 'observation' or directness_code = 'observed' then 1
                else 0
            end
        ) as observations,
        max(case when capture_method_code = 'advocate' then 1 else 0 end) as by_advocate
    from {{ ref('int_expressions__linked') }}
    group by authority_code, opportunity_key

),

participation_codes as (

    select * from {{ ref('ref_participation_codes') }}

),

-- Two sources may tell of one conference, which must not multiply it: an advocate whom one of them
-- saw was there.
conferences as (

    select
        authority_code,
        case conference_kind
            when 'initial' then 'ssd_initial_cp_conference' else 'ssd_cp_reviews'
        end as occasion_table,
        conference_id as occasion_id,
        person_key,
        max(case {{ yes_no('advocate_present') }} when true then 1 when false then 0 end)
            as advocate_present
    from {{ ref('stg_voice_extension__conference_participation') }}
    group by authority_code, conference_kind, conference_id, person_key

),

family_meetings as (

    select distinct
        authority_code,
        occasion_table,
        occasion_id,
        person_key
    from opportunities
    where opportunity_code = 'FGDM_MEET' and held_date is not null

),

return_interviews as (

    select
        authority_code,
        'ssd_missing' as occasion_table,
        missing_episode_id as occasion_id,
        {{ hours_between('returned_at', 'held_at') }} as hours_to_interview
    from {{ ref('int_return_interviews__merged') }}

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
    linked_expressions.first_expressed_on,
    coalesce(linked_expressions.observations = 1, false) as has_observation,
    case
        when
            participation_codes.expression_route = 'advocate'
            or conferences.advocate_present = 1
            or linked_expressions.by_advocate = 1
            then true
        when
            participation_codes.participation_code is not null
            or conferences.advocate_present = 0
            then false
    end as has_advocate,
    family_meetings.person_key is not null as is_family_meeting_held,
    {{ yes_no('opportunities.interview_offered') }} as is_interview_offered,
    case
        when opportunities.held_date is not null and return_interviews.hours_to_interview >= 0
            then return_interviews.hours_to_interview
    end as hours_to_interview,
    cast(opportunities.age_years as integer) as age_years,
    child_dates.sex,
    child_dates.age_band,
    child_dates.ethnic_group,
    child_dates.disability,
    child_dates.communication_need,
    child_dates.interpreter_needed,
    child_dates.first_language_group,
    child_dates.uasc,
    child_dates.placement_group,
    child_dates.placement_distance,
    child_dates.placement_location,
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
left join linked_expressions
    on
        opportunities.authority_code = linked_expressions.authority_code
        and opportunities.opportunity_key = linked_expressions.opportunity_key
left join participation_codes
    on opportunities.participation_code = participation_codes.participation_code
left join conferences
    on
        opportunities.authority_code = conferences.authority_code
        and opportunities.occasion_table = conferences.occasion_table
        and opportunities.occasion_id = conferences.occasion_id
        and {{ key_where('opportunities.is_own_voice', 'opportunities.person_key') }}
        = conferences.person_key
left join family_meetings
    on
        opportunities.authority_code = family_meetings.authority_code
        and opportunities.occasion_table = family_meetings.occasion_table
        and opportunities.occasion_id = family_meetings.occasion_id
        and {{ key_where("opportunities.stage = 'family_network'", 'opportunities.person_key') }}
        = family_meetings.person_key
left join return_interviews
    on
        opportunities.authority_code = return_interviews.authority_code
        and opportunities.occasion_table = return_interviews.occasion_table
        and {{ key_where('opportunities.is_own_voice', 'opportunities.occasion_id') }}
        = return_interviews.occasion_id
