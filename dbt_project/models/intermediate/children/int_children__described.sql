{{ config(materialized='table') }}

with ssd_people as (

    select * from {{ ref('stg_ssd__person') }}

),

ssda903_header as (

    select * from {{ ref('stg_ssda903__header') }}

),

ssd_disabilities as (

    select * from {{ ref('stg_ssd__disability') }}

),

ssd_care_leavers as (

    select * from {{ ref('stg_ssd__care_leavers') }}

),

ssda903_care_leavers as (

    select * from {{ ref('stg_ssda903__oc3') }}

),

legal_statuses as (

    select * from {{ ref('int_legal_statuses__merged') }}

),

sex_codes as (

    select * from {{ ref('ref_sex_codes') }}

),

ethnicity_codes as (

    select * from {{ ref('ref_ethnicity_codes') }}

),

disability_codes as (

    select * from {{ ref('ref_disability_codes') }}

),

code_aliases as (

    select * from {{ ref('ref_code_aliases') }}

),

people as (

    select
        authority_code,
        person_key
    from ssd_people
    union distinct
    select
        authority_code,
        person_key
    from ssda903_header
    union distinct
    select
        authority_code,
        person_key
    from legal_statuses

),

delivered as (

    select
        people.authority_code,
        people.person_key,
        coalesce(ssd_people.birth_date, ssda903_header.birth_date) as birth_date,
        coalesce(ssd_people.linkage_key, ssda903_header.linkage_key) as linkage_key,
        ssd_people.expected_birth_date,
        ssd_people.death_date,
        upper(trim(coalesce(ssd_people.sex_code, ssda903_header.sex_code))) as sex_code,
        upper(trim(coalesce(ssd_people.ethnicity_code, ssda903_header.ethnicity_code)))
            as ethnicity_code
    from people
    left join ssd_people
        on
            people.authority_code = ssd_people.authority_code
            and people.person_key = ssd_people.person_key
    left join ssda903_header
        on
            people.authority_code = ssda903_header.authority_code
            and people.person_key = ssda903_header.person_key

),

disabilities as (

    select
        ssd_disabilities.authority_code,
        ssd_disabilities.person_key,
        {{ disability_state('disability_codes.is_disability') }} as disability,
        max(case when disability_codes.communication_relevant_proposed then 1 else 0 end)
            as has_communication_disability
    from ssd_disabilities
    inner join disability_codes
        on upper(trim(ssd_disabilities.disability_code)) = disability_codes.disability_code
    group by ssd_disabilities.authority_code, ssd_disabilities.person_key

),

care_leavers as (

    select
        authority_code,
        person_key
    from ssd_care_leavers
    union distinct
    select
        authority_code,
        person_key
    from ssda903_care_leavers

),

short_break_only as (

    select
        authority_code,
        person_key
    from legal_statuses
    where legal_group not in ('unknown')
    group by authority_code, person_key
    having min(case when is_short_break then 1 else 0 end) = 1

)

select
    delivered.authority_code,
    delivered.person_key,
    delivered.linkage_key,
    delivered.birth_date,
    delivered.expected_birth_date,
    delivered.death_date,
    coalesce(ethnicity_aliases.code, delivered.ethnicity_code) as ethnicity_code,
    coalesce(
        sex_codes.sex, case when delivered.sex_code is null then 'unknown' else 'not_mapped' end
    ) as sex,
    coalesce(
        ethnicity_codes.ethnic_group_code,
        case when delivered.ethnicity_code is null then 'unknown' else 'not_mapped' end
    ) as ethnic_group,
    coalesce(disabilities.disability, 'unknown') as disability,
    coalesce(disabilities.has_communication_disability = 1, false) as has_communication_disability,
    care_leavers.person_key is not null as is_care_leaver,
    short_break_only.person_key is not null as is_short_break_only
from delivered
left join code_aliases as ethnicity_aliases
    on
        delivered.ethnicity_code = ethnicity_aliases.alias
        and ethnicity_aliases.code_list = 'ethnicity'
left join code_aliases as sex_aliases
    on
        delivered.sex_code = sex_aliases.alias
        and sex_aliases.code_list = 'sex'
left join sex_codes
    on coalesce(sex_aliases.code, delivered.sex_code) = sex_codes.sex_code
left join ethnicity_codes
    on coalesce(ethnicity_aliases.code, delivered.ethnicity_code) = ethnicity_codes.ethnicity_code
left join disabilities
    on
        delivered.authority_code = disabilities.authority_code
        and delivered.person_key = disabilities.person_key
left join care_leavers
    on
        delivered.authority_code = care_leavers.authority_code
        and delivered.person_key = care_leavers.person_key
left join short_break_only
    on
        delivered.authority_code = short_break_only.authority_code
        and delivered.person_key = short_break_only.person_key
