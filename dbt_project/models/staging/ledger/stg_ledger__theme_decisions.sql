select
    authority_code,
    subject_kind,
    subject_id,
    text_hash,
    theme_codes,
    frame_version,
    decided_on
from {{ source('ledger', 'theme_decisions') }}
