with protected as (

    select * from {{ ref('int_feedback__protected') }}

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

)

select
    protected.authority_code,
    protected.period_type,
    protected.period_start,
    protected.period_end,
    protected.source,
    protected.voice_owner,
    protected.voice_kind,
    protected.theme_code,
    protected.items,
    protected.replied,
    protected.status,
    case when protected.status = 'shown' then of_all.completeness end as completeness,
    {{ figure_quality_word(parts=false) }} as quality,
    {{ figure_quality_caveat(parts=false) }} as quality_caveat
from protected
{{ figure_quality_joins('protected', "'feedback'") }}
