{{ config(materialized='table') }}

with opportunities as (

    select * from {{ ref('int_opportunities__expected') }}

),

expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

snapshots as (

    select * from {{ ref('int_children__open_at_period_end') }}

),

child_dates as (

    select
        authority_code,
        person_key,
        opportunity_date as on_date
    from opportunities
    union distinct
    select
        authority_code,
        person_key,
        expressed_on as on_date
    from expressions
    where person_key is not null
    union distinct
    select
        authority_code,
        person_key,
        period_end as on_date
    from snapshots

),

children as (

    select * from {{ ref('int_children__described') }}

),

placements as (

    select * from {{ ref('int_placements__merged') }}

),

legal_statuses as (

    select * from {{ ref('int_legal_statuses__merged') }}

),

needs as (

    select * from {{ ref('int_categories_of_need__merged') }}

),

versions as (

    -- An open end is a date: `is null or` in an outer join has every row compared with every other.
    select
        authority_code,
        person_key,
        disability,
        communication_need,
        interpreter_needed,
        first_language,
        uasc,
        is_care_leaver,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('int_children__versions') }}

),

addresses as (

    select * from {{ ref('stg_ssd__address') }}

),

{{ latest_on_date(
    'placement_on_date', 'placements', 'placement_group', 'on_date',
    also='placement_distance, placement_location'
) }},

{{ latest_on_date(
    'legal_status_on_date', 'legal_statuses', 'legal_group', 'on_date', 'spans.is_preferred'
) }},

{{ latest_on_date(
    'need_on_date', 'needs', 'category_of_need', 'on_date', end_is_inclusive=true
) }},

{{ latest_on_date(
    'address_on_date', 'addresses', 'postcode_district', 'on_date',
    start='address_start_date', end='address_end_date'
) }},

aged as (

    select
        child_dates.authority_code,
        child_dates.person_key,
        child_dates.on_date,
        children.sex,
        children.ethnic_group,
        versions.disability,
        versions.communication_need,
        versions.interpreter_needed,
        lower(trim(versions.first_language)) as first_language,
        versions.uasc,
        versions.is_care_leaver,
        {{ age_on('children.birth_date', 'child_dates.on_date') }} as age_years,
        children.birth_date is null and children.expected_birth_date is not null as is_unborn
    from child_dates
    left join children
        on
            child_dates.authority_code = children.authority_code
            and child_dates.person_key = children.person_key
    left join versions
        on
            child_dates.authority_code = versions.authority_code
            and child_dates.person_key = versions.person_key
            and child_dates.on_date >= versions.valid_from
            and child_dates.on_date < versions.valid_to

)

select
    aged.authority_code,
    aged.person_key,
    aged.on_date,
    coalesce(aged.sex, 'unknown') as sex,
    case when aged.is_unborn then 'unborn' else {{ age_band('aged.age_years') }} end as age_band,
    coalesce(aged.ethnic_group, 'unknown') as ethnic_group,
    coalesce(aged.disability, 'unknown') as disability,
    coalesce(aged.communication_need, 'unknown') as communication_need,
    coalesce(aged.interpreter_needed, 'unknown') as interpreter_needed,
    case
        -- Codes that say that nobody knows, and those that are of no language.
        when coalesce(aged.first_language, '') in ('', 'und', 'mis', 'mul', 'zxx') then 'unknown'
        when aged.first_language in ('eng', 'en') then 'english'
        else 'other_language'
    end as first_language_group,
    coalesce(aged.uasc, 'unknown') as uasc,
    coalesce(placement_on_date.placement_group, 'not_applicable') as placement_group,
    coalesce(placement_on_date.placement_distance, 'not_applicable') as placement_distance,
    coalesce(placement_on_date.placement_location, 'not_applicable') as placement_location,
    coalesce(legal_status_on_date.legal_group, 'not_applicable') as legal_group,
    coalesce(need_on_date.category_of_need, 'not_applicable') as category_of_need,
    case
        when aged.sex is null then 'unknown'
        when aged.is_care_leaver and aged.age_years >= 16 then 'Y'
        else 'N'
    end as care_leaver,
    coalesce({{ nfc('address_on_date.postcode_district') }}, 'unknown') as area
from aged
left join placement_on_date
    on
        aged.authority_code = placement_on_date.authority_code
        and aged.person_key = placement_on_date.person_key
        and aged.on_date = placement_on_date.on_date
left join legal_status_on_date
    on
        aged.authority_code = legal_status_on_date.authority_code
        and aged.person_key = legal_status_on_date.person_key
        and aged.on_date = legal_status_on_date.on_date
left join need_on_date
    on
        aged.authority_code = need_on_date.authority_code
        and aged.person_key = need_on_date.person_key
        and aged.on_date = need_on_date.on_date
left join address_on_date
    on
        aged.authority_code = address_on_date.authority_code
        and aged.person_key = address_on_date.person_key
        and aged.on_date = address_on_date.on_date
