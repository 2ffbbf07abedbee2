with current_rows as (

    {{ current_rows(
        source('ssd', 'ssd_person'), people=['pers_person_id'], key=['pers_person_id']
    ) }}

)

select
    _authority_code as authority_code,
    pers_person_id as person_key,
    pers_sex as sex_code,
    pers_gender as gender_code,
    pers_ethnicity as ethnicity_code,
    pers_dob as birth_date,
    pers_upn as linkage_key,
    pers_upn_unknown as upn_unknown,
    pers_send_flag as send_flag,
    pers_expected_dob as expected_birth_date,
    pers_death_date as death_date,
    pers_is_mother as is_mother,
    pers_nationality as nationality,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
