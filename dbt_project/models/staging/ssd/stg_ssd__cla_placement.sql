with current_rows as (

    {{ current_rows(source('ssd', 'ssd_cla_placement'), people=['clap_person_id']) }}

)

select
    _authority_code as authority_code,
    clap_cla_placement_id as cla_placement_id,
    clap_cla_placement_start_date as cla_placement_start_date,
    clap_cla_placement_type as cla_placement_type,
    clap_cla_placement_distance as cla_placement_distance,
    clap_cla_id as cla_id,
    clap_cla_placement_provider as cla_placement_provider,
    clap_cla_placement_postcode as placement_postcode_district,
    clap_cla_placement_end_date as cla_placement_end_date,
    clap_cla_placement_change_reason as cla_placement_change_reason,
    clap_person_id as person_key,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
