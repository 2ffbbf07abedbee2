{{ config(materialized='table') }}

with ssd_episodes as (

    select * from {{ ref('stg_ssd__cla_episodes') }}

),

ssda903_episodes as (

    select * from {{ ref('stg_ssda903__episodes') }}

),

ssd_periods as (

    select
        authority_code,
        person_key,
        'ssd' as source,
        cla_id as care_period_id,
        min(cla_episode_start_date) as start_date,
        case
            when sum(case when cla_episode_ceased_date is null then 1 else 0 end) = 0
                then max(cla_episode_ceased_date)
        end as end_date,
        max(case when upper(trim(cla_episode_ceased_reason)) = 'E2' then 1 else 0 end) = 1
            as is_ended_by_death
    from ssd_episodes
    where person_key is not null and cla_episode_start_date is not null
    group by authority_code, person_key, cla_id

),

people_in_ssd as (

    select distinct
        authority_code,
        person_key
    from ssd_periods

),

return_episodes as (

    select
        ssda903_episodes.authority_code,
        ssda903_episodes.person_key,
        ssda903_episodes.episode_start_date as start_date,
        coalesce(ssda903_episodes.episode_end_date, cast('9999-12-31' as date)) as end_date,
        ssda903_episodes.episode_ceased_reason_code
    from ssda903_episodes
    left join people_in_ssd
        on
            ssda903_episodes.authority_code = people_in_ssd.authority_code
            and ssda903_episodes.person_key = people_in_ssd.person_key
    where
        people_in_ssd.person_key is null
        and ssda903_episodes.episode_start_date is not null

),

-- Episodes that touch or overlap are one period of care.
latest_end_so_far as (

    select
        *,
        max(end_date) over (
            partition by authority_code, person_key
            order by start_date, end_date
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from return_episodes

),

numbered as (

    select
        *,
        sum(
            case
                when
                    earlier_end_date is null
                    or {{ days_between('earlier_end_date', 'start_date') }} > 1
                    then 1
                else 0
            end
        ) over (
            partition by authority_code, person_key
            order by start_date, end_date
            rows unbounded preceding
        ) as period_number
    from latest_end_so_far

),

return_periods as (

    select
        authority_code,
        person_key,
        'ssda903' as source,
        cast(period_number as {{ dbt.type_string() }}) as care_period_id,
        min(start_date) as start_date,
        nullif(max(end_date), cast('9999-12-31' as date)) as end_date,
        max(case when upper(trim(episode_ceased_reason_code)) = 'E2' then 1 else 0 end) = 1
            as is_ended_by_death
    from numbered
    group by authority_code, person_key, period_number

)

select * from ssd_periods
union all
select * from return_periods
