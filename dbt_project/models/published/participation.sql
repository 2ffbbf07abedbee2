with sessions as (

    select * from {{ ref('fct_participation_sessions') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

)

-- Sessions are meetings in public life of the authority; they hold no child and need no protection
-- beyond leaving the head count of a small one out.
select
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    sessions.kind,
    sessions.voice_owner_code as voice_owner,
    sessions.framework_practice,
    count(*) as sessions,
    case when sum(sessions.people) >= 10 then cast(sum(sessions.people) as bigint) end as people,
    cast(sum(sessions.changes_agreed) as bigint) as changes_agreed,
    cast(sum(sessions.changes_done) as bigint) as changes_done,
    case when sum(sessions.people) >= 10 then 'shown' else 'suppressed' end as status
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
