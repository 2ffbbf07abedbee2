with months as (

    select * from {{ ref('int_voice_thread__steps') }}

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}
    where period_type <> 'month'

),

-- One person in a period, however many months and opportunities.
by_contributor as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        months.voice_kind,
        months.stage,
        months.voice_owner_code,
        months.contributor_key,
        max(months.people) as people,
        sum(months.opportunities) as opportunities,
        sum(months.voiced) as voiced,
        sum(months.own_words) as own_words,
        sum(months.themed) as themed,
        sum(months.considered) as considered,
        sum(months.changed) as changed,
        sum(months.told) as told,
        sum(months.unbroken) as unbroken
    from months
    inner join periods
        on
            months.authority_code = periods.authority_code
            and months.month_start = periods.month_start
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        months.voice_kind,
        months.stage,
        months.voice_owner_code,
        months.contributor_key

)

select
    authority_code,
    period_type,
    period_start,
    period_end,
    voice_kind,
    stage,
    voice_owner_code,
    cast(sum(people) as bigint) as contributors,
    cast(sum(opportunities) as bigint) as opportunities,
    cast(sum(voiced) as bigint) as voiced,
    cast(sum(own_words) as bigint) as own_words,
    cast(sum(themed) as bigint) as themed,
    cast(sum(considered) as bigint) as considered,
    cast(sum(changed) as bigint) as changed,
    cast(sum(told) as bigint) as told,
    cast(sum(unbroken) as bigint) as unbroken
from by_contributor
group by
    authority_code,
    period_type,
    period_start,
    period_end,
    voice_kind,
    stage,
    voice_owner_code
