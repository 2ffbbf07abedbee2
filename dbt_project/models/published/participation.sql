with protected as (

    select * from {{ ref('int_participation__protected') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

)

select
    protected.authority_code,
    protected.period_type,
    protected.period_start,
    protected.period_end,
    protected.kind,
    protected.voice_owner,
    protected.framework_practice,
    protected.sessions,
    protected.people,
    protected.changes_agreed,
    protected.changes_done,
    protected.status,
    protected.with_topic,
    protected.told,
    case when protected.status = 'shown' then of_all.completeness end as completeness,
    {{ figure_quality_word(parts=false) }} as quality,
    {{ figure_quality_caveat(parts=false) }} as quality_caveat
from protected
{{ figure_quality_joins('protected', "'participation'") }}
