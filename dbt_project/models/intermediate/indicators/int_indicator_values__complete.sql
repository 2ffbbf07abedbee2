{{ config(materialized='table') }}

with counts as (
    {%- set exempting = var('indicators') | selectattr('exempt', 'defined')
        | map(attribute='measure') | list %}
    {% for measure in var('indicators') | map(attribute='measure') | unique %}
    select *{{ ', cast(null as bigint) as exempt' if measure not in exempting }}
    from {{ ref('int_indicator_counts__' ~ measure) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}

),

levels as (

    select * from {{ ref('int_breakdown_levels') }}

),

available as (

    select * from {{ ref('int_indicators__available') }}

),

indicators as (

    select * from {{ ref('dim_indicators') }}

)

select
    levels.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    levels.indicator_id,
    indicators.family,
    indicators.unit,
    indicators.aggregation,
    indicators.quantile_at,
    levels.breakdown,
    levels.breakdown_value,
    case
        when available.indicator_id is null then 'not_available'
        when not levels.is_possible then 'not_applicable'
        else 'shown'
    end as status,
    -- A quantile has no numerator; none of something is a count.
    case when indicators.aggregation <> 'quantile' then coalesce(counts.numerator, 0) end
        as numerator,
    coalesce(counts.denominator, 0) as denominator,
    coalesce(counts.recorded, 0) as recorded,
    coalesce(counts.recorded_of, 0) as recorded_of,
    coalesce(counts.contributors, 0) as contributors,
    coalesce(counts.is_dominated, false) as is_dominated,
    case when indicators.aggregation = 'difference' then coalesce(counts.compared_numerator, 0) end
        as compared_numerator,
    case
        when indicators.aggregation = 'difference' then coalesce(counts.compared_denominator, 0)
    end as compared_denominator,
    counts.quantile_value,
    case when indicators.has_exemptions then coalesce(counts.exempt, 0) end as exempt,
    available.as_of
from levels
inner join periods
    on levels.authority_code = periods.authority_code
inner join indicators
    on levels.indicator_id = indicators.indicator_id
left join available
    on
        levels.authority_code = available.authority_code
        and levels.indicator_id = available.indicator_id
left join counts
    on
        levels.authority_code = counts.authority_code
        and periods.period_type = counts.period_type
        and periods.period_start = counts.period_start
        and levels.indicator_id = counts.indicator_id
        and levels.breakdown = counts.breakdown
        and levels.breakdown_value = counts.breakdown_value
-- A month is never published: of its cells only the totals and those that count something are kept.
where
    periods.period_type <> 'month'
    or levels.breakdown = 'all'
    or counts.indicator_id is not null
