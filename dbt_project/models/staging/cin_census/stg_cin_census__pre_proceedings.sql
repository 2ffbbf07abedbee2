with current_rows as (

    {{ current_rows(
        source('cin_census', 'cin_pre_proceedings'),
        people=['la_child_id'],
        key=[
            'la_child_id', 'cin_referral_date', 'details_number', 'pre_proceedings_number',
            'pre_proceedings_start_date',
        ]
    ) }}

)

select
    _authority_code as authority_code,
    la_child_id as person_key,
    cin_referral_date,
    pre_proceedings_number,
    pre_proceedings_start_date,
    letter_before_proceedings_date,
    family_meeting_offered,
    family_meeting_held,
    first_meeting_date,
    step_decision_date,
    court_application_date,
    _as_of as as_of,
    {{ row_key_text('_row_key') }} as row_key
from current_rows
