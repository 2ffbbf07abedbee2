with information_rights as (

    select * from {{ ref('stg_voice_extension__information_right') }}

),

kinds as (

    select * from {{ ref('ref_information_right_kind_codes') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

due as (

    select
        information_rights.*,
        coalesce(
            information_rights.extended_to,
            case kinds.clock_unit
                when 'month'
                    then {{ add_to_date(
                        'information_rights.requested_on', 'kinds.clock_count', 'month'
                    ) }}
                else {{ add_to_date(
                    'information_rights.requested_on', 'kinds.clock_count', 'day'
                ) }}
            end
        ) as due_on,
        authorities.as_of as authority_as_of
    from information_rights
    inner join authorities
        on information_rights.authority_code = authorities.authority_code
    left join kinds
        on information_rights.kind = kinds.information_right_kind_code

)

select
    {{ surrogate_key(['authority_code', 'request_id']) }} as information_right_key,
    authority_code,
    person_key,
    kind as information_right_kind_code,
    voice_owner_code,
    requested_on,
    due_on,
    completed_on,
    outcome,
    {{ yes_no('understood') }} as is_understood,
    due_on < authority_as_of and coalesce(outcome, '') <> 'withdrawn' as is_due,
    coalesce(completed_on <= due_on, false) as is_in_time
from due
