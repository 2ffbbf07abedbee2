{{ config(materialized='table') }}

with counted as (

    select * from {{ ref('int_voice_thread__complete') }}

),

{{ protected_table(
    'counted', 'coverage', {'stage': 'stage', 'voice_owner': 'voice_owner_code'},
    ['opportunities', 'voiced', 'own_words', 'considered', 'changed', 'told'], 'contributors'
) }}

select
    authority_code,
    period_type,
    period_start,
    period_end,
    stage,
    voice_owner_code as voice_owner,
    opportunities,
    voiced,
    own_words,
    considered,
    changed,
    told,
    status
from protected
