with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_survey_wave')) }}

)

select
    _authority_code as authority_code,
    wave_id,
    survey,
    audience as voice_owner_code,
    voice_kind,
    opened_on,
    closed_on,
    invited,
    responded,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
