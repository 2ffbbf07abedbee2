{{ config(materialized='table') }}

with ssd_legal_statuses as (

    select * from {{ ref('stg_ssd__legal_status') }}

),

ssda903_episodes as (

    select * from {{ ref('stg_ssda903__episodes') }}

),

legal_status_codes as (

    select * from {{ ref('ref_legal_status_codes') }}

),

delivered as (

    select
        authority_code,
        person_key,
        'ssd' as source,
        'ssd_legal_status' as occasion_table,
        legal_status_id as occasion_id,
        left(upper(trim(legal_status)), 2) as legal_status_code,
        legal_status_start_date as start_date,
        legal_status_end_date as end_date
    from ssd_legal_statuses
    union all
    select
        authority_code,
        person_key,
        'ssda903' as source,
        'ssda903_episodes' as occasion_table,
        row_key as occasion_id,
        left(upper(trim(legal_status_code)), 2) as legal_status_code,
        episode_start_date as start_date,
        episode_end_date as end_date
    from ssda903_episodes

),

people_in_ssd as (

    select distinct
        authority_code,
        person_key
    from ssd_legal_statuses

)

select
    delivered.authority_code,
    delivered.person_key,
    delivered.source,
    delivered.occasion_table,
    delivered.occasion_id,
    delivered.legal_status_code,
    delivered.start_date,
    delivered.end_date,
    coalesce(
        legal_status_codes.legal_group_proposed,
        case when delivered.legal_status_code is null then 'unknown' else 'not_mapped' end
    ) as legal_group,
    coalesce(legal_status_codes.exclude_from_main_care_population, false) as is_short_break,
    legal_status_codes.visits_with_parents,
    -- The case system describes a child it holds; the return fills in the others.
    delivered.source = 'ssd' or people_in_ssd.person_key is null as is_preferred
from delivered
left join legal_status_codes
    on delivered.legal_status_code = legal_status_codes.legal_status_code
left join people_in_ssd
    on
        delivered.authority_code = people_in_ssd.authority_code
        and delivered.person_key = people_in_ssd.person_key
where delivered.person_key is not null
