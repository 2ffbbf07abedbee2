{#- Ratios of two populations, so the generic count over one set of facts does not serve. -#}
with feedback_items as (

    select * from {{ ref('fct_feedback_items') }}

),

open_children as (

    select * from {{ ref('int_children__open_at_period_end') }}

),

expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

feedback as (

    select * from {{ ref('stg_voice_extension__feedback') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

themes as (

    select * from {{ ref('ref_theme_codes') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}

),

periods_by_month as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

items as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        count(feedback_items.feedback_item_key) as items
    from periods
    left join feedback_items
        on
            periods.authority_code = feedback_items.authority_code
            and feedback_items.received_on between periods.period_start and periods.period_end
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end

),

open_at_end as (

    select
        authority_code,
        period_end,
        count(distinct person_key) as open_children
    from open_children
    group by authority_code, period_end

),

{{ known_families() }},

-- An app statement is an expression already, so feedback is taken as it was delivered.
said as (

    select
        authority_code,
        person_key,
        expression_id as said_id,
        expressed_on as said_on,
        theme_codes
    from expressions
    union all
    select
        authority_code,
        person_key,
        feedback_id as said_id,
        received_on as said_on,
        theme_codes
    from feedback

),

events as (

    select
        said.authority_code,
        said.theme_codes,
        coalesce(families.family_key, said.person_key, said.said_id) as contributor_key,
        cast({{ dbt.date_trunc('month', 'said.said_on') }} as date) as measure_month
    from said
    inner join authorities
        on
            said.authority_code = authorities.authority_code
            and said.said_on <= authorities.as_of
    left join families
        on
            said.authority_code = families.authority_code
            and said.person_key = families.person_key

),

events_by_month as (

    select
        authority_code,
        measure_month,
        count(*) as all_events,
        count(theme_codes) as events_coded
    from events
    group by authority_code, measure_month

),

themes_by_month as (

    select
        events.authority_code,
        events.measure_month,
        themes.theme_code,
        count(*) as events_with_theme
    from events
    inner join themes
        on ';' || events.theme_codes || ';' like '%;' || themes.theme_code || ';%'
    group by events.authority_code, events.measure_month, themes.theme_code

),

events_in_period as (

    select
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        periods_by_month.period_end,
        sum(events_by_month.all_events) as all_events,
        sum(events_by_month.events_coded) as events_coded
    from events_by_month
    inner join periods_by_month
        on
            events_by_month.authority_code = periods_by_month.authority_code
            and events_by_month.measure_month = periods_by_month.month_start
    group by
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        periods_by_month.period_end

),

themes_in_period as (

    select
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        themes_by_month.theme_code,
        sum(themes_by_month.events_with_theme) as events_with_theme
    from themes_by_month
    inner join periods_by_month
        on
            themes_by_month.authority_code = periods_by_month.authority_code
            and themes_by_month.measure_month = periods_by_month.month_start
    group by
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        themes_by_month.theme_code

),

-- Months are never published, so nobody is counted in them.
coded_in_period as (

    select
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        events.contributor_key,
        count(*) as coded
    from events
    inner join periods_by_month
        on
            events.authority_code = periods_by_month.authority_code
            and events.measure_month = periods_by_month.month_start
            and periods_by_month.period_type <> 'month'
    where events.theme_codes is not null
    group by
        periods_by_month.authority_code,
        periods_by_month.period_type,
        periods_by_month.period_start,
        events.contributor_key

),

people_in_period as (

    select
        authority_code,
        period_type,
        period_start,
        count(*) as people,
        {{ sum_of_top_two('coded') }} > {{ var('top_two_share') }} * sum(coded) as is_dominated
    from coded_in_period
    group by authority_code, period_type, period_start

)

select
    items.authority_code,
    items.period_type,
    items.period_start,
    items.period_end,
    'E2' as indicator_id,
    'all' as breakdown,
    'all' as breakdown_value,
    cast(items.items as bigint) as numerator,
    cast(open_at_end.open_children as bigint) as denominator,
    cast(open_at_end.open_children as bigint) as recorded,
    cast(open_at_end.open_children as bigint) as recorded_of,
    cast(open_at_end.open_children as bigint) as contributors,
    false as is_dominated,
    cast(null as bigint) as compared_numerator,
    cast(null as bigint) as compared_denominator,
    cast(null as {{ type_rate() }}) as quantile_value
from items
inner join open_at_end
    on
        items.authority_code = open_at_end.authority_code
        and items.period_end = open_at_end.period_end
union all
select
    events_in_period.authority_code,
    events_in_period.period_type,
    events_in_period.period_start,
    events_in_period.period_end,
    'E3' as indicator_id,
    'theme' as breakdown,
    themes.theme_code as breakdown_value,
    cast(coalesce(themes_in_period.events_with_theme, 0) as bigint) as numerator,
    cast(events_in_period.events_coded as bigint) as denominator,
    cast(events_in_period.events_coded as bigint) as recorded,
    cast(events_in_period.all_events as bigint) as recorded_of,
    cast(people_in_period.people as bigint) as contributors,
    coalesce(people_in_period.is_dominated, false) as is_dominated,
    cast(null as bigint) as compared_numerator,
    cast(null as bigint) as compared_denominator,
    cast(null as {{ type_rate() }}) as quantile_value
from events_in_period
cross join themes
left join themes_in_period
    on
        events_in_period.authority_code = themes_in_period.authority_code
        and events_in_period.period_type = themes_in_period.period_type
        and events_in_period.period_start = themes_in_period.period_start
        and themes.theme_code = themes_in_period.theme_code
left join people_in_period
    on
        events_in_period.authority_code = people_in_period.authority_code
        and events_in_period.period_type = people_in_period.period_type
        and events_in_period.period_start = people_in_period.period_start
