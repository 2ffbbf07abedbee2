with current_rows as (

    {{ current_rows(source('ssda903', 'ssda903_ad1'), people=['child'], key=['child']) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    date_int as decision_date,
    date_match as matched_date,
    foster_care,
    nb_adoptr,
    sex_adoptr,
    ls_adoptr,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
