{#- A step that cannot be taken is null (not applicable), never zero. Docs: decision 0013. -#}
with opportunities as (

    select
        *,
        case when outcome = 'voiced' then 1 else 0 end as is_voiced
    from {{ ref('fct_voice_opportunities') }}
    where outcome in ('voiced', 'missed')

),

expressions as (

    select * from {{ ref('fct_voice_expressions') }}

),

themed as (

    select distinct
        authority_code,
        subject_id
    from {{ ref('fct_voice_themes') }}
    where subject_kind = 'expression' and theme_code <> 'not_mapped'

),

decided as (

    select
        influences.authority_code,
        influences.subject_kind,
        influences.subject_id,
        max(case when outcomes.voice_considered then 1 else 0 end) as considered,
        max(case when outcomes.voice_considered and outcomes.decision_changed then 1 else 0 end)
            as changed
    from {{ ref('fct_influences') }} as influences
    left join {{ ref('ref_influence_outcome_codes') }} as outcomes
        on influences.influence_outcome_code = outcomes.influence_outcome_code
    group by influences.authority_code, influences.subject_kind, influences.subject_id

),

replied as (

    select
        replies.authority_code,
        replies.subject_id,
        max(case when loop_statuses.loop_closed then 1 else 0 end) as told
    from {{ ref('fct_replies') }} as replies
    left join {{ ref('ref_loop_status_codes') }} as loop_statuses
        on replies.loop_status_code = loop_statuses.loop_status_code
    where replies.subject_kind = 'survey_wave'
    group by replies.authority_code, replies.subject_id

),

-- One expression and how far it came by itself.
followed as (

    select
        expressions.authority_code,
        expressions.opportunity_key,
        coalesce(expressions.person_key, expressions.expression_key) as contributor_key,
        expressions.voice_kind,
        expressions.voice_owner_code,
        expressions.expressed_on,
        case when expressions.is_own_words then 1 else 0 end as own_words,
        case when themed.subject_id is not null then 1 else 0 end as themed,
        coalesce(decided.considered, 0) as considered,
        coalesce(decided.changed, 0) as changed,
        case when expressions.is_loop_closed then 1 else 0 end as told,
        case
            when
                themed.subject_id is not null
                and decided.considered = 1
                and expressions.is_loop_closed
                then 1
            else 0
        end as unbroken
    from expressions
    left join themed
        on
            expressions.authority_code = themed.authority_code
            and expressions.expression_id = themed.subject_id
    left join decided
        on
            expressions.authority_code = decided.authority_code
            and expressions.expression_id = decided.subject_id
            and decided.subject_kind = 'expression'

),

at_opportunities as (

    select
        authority_code,
        opportunity_key,
        max(own_words) as own_words,
        max(themed) as themed,
        max(considered) as considered,
        max(changed) as changed,
        max(told) as told,
        max(unbroken) as unbroken
    from followed
    where opportunity_key is not null
    group by authority_code, opportunity_key

),

information_rights as (

    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        voice_owner_code,
        information_right_kind_code,
        requested_on,
        information_right_kind_code = 'privacy_notice' as is_notice,
        is_understood is not null as is_asked,
        completed_on is not null and outcome in ('accepted', 'noted', 'refused') as is_decided,
        completed_on is not null and outcome in ('accepted', 'noted') as is_accepted,
        completed_on is not null as is_answered
    from {{ ref('fct_information_rights') }}
    where is_due

),

respondents as (

    select
        authority_code,
        wave_id,
        count(distinct respondent_id) as respondents,
        count(distinct case when value_text is not null then respondent_id end) as in_words
    from {{ ref('stg_voice_extension__survey_answer') }}
    group by authority_code, wave_id

),

-- A wave that does not say how many were invited has no opportunities to count from.
survey_waves as (

    select
        survey_waves.authority_code,
        survey_waves.voice_owner_code,
        survey_waves.wave_id,
        coalesce(survey_waves.closed_on, survey_waves.opened_on) as closed_on,
        survey_waves.invited,
        least(
            survey_waves.invited,
            coalesce(survey_waves.responded, respondents.respondents, 0)
        ) as answered,
        coalesce(respondents.in_words, 0) as in_words,
        coalesce(decided.considered, 0) as considered,
        coalesce(decided.changed, 0) as changed,
        coalesce(replied.told, 0) as told
    from {{ ref('stg_voice_extension__survey_wave') }} as survey_waves
    left join respondents
        on
            survey_waves.authority_code = respondents.authority_code
            and survey_waves.wave_id = respondents.wave_id
    left join decided
        on
            survey_waves.authority_code = decided.authority_code
            and survey_waves.wave_id = decided.subject_id
            and decided.subject_kind = 'survey_wave'
    left join replied
        on
            survey_waves.authority_code = replied.authority_code
            and survey_waves.wave_id = replied.subject_id
    where survey_waves.voice_kind = 'about_information' and survey_waves.invited is not null

),

steps as (

    select
        opportunities.authority_code,
        'as_information' as voice_kind,
        opportunities.stage,
        opportunities.voice_owner_code,
        opportunities.opportunity_date as step_date,
        opportunities.person_key as contributor_key,
        1 as people,
        1 as opportunities,
        opportunities.is_voiced as voiced,
        coalesce(opportunities.is_voiced * at_opportunities.own_words, 0) as own_words,
        coalesce(opportunities.is_voiced * at_opportunities.themed, 0) as themed,
        coalesce(opportunities.is_voiced * at_opportunities.considered, 0) as considered,
        coalesce(opportunities.is_voiced * at_opportunities.changed, 0) as changed,
        coalesce(opportunities.is_voiced * at_opportunities.told, 0) as told,
        coalesce(opportunities.is_voiced * at_opportunities.unbroken, 0) as unbroken
    from opportunities
    left join at_opportunities
        on
            opportunities.authority_code = at_opportunities.authority_code
            and opportunities.opportunity_key = at_opportunities.opportunity_key
    union all
    -- What was said when nobody had to ask; of voice about information, wherever it was said.
    select
        authority_code,
        voice_kind,
        'not_applicable' as stage,
        voice_owner_code,
        expressed_on as step_date,
        contributor_key,
        1 as people,
        null as opportunities,
        1 as voiced,
        own_words,
        themed,
        considered,
        changed,
        told,
        unbroken
    from followed
    where opportunity_key is null or voice_kind = 'about_information'
    union all
    -- A request is a voice; after a notice the person is asked whether it was understood.
    select
        authority_code,
        'about_information' as voice_kind,
        information_right_kind_code as stage,
        voice_owner_code,
        requested_on as step_date,
        contributor_key,
        1 as people,
        1 as opportunities,
        case when is_notice and not is_asked then 0 else 1 end as voiced,
        null as own_words,
        null as themed,
        case when not is_notice then cast(is_decided as integer) end as considered,
        case when not is_notice then cast(is_accepted as integer) end as changed,
        case when not is_notice then cast(is_answered as integer) end as told,
        case when not is_notice then cast(is_decided as integer) end as unbroken
    from information_rights
    union all
    select
        authority_code,
        'about_information' as voice_kind,
        'survey' as stage,
        voice_owner_code,
        closed_on as step_date,
        wave_id as contributor_key,
        invited as people,
        invited as opportunities,
        answered as voiced,
        least(in_words, answered) as own_words,
        null as themed,
        considered * answered as considered,
        changed * answered as changed,
        told * answered as told,
        considered * told * answered as unbroken
    from survey_waves

),

{{ known_families() }}

select
    steps.authority_code,
    steps.voice_kind,
    steps.stage,
    steps.voice_owner_code,
    cast({{ dbt.date_trunc('month', 'steps.step_date') }} as date) as month_start,
    coalesce(families.family_key, steps.contributor_key) as contributor_key,
    max(steps.people) as people,
    cast(sum(steps.opportunities) as bigint) as opportunities,
    cast(sum(steps.voiced) as bigint) as voiced,
    cast(sum(steps.own_words) as bigint) as own_words,
    cast(sum(steps.themed) as bigint) as themed,
    cast(sum(steps.considered) as bigint) as considered,
    cast(sum(steps.changed) as bigint) as changed,
    cast(sum(steps.told) as bigint) as told,
    cast(sum(steps.unbroken) as bigint) as unbroken
from steps
-- One parent of three children is one family, and no crowd.
left join families
    on
        steps.authority_code = families.authority_code
        and {{ key_where(
            "steps.voice_owner_code in ('parent_carer', 'family_network')", 'steps.contributor_key'
        ) }} = families.person_key
group by
    steps.authority_code,
    steps.voice_kind,
    steps.stage,
    steps.voice_owner_code,
    cast({{ dbt.date_trunc('month', 'steps.step_date') }} as date),
    coalesce(families.family_key, steps.contributor_key)
