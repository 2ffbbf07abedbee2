with levels as (

    select * from {{ ref('ref_breakdown_levels') }}

),

theme_codes as (

    select * from {{ ref('ref_theme_codes') }}

),

divergence_pairs as (

    select * from {{ ref('ref_divergence_pairs') }}

),

practices as (

    select * from {{ ref('ref_framework_practices') }}

)

select
    breakdown as code_list,
    breakdown_value as code,
    label,
    sort_order
from levels
union all
select
    'theme' as code_list,
    theme_code as code,
    label,
    cast(null as integer) as sort_order
from theme_codes
union all
select
    'divergence_pair' as code_list,
    divergence_pair as code,
    label,
    sort_order
from divergence_pairs
union all
select
    'framework_practice' as code_list,
    framework_practice_code as code,
    label_2026 as label,
    cast(null as integer) as sort_order
from practices
