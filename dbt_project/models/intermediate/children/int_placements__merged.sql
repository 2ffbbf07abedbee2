{{ config(materialized='table') }}

with ssd_placements as (

    select * from {{ ref('stg_ssd__cla_placement') }}

),

ssd_episodes as (

    select * from {{ ref('stg_ssd__cla_episodes') }}

),

ssda903_episodes as (

    select * from {{ ref('stg_ssda903__episodes') }}

),

-- Two periods of care cannot have one latest placement; if they say so, nobody knows where it is.
listed_placements as (

    select
        authority_code,
        person_key,
        latest_placement_start_date,
        case
            when min(placement_location_code) = max(placement_location_code)
                then min(placement_location_code)
        end as placement_location_code
    from {{ ref('stg_annex_a__children_in_care') }}
    where latest_placement_start_date is not null
    group by authority_code, person_key, latest_placement_start_date

),

placement_type_codes as (

    select * from {{ ref('ref_placement_type_codes') }}

),

people_of_care_ids as (

    select
        authority_code,
        cla_id,
        min(person_key) as person_key
    from ssd_episodes
    where cla_id is not null
    group by authority_code, cla_id

),

ssd as (

    select
        ssd_placements.authority_code,
        -- Mosaic's script gives no person on a placement, only the period of care.
        coalesce(ssd_placements.person_key, people_of_care_ids.person_key) as person_key,
        'ssd' as source,
        ssd_placements.cla_placement_id as placement_id,
        upper(trim(ssd_placements.cla_placement_type)) as placement_type_code,
        ssd_placements.cla_placement_distance as miles_from_home,
        ssd_placements.cla_placement_start_date as start_date,
        ssd_placements.cla_placement_end_date as end_date,
        upper(trim(ssd_placements.cla_placement_change_reason)) as change_reason_code
    from ssd_placements
    left join people_of_care_ids
        on
            ssd_placements.authority_code = people_of_care_ids.authority_code
            and ssd_placements.cla_id = people_of_care_ids.cla_id

),

people_in_ssd as (

    select distinct
        authority_code,
        person_key
    from ssd

),

ssda903 as (

    select
        ssda903_episodes.authority_code,
        ssda903_episodes.person_key,
        'ssda903' as source,
        ssda903_episodes.row_key as placement_id,
        upper(trim(ssda903_episodes.placement_type_code)) as placement_type_code,
        -- The return holds no distance: the department works it out from postcodes.
        cast(null as {{ type_rate() }}) as miles_from_home,
        ssda903_episodes.episode_start_date as start_date,
        ssda903_episodes.episode_end_date as end_date,
        upper(trim(ssda903_episodes.placement_change_reason_code)) as change_reason_code
    from ssda903_episodes
    left join people_in_ssd
        on
            ssda903_episodes.authority_code = people_in_ssd.authority_code
            and ssda903_episodes.person_key = people_in_ssd.person_key
    where people_in_ssd.person_key is null

),

merged as (

    select * from ssd
    union all
    select * from ssda903

)

select
    merged.authority_code,
    merged.person_key,
    merged.source,
    merged.placement_id,
    merged.placement_type_code,
    merged.start_date,
    merged.end_date,
    merged.change_reason_code,
    coalesce(
        placement_type_codes.placement_group_proposed,
        case when merged.placement_type_code is null then 'unknown' else 'not_mapped' end
    ) as placement_group,
    -- As in the national tables: placed up to 20 miles from home, or further away.
    case
        when merged.miles_from_home between 0 and 20 then 'up_to_20_miles'
        when merged.miles_from_home > 20 then 'over_20_miles'
        else 'unknown'
    end as placement_distance,
    -- Only Annex A says it, of the latest placement of each child.
    case listed_placements.placement_location_code
        when 'in' then 'in_area'
        when 'out' then 'out_of_area'
        else 'unknown'
    end as placement_location,
    coalesce(merged.placement_type_code in ('U1', 'U4'), false) as is_long_term
from merged
left join placement_type_codes
    on merged.placement_type_code = placement_type_codes.placement_type_code
left join listed_placements
    on
        merged.authority_code = listed_placements.authority_code
        and merged.person_key = listed_placements.person_key
        and merged.start_date = listed_placements.latest_placement_start_date
where merged.person_key is not null and merged.start_date is not null
