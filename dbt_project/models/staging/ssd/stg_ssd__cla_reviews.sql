with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cla_reviews'), people=['clar_cla_person_id']) }}

)

select
    _authority_code as authority_code,
    clar_cla_review_id as cla_review_id,
    clar_cla_id as cla_id,
    clar_cla_review_due_date as cla_review_due_date,
    clar_cla_review_date as cla_review_date,
    clar_cla_review_cancelled as cla_review_cancelled,
    clar_cla_review_participation_code as cla_review_participation_code,
    clar_cla_person_id as person_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
