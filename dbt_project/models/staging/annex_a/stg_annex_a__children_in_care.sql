with current_rows as (

    {{ current_rows(
        source('annex_a', 'annex_a_children_in_care'),
        people=['child_unique_id'], key=['child_unique_id', 'date_started_to_be_looked_after']
    ) }}

)

select
    _authority_code as authority_code,
    child_unique_id as person_key,
    start_date_of_most_recent_placement as latest_placement_start_date,
    placement_location_code,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
