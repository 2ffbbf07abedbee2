with current_rows as (

    {{ current_rows(
        source('voice_extension', 'vx_not_captured'),
        people=['person_id'], key=['person_id', 'opportunity_type', 'occasion_table', 'occasion_id', 'occasion_on', 'voice_owner']
    ) }}

)

select
    _authority_code as authority_code,
    person_id as person_key,
    opportunity_type as opportunity_code,
    occasion_table,
    occasion_id,
    occasion_on,
    voice_owner as voice_owner_code,
    reason as not_captured_reason_code,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
