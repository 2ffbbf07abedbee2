with protected as (

    select
        *,
        case
            when voice_kind = 'as_information' then 'voice_thread' else 'voice_about_information'
        end as figure
    from {{ ref('int_voice_threads__protected') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

)

select
    protected.authority_code,
    protected.period_type,
    protected.period_start,
    protected.period_end,
    protected.stage,
    protected.voice_owner,
    protected.opportunities,
    protected.voiced,
    protected.own_words,
    protected.considered,
    protected.changed,
    protected.told,
    protected.status,
    protected.voice_kind,
    protected.themed,
    protected.unbroken,
    case when protected.status = 'shown' then of_all.completeness end as completeness,
    {{ figure_quality_word() }} as quality,
    {{ figure_quality_caveat() }} as quality_caveat
from protected
{{ figure_quality_joins('protected', 'protected.figure', "'stage'", 'protected.stage') }}
