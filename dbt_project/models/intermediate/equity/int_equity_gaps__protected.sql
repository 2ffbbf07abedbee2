{{ config(materialized='table') }}
{#- Rates come from protected counts alone. The word was given once, to exact counts, in the
    restricted tier; it is told only where the cell itself may be shown (rule R5). -#}
{%- set equity = var('equity') -%}
{%- set dimensions = equity.dimensions | reject('in', equity.get('held_to_funnels', [])) | list -%}
{%- set told = equity.measures | selectattr('measure', 'in', ['F1', 'F2', 'F3']) | list -%}
with counts as (

    select * from {{ ref('int_equity_counts') }}
    where
        stratum = 'all'
        and level_role = 'group'
        and scope = 'authority'
        and measure in ('F1', 'F2', 'F3')
        and counting <> 'exempt_as_missed'
        and dimension in ({{ quoted_list(dimensions) }})

),

comparisons as (

    select * from {{ ref('fct_equity_comparisons') }}
    where
        scope = 'authority'
        and measure in ('F1', 'F2', 'F3')
        and counting <> 'exempt_as_missed'
        and dimension in ({{ quoted_list(dimensions) }})

),

levels as (

    select * from {{ ref('int_breakdown_levels') }}
    where
        indicator_id in ({{ quoted_list(told | map(attribute='indicator') | list) }})
        and breakdown in ({{ quoted_list(dimensions) }})

),

ethnicity_codes as (

    select * from {{ ref('ref_ethnicity_codes') }}
    where known_status = 'known'

),

indicators as (

    select * from {{ ref('dim_indicators') }}

),

available as (

    select * from {{ ref('int_indicators__available') }}

),

periods as (

    select distinct
        authority_code,
        period_type,
        period_start,
        period_end
    from {{ ref('fct_equity_comparisons') }}

),

authorities as (

    select distinct authority_code
    from levels

),

-- Every group has a row, however small: a row that is left out would tell that nobody is there.
matrix as (

    select
        authority_code,
        indicator_id,
        breakdown,
        breakdown_value,
        is_possible
    from levels
    where
        breakdown <> 'ethnic_group'
        and {{ equity_role('breakdown_value') }} = 'group'
    {%- for indicator in told | map(attribute='indicator') %}
    {%- for breakdown, groups in equity.get('compared_only', {}).items() %}
    {%- for group in groups %}
    union all
    select
        authority_code,
        '{{ indicator }}' as indicator_id,
        '{{ breakdown }}' as breakdown,
        '{{ group }}' as breakdown_value,
        true as is_possible
    from authorities
    {%- endfor %}
    {%- endfor %}
    {%- for breakdown, value in [
        ('ethnicity', 'ethnicity_code'),
        ('ethnic_group', equity_ethnic_group('ethnicity_code', 'ethnic_group_code')),
    ] %}
    union all
    select distinct
        authorities.authority_code,
        '{{ indicator }}' as indicator_id,
        '{{ breakdown }}' as breakdown,
        {{ value }} as breakdown_value,
        true as is_possible
    from authorities
    cross join ethnicity_codes
    {%- endfor %}
    {%- endfor %}

),

-- A quarter or a year is the same cell as in indicator_value and has its offset; 24 months are
-- cells of their own.
windows as (

    select
        'quarter' as window_length,
        'quarter' as period_type,
        3 as months_long
    union all
    select
        '12_months' as window_length,
        'rolling_12_months' as period_type,
        12 as months_long
    union all
    select
        '12_months' as window_length,
        'year' as period_type,
        12 as months_long
    union all
    select
        '24_months' as window_length,
        'rolling_24_months' as period_type,
        24 as months_long

),

cells as (

    select
        counts.authority_code,
        counts.subject as indicator_id,
        counts.dimension as breakdown,
        counts.group_value as breakdown_value,
        counts.period_end,
        counts.children as contributors,
        counts.x,
        counts.n,
        windows.period_type,
        {{ add_to_date(
            add_to_date('counts.period_end', 1, 'day'), '-windows.months_long', 'month'
        ) }} as period_start,
        indicators.family
    from counts
    inner join windows
        on counts.window_length = windows.window_length
    inner join indicators
        on counts.subject = indicators.indicator_id

),

{{ protected_table(
    'cells', none, {'breakdown': 'breakdown_value'}, ['x', 'n'], 'contributors',
    family_column='family', carried=['indicator_id', 'breakdown']
) }},

beside_rest as (

    select
        *,
        sum(x) over cohort - x as rest_x,
        sum(n) over cohort - n as rest_n
    from protected
    window cohort as (
        partition by authority_code, indicator_id, breakdown, period_type, period_end
    )

),

told as (

    select
        matrix.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        matrix.indicator_id,
        matrix.breakdown,
        matrix.breakdown_value,
        comparisons.window_used,
        comparisons.flag,
        beside_rest.x,
        beside_rest.n,
        beside_rest.rest_x,
        beside_rest.rest_n,
        case
            when available.indicator_id is null then 'not_available'
            when not matrix.is_possible then 'not_applicable'
            when coalesce(beside_rest.status, 'suppressed') = 'suppressed' then 'suppressed'
            when
                comparisons.flag = 'insufficient'
                or beside_rest.n < 20
                or coalesce(beside_rest.rest_n, 0) < 20
                then 'rate_withheld'
            else 'shown'
        end as status
    from matrix
    inner join periods
        on matrix.authority_code = periods.authority_code
    left join available
        on
            matrix.authority_code = available.authority_code
            and matrix.indicator_id = available.indicator_id
    left join comparisons
        on
            matrix.authority_code = comparisons.authority_code
            and matrix.indicator_id = comparisons.subject
            and matrix.breakdown = comparisons.dimension
            and matrix.breakdown_value = comparisons.group_value
            and periods.period_type = comparisons.period_type
            and periods.period_start = comparisons.period_start
    left join beside_rest
        on
            comparisons.authority_code = beside_rest.authority_code
            and comparisons.subject = beside_rest.indicator_id
            and comparisons.dimension = beside_rest.breakdown
            and comparisons.group_value = beside_rest.breakdown_value
            and comparisons.period_end = beside_rest.period_end
            and case
                when comparisons.window_used = 'quarter' then 'quarter'
                when comparisons.window_used = '24_months' then 'rolling_24_months'
                when comparisons.period_type = 'year' then 'year'
                else 'rolling_12_months'
            end = beside_rest.period_type

)

select
    authority_code,
    period_type,
    period_start,
    period_end,
    indicator_id,
    breakdown,
    breakdown_value,
    case
        when status = 'shown' then cast(round(cast(100 * x as {{ type_rate() }}) / n) as integer)
    end as group_rate,
    case
        when status = 'shown'
            then cast(round(cast(100 * rest_x as {{ type_rate() }}) / rest_n) as integer)
    end as rest_rate,
    case when status in ('shown', 'rate_withheld') then window_used end as window_used,
    case when status in ('shown', 'rate_withheld') then flag end as flag,
    status
from told
