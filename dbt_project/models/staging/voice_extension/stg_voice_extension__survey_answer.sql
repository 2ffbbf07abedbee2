with current_rows as (

    {{ current_rows(source('voice_extension', 'vx_survey_answer'), people=['person_id']) }}

)

select
    _authority_code as authority_code,
    wave_id,
    respondent_id,
    person_id as person_key,
    question_code,
    scale_min,
    scale_max,
    favourable_when,
    value_number,
    value_text,
    answered_on,
    age_band,
    sex as sex_code,
    ethnicity as ethnicity_code,
    disability,
    area,
    _source as delivery_source,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
