{{ config(materialized='view') }}

with complete as (

    select * from {{ ref('int_indicator_values__complete') }}

),

indicator_quality as (

    select * from {{ source('quality', 'indicator_quality') }}

),

rated as (

    select
        *,
        case
            when status = 'shown' and denominator > 0
                then cast(numerator as {{ type_rate() }}) / denominator
        end as proportion,
        cast(denominator as {{ type_rate() }}) as size
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
    100 * rated.proportion as value,
    case
        when rated.unit = 'percent' and rated.proportion is not null
            then 100 * {{ wilson_limit('rated.proportion', 'rated.size', -1) }}
    end as lower,
    case
        when rated.unit = 'percent' and rated.proportion is not null
            then 100 * {{ wilson_limit('rated.proportion', 'rated.size', 1) }}
    end as upper,
    rated.status,
    case
        when rated.status = 'shown' and rated.recorded_of > 0
            then 100 * cast(rated.recorded as {{ type_rate() }}) / rated.recorded_of
    end as completeness,
    coalesce(indicator_quality.quality, 'ok') as quality,
    rated.as_of
from rated
left join indicator_quality
    on
        rated.authority_code = indicator_quality.authority_code
        and rated.indicator_id = indicator_quality.indicator_id
