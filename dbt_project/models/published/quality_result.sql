with check_results as (

    select * from {{ source('quality', 'check_results') }}

)

-- Counts stay in the restricted tier; a board needs the claim, the outcome and the next step.
select
    check_id,
    name,
    asset,
    authority_code,
    severity,
    outcome,
    sentence,
    what_to_do,
    indicators
from check_results
-- A check on trial counts for nothing until it has shown that it can be believed.
where not is_shadow
