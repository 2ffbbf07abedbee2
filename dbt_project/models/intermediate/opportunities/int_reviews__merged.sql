{{ config(materialized='table') }}

with ssd_reviews as (

    select * from {{ ref('stg_ssd__cla_reviews') }}

),

ssd_episodes as (

    select * from {{ ref('stg_ssd__cla_episodes') }}

),

ssda903_reviews as (

    select * from {{ ref('stg_ssda903__reviews') }}

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
        ssd_reviews.authority_code,
        coalesce(ssd_reviews.person_key, people_of_care_ids.person_key) as person_key,
        ssd_reviews.cla_review_date as review_date,
        ssd_reviews.cla_review_id as occasion_id,
        ssd_reviews.cla_review_participation_code as participation_code
    from ssd_reviews
    left join people_of_care_ids
        on
            ssd_reviews.authority_code = people_of_care_ids.authority_code
            and ssd_reviews.cla_id = people_of_care_ids.cla_id
    where
        ssd_reviews.cla_review_date is not null
        and coalesce(upper(ssd_reviews.cla_review_cancelled), 'N') <> 'Y'

),

returned as (

    select
        authority_code,
        person_key,
        review_date,
        row_key as occasion_id,
        participation_code
    from ssda903_reviews

),

returned_by_day as (

    select
        authority_code,
        person_key,
        review_date,
        -- A code that is understood stands before one that is not.
        coalesce(min(nullif(participation_code, 'not_mapped')), min(participation_code))
            as participation_code
    from returned
    group by authority_code, person_key, review_date

),

ssd_days as (

    select distinct
        authority_code,
        person_key,
        review_date
    from ssd

)

-- One review is one row: the case system's row stands and takes from the return a code that is
-- missing or not understood; the return adds the days that the case system does not hold.
select
    ssd.authority_code,
    ssd.person_key,
    ssd.review_date,
    'ssd_cla_reviews' as occasion_table,
    ssd.occasion_id,
    coalesce(
        nullif(ssd.participation_code, 'not_mapped'),
        returned_by_day.participation_code,
        ssd.participation_code
    ) as participation_code
from ssd
left join returned_by_day
    on
        ssd.authority_code = returned_by_day.authority_code
        and ssd.person_key = returned_by_day.person_key
        and ssd.review_date = returned_by_day.review_date
where ssd.person_key is not null
union all
select
    returned.authority_code,
    returned.person_key,
    returned.review_date,
    'ssda903_reviews' as occasion_table,
    returned.occasion_id,
    returned.participation_code
from returned
left join ssd_days
    on
        returned.authority_code = ssd_days.authority_code
        and returned.person_key = ssd_days.person_key
        and returned.review_date = ssd_days.review_date
where ssd_days.person_key is null
