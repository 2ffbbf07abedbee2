with opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}
    -- What is still to come belongs to no denominator.
    where outcome <> 'not_due'

),

participation_codes as (

    select * from {{ ref('ref_participation_codes') }}

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}

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
        participation_codes.in_participation_denominator,
        participation_codes.counts_as_participated
    from opportunities
    left join participation_codes
        on opportunities.participation_code = participation_codes.participation_code

),

quarters as (

    select
        month_start,
        quarter_start
    from {{ ref('int_reporting_months') }}

),

facts as (

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
        stage,
        opportunity_type_code as opportunity_type,
        voice_owner_code as voice_owner,
        sex,
        age_band,
        ethnic_group,
        disability,
        communication_need,
        interpreter_needed,
        uasc,
        placement_group,
        legal_group,
        category_of_need,
        care_leaver,
        area
    from kinds

),

{{ indicator_counts('opportunities') }}
