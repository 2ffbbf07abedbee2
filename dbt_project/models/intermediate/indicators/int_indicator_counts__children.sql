with open_children as (

    select * from {{ ref('int_children__open_at_period_end') }}

),

own_voice_events as (

    select * from {{ ref('int_own_voice_events') }}

),

child_dates as (

    select * from {{ ref('int_child_dates__described') }}

),

-- A snapshot belongs to every period that ends on its day.
periods as (

    select
        authority_code,
        {{ add_to_date(add_to_date('period_end', 1, 'day'), -1, 'month') }} as month_start,
        period_type,
        period_start,
        period_end
    from {{ ref('int_reporting_periods') }}

),

last_heard as (

    select
        open_children.authority_code,
        open_children.person_key,
        open_children.period_end,
        max(own_voice_events.event_date) as last_heard_on
    from open_children
    inner join own_voice_events
        on
            open_children.authority_code = own_voice_events.authority_code
            and open_children.person_key = own_voice_events.person_key
            and open_children.period_end >= own_voice_events.event_date
    group by
        open_children.authority_code,
        open_children.person_key,
        open_children.period_end

),

facts as (

    select
        open_children.authority_code,
        open_children.person_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'open_children.period_end') }} as date) as measure_month,
        open_children.open_since <= {{ add_to_date('open_children.period_end', -42, 'day') }}
            as is_open_six_weeks,
        open_children.open_since <= {{ add_to_date('open_children.period_end', -42, 'day') }}
        and last_heard.last_heard_on > {{ add_to_date('open_children.period_end', -6, 'month') }}
            as is_heard_of_open_six_weeks,
        open_children.open_since <= {{ add_to_date('open_children.period_end', -6, 'month') }}
            as is_open_six_months,
        open_children.open_since <= {{ add_to_date('open_children.period_end', -6, 'month') }}
        and not coalesce(
            last_heard.last_heard_on > {{ add_to_date('open_children.period_end', -6, 'month') }},
            false
        ) as is_silent_of_open_six_months,
        {{ days_between(
            'coalesce(last_heard.last_heard_on, open_children.open_since)',
            'open_children.period_end'
        ) }} as days_since_own_voice,
        open_children.stage,
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
    from open_children
    inner join child_dates
        on
            open_children.authority_code = child_dates.authority_code
            and open_children.person_key = child_dates.person_key
            and open_children.period_end = child_dates.on_date
    left join last_heard
        on
            open_children.authority_code = last_heard.authority_code
            and open_children.person_key = last_heard.person_key
            and open_children.period_end = last_heard.period_end

),

{{ indicator_counts('children') }}
