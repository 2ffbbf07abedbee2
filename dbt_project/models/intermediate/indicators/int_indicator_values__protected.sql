{{ config(materialized='table') }}

with complete as (

    select * from {{ ref('int_indicator_values__complete') }}
    where period_type <> 'month'

),

disclosure_keys as (

    select * from {{ disclosure_keys() }}

),

identified as (

    select
        *,
        {{ cell_id('family', ['breakdown', 'authority', 'period'], {
            'breakdown': "case when breakdown <> 'all' then breakdown_value end",
            'authority': 'authority_code',
            'period': period_id(),
        }) }} as cell_id,
        greatest(
            coalesce(numerator, 0),
            denominator,
            contributors,
            coalesce(compared_numerator, 0),
            coalesce(compared_denominator, 0),
            recorded,
            recorded_of,
            coalesce(exempt, 0)
        ) > 0 as counts_something
    from complete

),

offset_cells as (

    select
        identified.*,
        -- Zero stays zero under every offset, and most cells of a complete matrix count nothing.
        case
            when identified.counts_something
                then {{ keyed_offset(
                    'identified.cell_id', 'disclosure_keys.inner_pad', 'disclosure_keys.outer_pad', 5
                ) }}
            else 0
        end as cell_offset
    from identified
    inner join disclosure_keys
        on identified.authority_code = disclosure_keys.authority_code

),

protected as (

    select
        authority_code,
        period_type,
        period_start,
        period_end,
        indicator_id,
        unit,
        aggregation,
        quantile_at,
        breakdown,
        breakdown_value,
        as_of,
        {{ protected_count('numerator', 'cell_offset') }} as numerator,
        {{ protected_count('denominator', 'cell_offset') }} as denominator,
        {{ protected_count('contributors', 'cell_offset') }} as contributors,
        {{ protected_count('compared_numerator', 'cell_offset') }} as compared_numerator,
        {{ protected_count('compared_denominator', 'cell_offset') }} as compared_denominator,
        {{ protected_count('recorded', 'cell_offset') }} as recorded,
        {{ protected_count('recorded_of', 'cell_offset') }} as recorded_of,
        quantile_value,
        {{ protected_count('exempt', 'cell_offset') }} as exempt,
        is_dominated,
        status as source_status
    from offset_cells

),

-- Everything from here on is a function of protected numbers only, but for whether two children
-- make up most of a cell (rule R7), which hides it, and for a quantile itself. That is whole, and
-- is told only where 11 people or more stand behind it (a protected 15) and a protected 5 lie
-- beyond it, so that it is nobody's own figure.
judged as (

    select
        *,
        case
            when source_status <> 'shown' then source_status
            when contributors < 10 or is_dominated then 'suppressed'
            when aggregation = 'quantile'
                then
                    case
                        when
                            contributors >= 15
                            and round(contributors * least(quantile_at, 1 - quantile_at), 6) >= 5
                            then 'shown'
                        else 'rate_withheld'
                    end
            when denominator < 20 or compared_denominator < 20 then 'rate_withheld'
            else 'shown'
        end as status
    from protected

)

select
    authority_code,
    period_type,
    period_start,
    period_end,
    indicator_id,
    unit,
    breakdown,
    breakdown_value,
    as_of,
    status,
    case when status in ('shown', 'rate_withheld') then numerator end as numerator,
    case when status in ('shown', 'rate_withheld') then denominator end as denominator,
    case when status in ('shown', 'rate_withheld') then exempt end as exempt,
    case
        when status <> 'shown' then null
        when aggregation = 'quantile' then cast(round(quantile_value) as integer)
        when aggregation = 'difference'
            then
                cast(round(
                    cast(100 * compared_numerator as {{ type_rate() }}) / compared_denominator
                    - cast(100 * numerator as {{ type_rate() }}) / denominator
                ) as integer)
        else cast(round(cast(100 * numerator as {{ type_rate() }}) / denominator) as integer)
    end as value,
    case
        when status = 'shown' then cast(numerator as {{ type_rate() }}) / denominator
    end as proportion,
    case
        when status = 'shown'
            then cast(compared_numerator as {{ type_rate() }}) / compared_denominator
    end as compared_proportion,
    case when status = 'shown' then compared_denominator end as compared_denominator,
    case
        when status = 'shown' and recorded_of > 0
            then cast(round(cast(100 * recorded as {{ type_rate() }}) / recorded_of) as integer)
    end as completeness
from judged
