with cin_episodes as (

    select * from {{ ref('stg_ssd__cin_episodes') }}

),

ssda903_episodes as (

    select * from {{ ref('stg_ssda903__episodes') }}

),

category_of_need_codes as (

    select * from {{ ref('ref_category_of_need_codes') }}

),

people_in_ssd as (

    select distinct
        authority_code,
        person_key
    from cin_episodes

),

delivered as (

    select
        authority_code,
        person_key,
        upper(trim(cin_primary_need_code)) as category_of_need_code,
        referral_date as start_date,
        close_date as end_date
    from cin_episodes
    where person_key is not null and referral_date is not null
    union all
    select
        ssda903_episodes.authority_code,
        ssda903_episodes.person_key,
        upper(trim(ssda903_episodes.category_of_need_code)) as category_of_need_code,
        ssda903_episodes.episode_start_date as start_date,
        ssda903_episodes.episode_end_date as end_date
    from ssda903_episodes
    left join people_in_ssd
        on
            ssda903_episodes.authority_code = people_in_ssd.authority_code
            and ssda903_episodes.person_key = people_in_ssd.person_key
    where people_in_ssd.person_key is null

)

select
    delivered.authority_code,
    delivered.person_key,
    delivered.start_date,
    delivered.end_date,
    coalesce(
        category_of_need_codes.category_of_need_code,
        case when delivered.category_of_need_code is null then 'unknown' else 'not_mapped' end
    ) as category_of_need
from delivered
left join category_of_need_codes
    on delivered.category_of_need_code = category_of_need_codes.category_of_need_code
