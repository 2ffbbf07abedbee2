select
    authority_code,
    expression_id,
    released_on
from {{ source('ledger', 'quotes_used') }}
