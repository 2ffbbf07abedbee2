{{ config(materialized='table') }}

with sessions as (

    select * from {{ ref('fct_participation_sessions') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

-- Sessions and what they changed are things, not people: exact. Heads are people: protected.
counted as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        sessions.kind,
        sessions.voice_owner_code,
        sessions.framework_practice,
        count(*) as sessions,
        coalesce(sum(sessions.people), 0) as people,
        cast(sum(sessions.changes_agreed) as bigint) as changes_agreed,
        cast(sum(sessions.changes_done) as bigint) as changes_done,
        count(case when sessions.has_topic then 1 end) as with_topic,
        count(case when sessions.is_told then 1 end) as told
    from sessions
    inner join periods
        on
            sessions.authority_code = periods.authority_code
            and sessions.held_on between periods.period_start and periods.period_end
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        sessions.kind,
        sessions.voice_owner_code,
        sessions.framework_practice

),

{{ protected_table(
    'counted', 'participation',
    {'kind': 'kind', 'voice_owner': 'voice_owner_code', 'framework_practice': 'framework_practice'},
    ['people'], 'people',
    carried=['sessions', 'changes_agreed', 'changes_done', 'with_topic', 'told']
) }}

select
    authority_code,
    period_type,
    period_start,
    period_end,
    kind,
    voice_owner_code as voice_owner,
    coalesce(framework_practice, 'unknown') as framework_practice,
    sessions,
    people,
    changes_agreed,
    changes_done,
    status,
    with_topic,
    told
from protected
