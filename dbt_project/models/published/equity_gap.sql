with protected as (

    select * from {{ ref('int_equity_gaps__protected') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

)

select
    protected.authority_code,
    protected.period_type,
    protected.period_start,
    protected.period_end,
    protected.indicator_id,
    protected.breakdown,
    protected.breakdown_value,
    protected.group_rate,
    protected.rest_rate,
    protected.window_used,
    protected.flag,
    protected.status,
    case
        when protected.status = 'shown'
            then least(of_all.completeness, of_breakdown.completeness)
    end as completeness,
    {{ figure_quality_word() }} as quality,
    {{ figure_quality_caveat() }} as quality_caveat
from protected
{{ figure_quality_joins(
    'protected', 'protected.indicator_id',
    "case protected.breakdown when 'ethnicity' then 'ethnic_group' else protected.breakdown end",
    'protected.breakdown_value'
) }}
