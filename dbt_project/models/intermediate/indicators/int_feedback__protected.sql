{{ config(materialized='table') }}

with counted as (

    select * from {{ ref('int_feedback__counted') }}

),

{{ protected_table(
    'counted', 'feedback',
    {
        'source': 'source', 'theme': 'theme_code', 'voice_kind': 'voice_kind',
        'voice_owner': 'voice_owner_code'
    },
    ['items', 'replied'], 'contributors'
) }}

select
    authority_code,
    period_type,
    period_start,
    period_end,
    coalesce(source, 'all') as source,
    voice_owner_code as voice_owner,
    coalesce(voice_kind, 'all') as voice_kind,
    coalesce(theme_code, 'all') as theme_code,
    items,
    replied,
    status
from protected
