with current_rows as (

    {{ current_rows(source('ssd', 'ssd_involvements'), people=['invo_person_id']) }}

)

select
    _authority_code as authority_code,
    invo_involvements_id as involvements_id,
    invo_professional_id as worker_key,
    invo_professional_role_id as professional_role_id,
    invo_professional_team as team_id,
    invo_involvement_start_date as involvement_start_date,
    invo_involvement_end_date as involvement_end_date,
    invo_worker_change_reason as worker_change_reason,
    invo_person_id as person_key,
    invo_referral_id as referral_id,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
