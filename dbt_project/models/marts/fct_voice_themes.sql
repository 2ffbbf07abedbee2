with said as (

    select
        authority_code,
        'expression' as subject_kind,
        expression_id as subject_id,
        person_key,
        voice_owner_code,
        expressed_on as said_on,
        theme_codes
    from {{ ref('stg_voice_extension__expression') }}
    where theme_codes is not null
    union all
    select
        authority_code,
        'feedback' as subject_kind,
        feedback_id as subject_id,
        person_key,
        voice_owner_code,
        received_on as said_on,
        theme_codes
    from {{ ref('stg_voice_extension__feedback') }}
    where theme_codes is not null

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

theme_codes as (

    select * from {{ ref('ref_theme_codes') }}

),

delivered as (

    select
        said.authority_code,
        said.subject_kind,
        said.subject_id,
        said.person_key,
        said.voice_owner_code,
        said.said_on,
        {{ split_to_rows('said.theme_codes', ';') }} as delivered_code
    from said
    inner join authorities
        on
            said.authority_code = authorities.authority_code
            and said.said_on <= authorities.as_of

),

-- Two words that nobody mapped are one theme that nobody mapped.
coded as (

    select distinct
        delivered.authority_code,
        delivered.subject_kind,
        delivered.subject_id,
        delivered.person_key,
        delivered.voice_owner_code,
        delivered.said_on,
        coalesce(theme_codes.theme_code, 'not_mapped') as theme_code,
        coalesce(theme_codes.parent_theme, 'not_mapped') as parent_theme
    from delivered
    left join theme_codes
        on trim(delivered.delivered_code) = theme_codes.theme_code
    where trim(delivered.delivered_code) <> ''

)

select
    {{ surrogate_key(['authority_code', 'subject_kind', 'subject_id', 'theme_code']) }}
        as voice_theme_key,
    authority_code,
    subject_kind,
    subject_id,
    person_key,
    voice_owner_code,
    said_on,
    theme_code,
    parent_theme
from coded
