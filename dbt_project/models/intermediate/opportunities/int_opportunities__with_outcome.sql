{{ config(materialized='table') }}

with opportunities as (

    select
        *,
        {{ owner_group('voice_owner_code') }} as owner_group,
        case when shares_occasion then opportunity_code end as shared_by_code
    from {{ ref('int_opportunities__expected') }}

),

linked_expressions as (

    select
        authority_code,
        opportunity_key,
        count(*) as expressions
    from {{ ref('int_expressions__linked') }}
    group by authority_code, opportunity_key

),

not_captured as (

    select
        reasons.authority_code,
        reasons.occasion_table,
        reasons.occasion_id,
        {{ owner_group('reasons.voice_owner_code') }} as owner_group,
        -- The kind matters only where one row is the occasion of several.
        case when opportunity_types.shares_occasion then reasons.opportunity_code end
            as shared_by_code,
        max(reasons.occasion_on) as occasion_on,
        min(reasons.not_captured_reason_code) as not_captured_reason_code
    from {{ ref('stg_voice_extension__not_captured') }} as reasons
    left join {{ ref('ref_voice_opportunity_types') }} as opportunity_types
        on reasons.opportunity_code = opportunity_types.opportunity_code
    where reasons.occasion_id is not null
    group by
        reasons.authority_code,
        reasons.occasion_table,
        reasons.occasion_id,
        {{ owner_group('reasons.voice_owner_code') }},
        case when opportunity_types.shares_occasion then reasons.opportunity_code end

),

participation_codes as (

    select * from {{ ref('ref_participation_codes') }}

),

reviews as (

    select
        authority_code,
        occasion_table,
        occasion_id,
        participation_code
    from {{ ref('int_reviews__merged') }}

),

conference_participation as (

    select * from {{ ref('stg_voice_extension__conference_participation') }}

),

cp_reviews as (

    select * from {{ ref('stg_ssd__cp_reviews') }}

),

initial_conferences as (

    select * from {{ ref('stg_ssd__initial_cp_conference') }}

),

-- Under no person those of everybody, for a review that names nobody.
review_codes as (

    select
        authority_code,
        conference_id,
        person_key,
        participation_code
    from conference_participation
    where conference_kind = 'review' and person_key is not null
    union all
    select
        authority_code,
        conference_id,
        '' as person_key,
        participation_code
    from conference_participation
    where conference_kind = 'review' and person_key is not null

),

conference_codes as (

    select
        cp_reviews.authority_code,
        'ssd_cp_reviews' as occasion_table,
        cp_reviews.cp_review_id as occasion_id,
        -- A filler or unknown text of the case system must not hide the extension's code.
        coalesce(
            nullif(cp_reviews.cp_review_participation_code, 'not_mapped'),
            review_codes.participation_code,
            cp_reviews.cp_review_participation_code
        ) as participation_code
    from cp_reviews
    left join review_codes
        on
            cp_reviews.authority_code = review_codes.authority_code
            and cp_reviews.cp_review_id = review_codes.conference_id
            and coalesce(cp_reviews.person_key, '') = review_codes.person_key
    union all
    select
        initial_conferences.authority_code,
        'ssd_initial_cp_conference' as occasion_table,
        initial_conferences.icpc_id as occasion_id,
        conference_participation.participation_code
    from initial_conferences
    inner join conference_participation
        on
            initial_conferences.authority_code = conference_participation.authority_code
            and initial_conferences.icpc_id = conference_participation.conference_id
            and initial_conferences.person_key = conference_participation.person_key
            and conference_participation.conference_kind = 'initial'

),

-- A conference may be delivered once for each sibling under one id, which must not multiply it.
codes as (

    select
        authority_code,
        occasion_table,
        occasion_id,
        'own' as owner_group,
        coalesce(min(nullif(participation_code, 'not_mapped')), min(participation_code))
            as participation_code
    from (
        select * from reviews
        union all
        select * from conference_codes
    ) as delivered_codes
    group by authority_code, occasion_table, occasion_id

),

missing_episodes as (

    select * from {{ ref('stg_ssd__missing') }}

),

return_interviews as (

    select * from {{ ref('int_return_interviews__merged') }}

),

interview_answers as (

    select
        missing_episodes.authority_code,
        'ssd_missing' as occasion_table,
        missing_episodes.table_id as occasion_id,
        'own' as owner_group,
        case
            when return_interviews.missing_episode_id is not null
                then upper(trim(return_interviews.offered))
            when missing_episodes.missing_rhi_offered_code = 'yes' then 'Y'
            when missing_episodes.missing_rhi_offered_code = 'no' then 'N'
        end as offered,
        case
            when return_interviews.missing_episode_id is not null
                then upper(trim(return_interviews.accepted))
            when missing_episodes.missing_rhi_accepted_code = 'yes' then 'Y'
            when missing_episodes.missing_rhi_accepted_code = 'no' then 'N'
        end as accepted
    from missing_episodes
    left join return_interviews
        on
            missing_episodes.authority_code = return_interviews.authority_code
            and missing_episodes.table_id = return_interviews.missing_episode_id

),

seen as (

    select
        authority_code,
        occasion_table,
        occasion_id,
        'own' as owner_group,
        is_seen,
        is_seen_alone,
        not_alone_reason_code
    from {{ ref('int_visits__merged') }}
    union all
    select
        authority_code,
        'ssd_cin_assessments' as occasion_table,
        assessment_id as occasion_id,
        'own' as owner_group,
        {{ answer_is_yes('assessment_child_seen_code') }} as is_seen,
        cast(null as boolean) as is_seen_alone,
        cast(null as {{ dbt.type_string() }}) as not_alone_reason_code
    from {{ ref('stg_ssd__cin_assessments') }}

),

evidence as (

    select
        opportunities.*,
        coalesce(linked_expressions.expressions, 0) > 0 as has_expression,
        -- Of a row that has told of several days, only the reason of that day counts for it.
        case
            when
                not coalesce(opportunities.is_superseded, false)
                or opportunities.held_date = not_captured.occasion_on
                then not_captured.not_captured_reason_code
        end as not_captured_reason_code,
        codes.participation_code,
        coalesce(participation_codes.counts_as_participated, false) as has_participated,
        interview_answers.offered as interview_offered,
        interview_answers.accepted as interview_accepted,
        seen.is_seen,
        seen.is_seen_alone,
        seen.not_alone_reason_code,
        opportunities.is_own_voice
        and opportunities.age_years < opportunities.min_age_direct_voice as is_too_young
    from opportunities
    left join linked_expressions
        on
            opportunities.authority_code = linked_expressions.authority_code
            and opportunities.opportunity_key = linked_expressions.opportunity_key
    left join not_captured
        on
            opportunities.authority_code = not_captured.authority_code
            and opportunities.occasion_table = not_captured.occasion_table
            and opportunities.occasion_id = not_captured.occasion_id
            and opportunities.owner_group = not_captured.owner_group
            and coalesce(opportunities.shared_by_code, '')
            = coalesce(not_captured.shared_by_code, '')
    left join codes
        on
            opportunities.authority_code = codes.authority_code
            and opportunities.occasion_table = codes.occasion_table
            and opportunities.occasion_id = codes.occasion_id
            and opportunities.owner_group = codes.owner_group
    left join participation_codes
        on codes.participation_code = participation_codes.participation_code
    left join interview_answers
        on
            opportunities.authority_code = interview_answers.authority_code
            and opportunities.occasion_table = interview_answers.occasion_table
            and opportunities.occasion_id = interview_answers.occasion_id
            and opportunities.owner_group = interview_answers.owner_group
    left join seen
        on
            opportunities.authority_code = seen.authority_code
            and opportunities.occasion_table = seen.occasion_table
            and opportunities.occasion_id = seen.occasion_id
            and opportunities.owner_group = seen.owner_group

),

with_outcome as (

    select
        *,
        case
            when coalesce(is_not_due, false) then 'not_due'
            when
                has_participated or interview_accepted = 'Y' or answer = 'voiced' or has_expression
                then 'voiced'
            when interview_offered = 'Y' and interview_accepted = 'N' then 'declined'
            when not_captured_reason_code = 'declined' or answer = 'declined' then 'declined'
            when
                not_captured_reason_code = 'not_appropriate'
                or answer = 'not_appropriate'
                or is_too_young
                then 'not_appropriate'
            else 'missed'
        end as outcome
    from evidence

),

with_reason as (

    select
        *,
        case
            when outcome <> 'missed' then null
            when held_date is null and opportunity_code <> 'RHI_DONE' then 'not_held'
            when participation_code in ('PN4', 'PN7') then 'views_not_conveyed'
            when not_captured_reason_code is not null then not_captured_reason_code
            when interview_offered = 'N' then 'not_asked'
            else coalesce(answer, 'not_recorded')
        end as missed_reason
    from with_outcome

)

select
    opportunity_key,
    authority_code,
    person_key,
    opportunity_code,
    stage,
    is_decision_point,
    voice_owner_code,
    is_own_voice,
    occasion_table,
    occasion_id,
    held_date,
    due_date,
    opportunity_date,
    age_years,
    outcome,
    missed_reason,
    coalesce(missed_reason, outcome) as outcome_detail,
    -- A child who would not be seen alone gave a reason, and may well have spoken all the same.
    coalesce(not_captured_reason_code, not_alone_reason_code) as not_captured_reason_code,
    participation_code,
    has_participated,
    interview_offered,
    interview_accepted,
    outcome <> 'not_due'
    and (has_participated or coalesce(interview_accepted = 'Y' or answer = 'voiced', false))
        as is_shown_to_be_voiced,
    is_seen,
    is_seen_alone
from with_reason
