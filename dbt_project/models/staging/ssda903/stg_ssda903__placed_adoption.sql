with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_placed_adoption'),
        people=['child'], key=['child', 'date_placed']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    dob as birth_date,
    date_placed as placed_date,
    date_placed_ceased as placed_ceased_date,
    reason_placed_ceased as placed_ceased_reason_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
