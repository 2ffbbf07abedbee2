with children as (

    select * from {{ ref('int_children__described') }}

),

versions as (

    select * from {{ ref('int_children__versions') }}

)

select
    {{ surrogate_key(['children.authority_code', 'children.person_key', 'versions.valid_from']) }}
        as child_key,
    children.authority_code,
    children.person_key,
    children.linkage_key,
    children.birth_date,
    children.expected_birth_date,
    children.sex,
    children.ethnicity_code,
    children.ethnic_group,
    versions.disability,
    versions.communication_need,
    versions.interpreter_needed,
    versions.first_language,
    versions.uasc,
    case when versions.is_care_leaver then 'Y' else 'N' end as care_leaver,
    versions.valid_from,
    versions.valid_to
from children
inner join versions
    on
        children.authority_code = versions.authority_code
        and children.person_key = versions.person_key
