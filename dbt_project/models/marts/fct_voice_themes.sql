with expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

decisions as (

    select * from {{ ref('stg_ledger__theme_decisions') }}

),

said as (

    select
        authority_code,
        'expression' as subject_kind,
        expression_id as subject_id,
        person_key,
        voice_owner_code,
        expressed_on as said_on,
        'source' as coded_by,
        theme_codes
    from expressions
    where theme_codes is not null
    union all
    select
        authority_code,
        'feedback' as subject_kind,
        feedback_id as subject_id,
        person_key,
        voice_owner_code,
        received_on as said_on,
        'source' as coded_by,
        theme_codes
    from {{ ref('stg_voice_extension__feedback') }}
    where theme_codes is not null
    union all
    -- A reader's theme is one of the words that were read: of changed ones it is none.
    select
        expressions.authority_code,
        'expression' as subject_kind,
        expressions.expression_id as subject_id,
        expressions.person_key,
        expressions.voice_owner_code,
        expressions.expressed_on as said_on,
        'reader' as coded_by,
        decisions.theme_codes
    from decisions
    inner join expressions
        on
            decisions.authority_code = expressions.authority_code
            and decisions.subject_id = expressions.expression_id
            and decisions.text_hash = {{ text_hash('expressions.text') }}
    -- What people say where they work comes first.
    where
        decisions.subject_kind = 'expression'
        and coalesce(trim(expressions.theme_codes), '') = ''

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
        said.coded_by,
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
        delivered.coded_by,
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
    parent_theme,
    coded_by
from coded
