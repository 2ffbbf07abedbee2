with children as (

    select * from {{ ref('int_children__described') }}

),

communication_needs as (

    select
        *,
        row_number() over (
            partition by authority_code, person_key
            order by valid_from
        ) as version_number
    from {{ ref('stg_voice_extension__communication_need') }}

),

versions as (

    select
        children.*,
        upper(trim(communication_needs.communication_need)) as recorded_communication_need,
        upper(trim(communication_needs.interpreter_needed)) as recorded_interpreter_needed,
        communication_needs.first_language,
        case
            when communication_needs.version_number > 1 then communication_needs.valid_from
        end as valid_from,
        lead(communication_needs.valid_from) over (
            partition by children.authority_code, children.person_key
            order by communication_needs.valid_from
        ) as valid_to
    from children
    left join communication_needs
        on
            children.authority_code = communication_needs.authority_code
            and children.person_key = communication_needs.person_key

)

select
    {{ surrogate_key(['authority_code', 'person_key', 'valid_from']) }} as child_key,
    authority_code,
    person_key,
    birth_date,
    expected_birth_date,
    sex,
    ethnicity_code,
    ethnic_group,
    disability,
    coalesce(
        recorded_communication_need,
        case when has_communication_disability then 'Y' else 'unknown' end
    ) as communication_need,
    coalesce(recorded_interpreter_needed, 'unknown') as interpreter_needed,
    first_language,
    uasc,
    case when is_care_leaver then 'Y' else 'N' end as care_leaver,
    valid_from,
    valid_to
from versions
