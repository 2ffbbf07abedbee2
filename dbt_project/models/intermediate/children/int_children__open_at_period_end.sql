{{ config(materialized='table') }}

with open_spans as (

    select * from {{ ref('int_open_spans__merged') }}

),

stage_spans as (

    select * from {{ ref('int_open_spans__by_stage') }}

),

month_ends as (

    select
        authority_code,
        period_end
    from {{ ref('int_reporting_periods') }}
    where period_type = 'month'

),

open_children as (

    select
        month_ends.authority_code,
        month_ends.period_end,
        open_spans.person_key,
        open_spans.start_date
    from month_ends
    inner join open_spans
        on
            month_ends.authority_code = open_spans.authority_code
            and month_ends.period_end >= open_spans.start_date
            and (open_spans.end_date is null or month_ends.period_end < open_spans.end_date)

),

stages as (

    select
        open_children.authority_code,
        open_children.period_end,
        open_children.person_key,
        min(stage_spans.precedence) as precedence
    from open_children
    inner join stage_spans
        on
            open_children.authority_code = stage_spans.authority_code
            and open_children.person_key = stage_spans.person_key
            and open_children.period_end >= stage_spans.start_date
            and (stage_spans.end_date is null or open_children.period_end < stage_spans.end_date)
    group by
        open_children.authority_code,
        open_children.period_end,
        open_children.person_key

)

select
    open_children.authority_code,
    open_children.period_end,
    open_children.person_key,
    open_children.start_date as open_since,
    case stages.precedence
        when 1 then 'looked_after'
        when 2 then 'child_protection'
        when 3 then 'child_in_need'
        when 4 then 'family_help'
        else 'not_applicable'
    end as stage
from open_children
left join stages
    on
        open_children.authority_code = stages.authority_code
        and open_children.period_end = stages.period_end
        and open_children.person_key = stages.person_key
