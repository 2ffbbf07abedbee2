{{ config(materialized='view') }}

with complete as (

    select * from {{ ref('int_indicator_values__complete') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

),

rated as (

    select
        *,
        case
            when status = 'shown' and denominator > 0
                then cast(numerator as {{ type_rate() }}) / denominator
        end as proportion,
        cast(denominator as {{ type_rate() }}) as size,
        case
            when status = 'shown' and compared_denominator > 0
                then cast(compared_numerator as {{ type_rate() }}) / compared_denominator
        end as compared_proportion,
        cast(compared_denominator as {{ type_rate() }}) as compared_size
    from complete

)

select
    rated.authority_code,
    rated.period_type,
    rated.period_start,
    rated.period_end,
    rated.indicator_id,
    rated.breakdown,
    rated.breakdown_value,
    case when rated.status = 'shown' then rated.numerator end as numerator,
    case when rated.status = 'shown' then rated.denominator end as denominator,
    case rated.aggregation
        when 'quantile' then case when rated.status = 'shown' then rated.quantile_value end
        when 'difference' then 100 * (rated.compared_proportion - rated.proportion)
        else 100 * rated.proportion
    end as value,
    case
        when rated.unit = 'percent' and rated.proportion is not null
            then 100 * {{ wilson_limit('rated.proportion', 'rated.size', -1) }}
        when rated.unit = 'points' and rated.proportion is not null
            then 100 * ({{ difference_limit(
                'rated.compared_proportion', 'rated.compared_size',
                'rated.proportion', 'rated.size', -1
            ) }})
    end as lower,
    case
        when rated.unit = 'percent' and rated.proportion is not null
            then 100 * {{ wilson_limit('rated.proportion', 'rated.size', 1) }}
        when rated.unit = 'points' and rated.proportion is not null
            then 100 * ({{ difference_limit(
                'rated.compared_proportion', 'rated.compared_size',
                'rated.proportion', 'rated.size', 1
            ) }})
    end as upper,
    rated.status,
    case
        when rated.status = 'shown' and rated.recorded_of > 0
            then 100 * cast(rated.recorded as {{ type_rate() }}) / rated.recorded_of
    end as completeness,
    {{ figure_quality_word() }} as quality,
    rated.as_of,
    case when rated.status = 'shown' then rated.exempt end as exempt
from rated
{{ figure_quality_joins(
    'rated', 'rated.indicator_id', 'rated.breakdown', 'rated.breakdown_value'
) }}
