with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_reviews'),
        people=['child'], key=['child', 'review', 'review_code']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    review as review_date,
    review_code_code as participation_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
