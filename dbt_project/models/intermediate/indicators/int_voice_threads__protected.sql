{{ config(materialized='table') }}

-- Voice about information belongs to no stage of a journey: its cells are those of the kind of
-- request, as in voice_about_information, so that one number is never rounded in two ways.
with counted as (

    select
        *,
        case when voice_kind = 'as_information' then 'coverage' else 'information_rights' end
            as family,
        case when voice_kind = 'as_information' then stage end as journey_stage,
        case when voice_kind = 'about_information' then stage end as information_kind
    from {{ ref('fct_voice_threads') }}

),

{{ protected_table(
    'counted', none,
    {'stage': 'journey_stage', 'kind': 'information_kind', 'voice_owner': 'voice_owner_code'},
    ['opportunities', 'voiced', 'own_words', 'considered', 'changed', 'told', 'themed', 'unbroken'],
    'contributors', family_column='family', carried=['voice_kind', 'stage']
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
    status,
    voice_kind,
    themed,
    unbroken
from protected
