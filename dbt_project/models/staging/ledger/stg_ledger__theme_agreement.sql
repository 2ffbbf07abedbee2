select
    authority_code,
    comparison,
    breakdown,
    breakdown_value,
    items as items_compared,
    children as children_compared,
    agreed as items_agreed,
    kappa,
    gap_points,
    verdict,
    frame_version,
    measured_on
from {{ source('ledger', 'theme_agreement') }}
