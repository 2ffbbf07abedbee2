with comparisons as (

    select * from {{ ref('int_equity_comparisons') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}

)

select
    comparisons.authority_code,
    comparisons.measure,
    comparisons.subject,
    comparisons.counting,
    comparisons.scope,
    comparisons.scope_value,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    comparisons.dimension,
    comparisons.group_value,
    comparisons.window_used,
    'rest_of_known' as reference,
    comparisons.flag,
    comparisons.flag_as_counted,
    comparisons.x,
    comparisons.n,
    comparisons.children,
    case when comparisons.is_comparable then cast(comparisons.rest_x as bigint) end as rest_x,
    case when comparisons.is_comparable then cast(comparisons.rest_n as bigint) end as rest_n,
    {%- for number in equity_numbers() %}
    {{ number_or_null('comparisons.' ~ number) }} as {{ number }},
    {%- endfor %}
    {%- for answer in equity_answers() %}
    {{ number_or_null('comparisons.' ~ answer) }} = 1 as {{ answer }},
    {%- endfor %}
    case
        when abs({{ number_or_null('comparisons.funnel_z') }}) > 3.090232306167813
            then 'outside_998'
        when abs({{ number_or_null('comparisons.funnel_z') }}) > 1.959963984540054
            then 'outside_95'
        when {{ number_or_null('comparisons.funnel_z') }} is not null then 'inside'
    end as funnel_place,
    comparisons.method_version
from comparisons
inner join periods
    on
        comparisons.authority_code = periods.authority_code
        and comparisons.period_end = periods.period_end
        and (
            (comparisons.begins_with = 'quarter' and periods.period_type = 'quarter')
            or (
                comparisons.begins_with = '12_months'
                and periods.period_type in ('year', 'rolling_12_months')
            )
        )
