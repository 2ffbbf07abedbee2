with every_extract as (

    select
        delivered.*,
        extracts.authority_code as _authority_code,
        extracts.extract_number as _extract_number,
        extracts.next_as_of as _next_as_of
    from {{ source('ssd', 'ssd_linked_identifiers') }} as delivered
    inner join {{ ref('stg_ledger__extracts') }} as extracts
        on
            delivered._delivery_number = extracts.delivery_number
            and extracts.raw_table = 'ssd_linked_identifiers'

)

select
    _authority_code as authority_code,
    link_person_id as person_key,
    link_identifier_value as former_person_key,
    link_valid_from_date as known_from,
    link_valid_to_date as known_to,
    _as_of as as_of,
    _extract_number as extract_number,
    _next_as_of as next_as_of,
    {{ row_key_text('_row_key') }} as row_key
from every_extract
where link_identifier_value is not null
