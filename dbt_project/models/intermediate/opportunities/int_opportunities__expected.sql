{{ config(materialized='table') }}

with clocked as (

    select * from {{ ref('int_opportunities__clocked') }}

),

from_events as (

    select * from {{ ref('int_opportunities__from_events') }}

),

without_clock as (

    select * from {{ ref('int_opportunities__without_clock') }}

),

earlier_dates as (

    select * from {{ ref('int_latest_dates__said') }}
    where is_history

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

opportunity_types as (

    select * from {{ ref('ref_voice_opportunity_types') }}

),

opportunity_voices as (

    select * from {{ ref('ref_opportunity_voices') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

opportunities as (

    select
        chain_key,
        authority_code,
        person_key,
        opportunity_code,
        occasion_table,
        occasion_id,
        held_date,
        due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer,
        false as is_superseded
    from clocked
    union all
    select
        cast(null as {{ dbt.type_string() }}) as chain_key,
        authority_code,
        person_key,
        opportunity_code,
        occasion_table,
        occasion_id,
        held_date,
        due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer,
        false as is_superseded
    from from_events
    union all
    select
        cast(null as {{ dbt.type_string() }}) as chain_key,
        authority_code,
        person_key,
        opportunity_code,
        occasion_table,
        occasion_id,
        held_date,
        due_date,
        own_answer,
        parent_answer,
        caregiver_answer,
        network_answer,
        false as is_superseded
    from without_clock
    union all
    -- One row of the source tells of several days, so the day is part of what the key is made of.
    select
        cast(said_date as {{ dbt.type_string() }}) as chain_key,
        authority_code,
        person_key,
        opportunity_code,
        occasion_table,
        occasion_id,
        said_date as held_date,
        cast(null as date) as due_date,
        own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer,
        true as is_superseded
    from earlier_dates

),

-- An event after the extract's own date did not happen yet; what is not overdue is not due.
come_due as (

    select
        opportunities.chain_key,
        opportunities.authority_code,
        opportunities.person_key,
        opportunities.opportunity_code,
        opportunities.occasion_table,
        opportunities.occasion_id,
        opportunities.due_date,
        opportunities.own_answer,
        opportunities.parent_answer,
        opportunities.caregiver_answer,
        opportunities.network_answer,
        opportunities.is_superseded,
        case
            when opportunities.held_date <= authorities.as_of then opportunities.held_date
        end as held_date,
        coalesce(opportunities.held_date > authorities.as_of, true)
        and opportunities.due_date >= authorities.as_of as is_not_due
    from opportunities
    inner join authorities
        on opportunities.authority_code = authorities.authority_code
    where
        opportunities.person_key is not null
        and (
            opportunities.held_date <= authorities.as_of
            or opportunities.due_date is not null
        )

),

dated as (

    select
        come_due.*,
        coalesce(come_due.held_date, come_due.due_date) as opportunity_date,
        children.birth_date,
        children.expected_birth_date,
        children.death_date,
        coalesce(children.is_short_break_only, false) as is_short_break_only
    from come_due
    left join children
        on
            come_due.authority_code = children.authority_code
            and come_due.person_key = children.person_key

),

aged as (

    select
        *,
        {{ age_on('birth_date', 'opportunity_date') }} as age_years
    from dated

)

select
    {{ surrogate_key([
        'aged.authority_code', 'aged.person_key', 'aged.opportunity_code',
        'opportunity_voices.voice_owner_code', 'aged.occasion_table', 'aged.occasion_id',
        'aged.due_date', 'aged.chain_key',
    ]) }} as opportunity_key,
    aged.authority_code,
    aged.person_key,
    aged.opportunity_code,
    aged.occasion_table,
    aged.occasion_id,
    aged.held_date,
    aged.due_date,
    aged.opportunity_date,
    coalesce(aged.is_not_due, false) as is_not_due,
    aged.is_superseded,
    aged.age_years,
    opportunity_types.stage,
    opportunity_types.min_age_direct_voice,
    opportunity_types.is_decision_point,
    opportunity_types.occasion_table as occasion_family,
    coalesce(opportunity_types.shares_occasion, false) as shares_occasion,
    case
        when opportunity_voices.voice_owner_code = 'child' and aged.age_years >= 16
            then 'young_person'
        else opportunity_voices.voice_owner_code
    end as voice_owner_code,
    opportunity_voices.voice_owner_code in ('child', 'young_person') as is_own_voice,
    {{ answer_of('opportunity_voices.voice_owner_code') }} as answer
from aged
inner join opportunity_types
    on aged.opportunity_code = opportunity_types.opportunity_code
inner join opportunity_voices
    on aged.opportunity_code = opportunity_voices.opportunity_code
where
    -- A plan that nobody closed ends with the child's death; what was due before stays.
    (
        aged.held_date is not null
        or aged.death_date is null
        or aged.due_date < aged.death_date
    )
    -- Nobody can speak before birth; the others at the table still can.
    and (
        opportunity_voices.voice_owner_code not in ('child', 'young_person')
        or aged.birth_date <= aged.opportunity_date
        or (aged.birth_date is null and aged.expected_birth_date is null)
    )
    -- What only a young person is asked, nobody under 16 is.
    and (
        opportunity_voices.voice_owner_code <> 'young_person'
        or coalesce(aged.age_years, 16) >= 16
    )
    and (
        not coalesce(opportunity_voices.only_if_answered, false)
        or {{ answer_of('opportunity_voices.voice_owner_code') }} is not null
    )
    -- Short breaks stand outside the main counts of care.
    and (
        not aged.is_short_break_only
        or opportunity_types.stage <> 'looked_after'
        or aged.opportunity_code = 'SHORT_BREAK'
    )
