with protected_values as (

    select * from {{ ref('int_indicator_values__protected') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

),

sized as (

    select
        *,
        {{ protected_size('proportion', 'cast(denominator as ' ~ type_rate() ~ ')') }}
            as effective_size,
        {{ protected_size(
            'compared_proportion', 'cast(compared_denominator as ' ~ type_rate() ~ ')'
        ) }} as compared_size
    from protected_values

)

select
    sized.authority_code,
    sized.period_type,
    sized.period_start,
    sized.period_end,
    sized.indicator_id,
    sized.breakdown,
    sized.breakdown_value,
    sized.numerator,
    sized.denominator,
    sized.value,
    case
        when sized.unit = 'percent' and sized.status = 'shown'
            then 100 * {{ wilson_limit('sized.proportion', 'sized.effective_size', -1) }}
        when sized.unit = 'points' and sized.status = 'shown'
            then 100 * ({{ difference_limit(
                'sized.compared_proportion', 'sized.compared_size',
                'sized.proportion', 'sized.effective_size', -1
            ) }})
    end as lower,
    case
        when sized.unit = 'percent' and sized.status = 'shown'
            then 100 * {{ wilson_limit('sized.proportion', 'sized.effective_size', 1) }}
        when sized.unit = 'points' and sized.status = 'shown'
            then 100 * ({{ difference_limit(
                'sized.compared_proportion', 'sized.compared_size',
                'sized.proportion', 'sized.effective_size', 1
            ) }})
    end as upper,
    sized.status,
    coalesce(
        sized.completeness, case when sized.status = 'shown' then of_all.completeness end
    ) as completeness,
    {{ figure_quality_word() }} as quality,
    sized.as_of,
    sized.exempt,
    {{ figure_quality_caveat() }} as quality_caveat
from sized
{{ figure_quality_joins(
    'sized', 'sized.indicator_id', 'sized.breakdown', 'sized.breakdown_value'
) }}
