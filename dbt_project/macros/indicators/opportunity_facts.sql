{# What can be counted of every opportunity: a row each, a boolean column for each part of a ratio.

   Gives the CTEs opportunities, participation_codes, not_captured_reason_codes, kinds and facts
   (under the name asked for). Indicators and comparisons of groups count the same columns. #}
{% macro opportunity_facts(name='facts') %}
opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}
    -- What is still to come belongs to no denominator.
    where outcome <> 'not_due'

),

participation_codes as (

    select * from {{ ref('ref_participation_codes') }}

),

not_captured_reason_codes as (

    select * from {{ ref('ref_not_captured_reason_codes') }}

),

kinds as (

    select
        opportunities.*,
        opportunities.is_own_voice
        and opportunities.held_date is not null
        and opportunities.opportunity_type_code like 'CLA_REVIEW%' as is_review,
        opportunities.is_own_voice
        and opportunities.held_date is not null
        and (
            opportunities.opportunity_type_code in ('CIN_VISIT', 'CP_VISIT')
            or opportunities.opportunity_type_code like 'CLA_VISIT%'
        ) as is_visit,
        opportunities.held_date is not null
        and opportunities.opportunity_type_code = 'SA_CHILD_SEEN' as is_assessment,
        opportunities.is_own_voice
        and opportunities.due_date is not null
        and opportunities.opportunity_type_code like 'CLA%' as is_clocked,
        opportunities.is_own_voice
        and opportunities.held_date is not null
        and opportunities.opportunity_type_code in ('ICPC', 'RCPC_FIRST', 'RCPC_NEXT')
            as is_conference,
        opportunities.is_own_voice
        and opportunities.outcome <> 'not_due'
        and opportunities.age_years >= 0
        and opportunities.age_years < {{ indicator_setting('A8', 'limit') }} as is_of_young_child,
        opportunities.held_date is not null
        and opportunities.opportunity_type_code = 'SA_PARENT_VIEW'
        and opportunities.voice_owner_code = 'parent_carer' as is_parent_in_assessment,
        opportunities.held_date is not null
        and opportunities.is_decision_point as is_decision,
        opportunities.held_date is not null
        and opportunities.opportunity_type_code = 'FGDM_OFFER'
        and opportunities.voice_owner_code = 'parent_carer' as is_letter,
        opportunities.is_own_voice
        and opportunities.opportunity_type_code = 'RHI_DONE'
        and opportunities.outcome <> 'not_due'
        and coalesce(opportunities.is_interview_offered, false) as is_interview,
        coalesce(not_captured_reason_codes.is_regulation_29_reason, false)
            as has_regulation_29_reason,
        participation_codes.in_participation_denominator,
        participation_codes.counts_as_participated
    from opportunities
    left join not_captured_reason_codes
        on
            opportunities.not_captured_reason_code
            = not_captured_reason_codes.not_captured_reason_code
    left join participation_codes
        on opportunities.participation_code = participation_codes.participation_code

),

{{ name }} as (

    select
        authority_code,
        person_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'opportunity_date') }} as date) as measure_month,
        outcome = 'voiced' as is_voiced,
        outcome in ('voiced', 'missed') as is_in_coverage,
        outcome in ('voiced', 'missed') and coalesce(missed_reason, '') <> 'not_recorded'
            as is_outcome_recorded,
        outcome = 'declined' as is_declined,
        outcome in ('voiced', 'declined') as is_offered,
        is_review and coalesce(in_participation_denominator, false) as is_review_coded,
        is_review and coalesce(participation_code, '') <> 'PN0' as is_review_due_a_code,
        is_review and coalesce(counts_as_participated, false) as is_review_participated,
        is_review and not coalesce(counts_as_participated, true) as is_review_not_conveyed,
        is_visit
        and is_seen
        and coalesce(not_captured_reason_code, '')
        not in ('declined', 'not_appropriate', 'not_able') as is_visit_to_see_alone,
        is_visit
        and is_seen
        and coalesce(not_captured_reason_code, '')
        not in ('declined', 'not_appropriate', 'not_able')
        and is_seen_alone as is_visit_seen_alone,
        is_visit
        and is_seen
        and coalesce(not_captured_reason_code, '')
        not in ('declined', 'not_appropriate', 'not_able')
        and is_seen_alone is not null as is_visit_alone_recorded,
        is_assessment as is_assessment_authorised,
        is_assessment and is_seen as is_assessment_child_seen,
        is_assessment and is_seen is not null as is_assessment_seen_recorded,
        is_clocked as is_clock_due,
        is_clocked and held_date <= due_date as is_clock_met,
        outcome in ('declined', 'not_appropriate') as is_exempt,
        is_review and participation_code = 'PN0' as is_review_exempt,
        is_conference and coalesce(in_participation_denominator, false) as is_conference_coded,
        is_conference and coalesce(participation_code, '') <> 'PN0' as is_conference_due_a_code,
        is_conference and coalesce(counts_as_participated, false) as is_conference_participated,
        is_conference and participation_code = 'PN0' as is_conference_exempt,
        is_of_young_child,
        is_of_young_child and has_observation as is_young_child_observed,
        is_of_young_child
        and (
            held_date is null
            or outcome = 'voiced'
            or coalesce(not_captured_reason_code, 'not_recorded') <> 'not_recorded'
        ) as is_young_child_recorded,
        is_parent_in_assessment,
        is_parent_in_assessment and outcome = 'voiced' as is_parent_heard_in_assessment,
        is_parent_in_assessment
        and (
            outcome = 'voiced'
            or coalesce(not_captured_reason_code, 'not_recorded') <> 'not_recorded'
        ) as is_parent_recorded_in_assessment,
        is_visit
        and is_seen
        and not coalesce(is_seen_alone, not has_regulation_29_reason) as is_visit_not_alone,
        is_visit
        and is_seen
        and not coalesce(is_seen_alone, not has_regulation_29_reason)
        and has_regulation_29_reason as is_visit_not_alone_explained,
        is_visit and is_seen and has_regulation_29_reason as is_visit_exempt,
        is_review or is_conference as is_meeting,
        (is_review or is_conference) and has_advocate as is_meeting_with_advocate,
        (is_review or is_conference) and has_advocate is not null as is_meeting_advocate_recorded,
        is_decision and outcome in ('voiced', 'missed') as is_decision_to_be_heard,
        is_decision
        and outcome = 'voiced'
        -- What the event itself shows, such as a participation code, was heard on its day.
        and (
            coalesce(first_expressed_on, held_date) <= held_date
            or (is_own_voice and coalesce(counts_as_participated, false))
        ) as is_heard_before_decision,
        is_decision
        and outcome in ('voiced', 'missed')
        and coalesce(missed_reason, '') <> 'not_recorded' as is_decision_outcome_recorded,
        is_decision and outcome in ('declined', 'not_appropriate') as is_decision_exempt,
        is_letter and outcome <> 'not_appropriate' as is_letter_to_offer,
        is_letter
        and outcome <> 'not_appropriate'
        and coalesce(missed_reason, '') <> 'not_asked' as is_letter_with_offer,
        is_letter
        and outcome <> 'not_appropriate'
        and coalesce(missed_reason, '') <> 'not_asked'
        and is_family_meeting_held as is_family_meeting_taken_up,
        is_letter and outcome = 'not_appropriate' as is_letter_exempt,
        is_interview,
        is_interview
        and hours_to_interview <= {{ indicator_setting('C4', 'limit') }} as is_interview_in_time,
        is_interview
        and (hours_to_interview is not null or outcome = 'declined') as is_interview_recorded,
        stage,
        opportunity_type_code as opportunity_type,
        voice_owner_code as voice_owner,
        sex,
        age_band,
        ethnic_group,
        disability,
        communication_need,
        interpreter_needed,
        first_language_group,
        uasc,
        placement_group,
        placement_distance,
        placement_location,
        legal_group,
        category_of_need,
        care_leaver,
        area
    from kinds

)
{%- endmacro %}
