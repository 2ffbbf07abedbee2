with current_rows as (

    {{ current_rows(source('ssda903', 'ssda903_header'), people=['child'], key=['child']) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    sex as sex_code,
    dob as birth_date,
    ethnic as ethnicity_code,
    upn as linkage_key,
    mother as is_mother_code,
    mc_dob as mothers_child_birth_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
