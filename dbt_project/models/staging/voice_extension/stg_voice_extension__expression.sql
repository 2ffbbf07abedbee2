with current_rows as (

    {{ current_rows(
        source('voice_extension', 'vx_expression'),
        people=['person_id', 'speaker_id']
    ) }}

)

select
    _authority_code as authority_code,
    expression_id,
    person_id as person_key,
    voice_owner as voice_owner_code,
    speaker_id as speaker_key,
    voice_kind,
    opportunity_type as opportunity_code,
    occasion_table,
    occasion_id,
    expressed_on,
    recorded_on,
    recorded_by as recorded_by_key,
    authored_by,
    capture_method as capture_method_code,
    directness as directness_code,
    checked_with_person,
    language,
    interpreter_used,
    communication_aid_used,
    theme_codes,
    text,
    quote_permission_scope as quote_permission_scope_code,
    quote_permission_understood,
    quote_permission_on,
    quote_permission_expires_on,
    quote_permission_withdrawn_on,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
