with current_rows as (

    {{ current_rows(source('ssd', 'ssd_department')) }}

)

select
    _authority_code as authority_code,
    dept_team_id as team_id,
    dept_team_name as team_name,
    dept_team_parent_id as team_parent_id,
    dept_team_parent_name as team_parent_name,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
