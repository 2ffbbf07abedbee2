with levels as (

    select * from {{ ref('ref_breakdown_levels') }}

),

ethnicity_codes as (

    select * from {{ ref('ref_ethnicity_codes') }}

),

theme_codes as (

    select * from {{ ref('ref_theme_codes') }}

),

divergence_pairs as (

    select * from {{ ref('ref_divergence_pairs') }}

),

practices as (

    select * from {{ ref('ref_framework_practices') }}

),

kinds as (

    select * from {{ ref('ref_information_right_kind_codes') }}

),

owners as (

    select * from {{ ref('ref_voice_owner_codes') }}

)

select
    breakdown as code_list,
    breakdown_value as code,
    label,
    sort_order
from levels
union all
select
    'ethnicity' as code_list,
    ethnicity_code as code,
    label,
    sort_order
from ethnicity_codes
union all
-- Groups that equity_gap keeps apart.
select
    'ethnic_group' as code_list,
    '{{ var('equity').apart.level }}' as code,
    'Gypsy, Roma or Traveller' as label,
    cast(null as integer) as sort_order
union all
select
    'ethnic_group' as code_list,
    '{{ var('equity').apart.left }}' as code,
    'White, without Gypsy, Roma or Traveller' as label,
    cast(null as integer) as sort_order
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
union all
-- What voice about information has in place of a stage of the journey.
select
    'stage' as code_list,
    information_right_kind_code as code,
    label,
    cast(null as integer) as sort_order
from kinds
union all
select
    'stage' as code_list,
    'survey' as code,
    'Survey about the use of information' as label,
    cast(null as integer) as sort_order
union all
select
    'kind' as code_list,
    information_right_kind_code as code,
    label,
    cast(null as integer) as sort_order
from kinds
union all
select
    'voice_kind' as code_list,
    'as_information' as code,
    'Voice as information' as label,
    1 as sort_order
union all
select
    'voice_kind' as code_list,
    'about_information' as code,
    'Voice about information' as label,
    2 as sort_order
union all
-- Nine codes, seven voices: which of the framework's voices a code belongs to.
select
    'seven_voices' as code_list,
    voice_owner_code as code,
    seven_voices as label,
    cast(null as integer) as sort_order
from owners
union all
select
    'framework_practice_2025' as code_list,
    framework_practice_code as code,
    label_2025 as label,
    cast(null as integer) as sort_order
from practices
