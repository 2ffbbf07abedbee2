{{ config(materialized='view') }}

with open_children as (

    select * from {{ ref('int_children__open_at_period_end') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

months as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

-- One pupil number with two birth dates is a mistyped number, and links nobody.
linkages as (

    select linkage_key
    from children
    where linkage_key is not null
    group by linkage_key
    having count(distinct birth_date) <= 1

),

known as (

    select
        children.authority_code,
        children.person_key,
        coalesce(linkages.linkage_key, children.authority_code || children.person_key)
            as national_key
    from children
    left join linkages
        on children.linkage_key = linkages.linkage_key

),

in_period as (

    select distinct
        months.period_type,
        months.period_start,
        months.period_end,
        open_children.authority_code,
        known.national_key
    from open_children
    inner join months
        on
            open_children.authority_code = months.authority_code
            and {{ dbt.date_trunc('month', 'open_children.period_end') }} = months.month_start
    inner join known
        on
            open_children.authority_code = known.authority_code
            and open_children.person_key = known.person_key

)

select
    period_type,
    period_start,
    period_end,
    cast(count(distinct authority_code) as bigint) as authority_count,
    cast(count(*) as bigint) as children_in_authorities_count,
    cast(count(distinct national_key) as bigint) as children_count
from in_period
group by period_type, period_start, period_end
