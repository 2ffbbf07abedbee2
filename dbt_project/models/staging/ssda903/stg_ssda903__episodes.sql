with current_rows as (

    {{ current_rows(
        source('ssda903', 'ssda903_episodes'),
        people=['child'], key=['child', 'decom']
    ) }}

)

select
    _authority_code as authority_code,
    child as person_key,
    decom as episode_start_date,
    rne as new_episode_reason_code,
    ls as legal_status_code,
    cin as category_of_need_code,
    place as placement_type_code,
    place_provider as placement_provider_code,
    dec as episode_end_date,
    rec as episode_ceased_reason_code,
    reason_place_change as placement_change_reason_code,
    home_post as home_postcode_district,
    pl_post as placement_postcode_district,
    urn,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
