with counted as (

    select * from {{ ref('int_voice_thread__counted') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

-- An opportunity for a child is one for a young person once they are 16.
voices as (

    select
        opportunity_code,
        voice_owner_code
    from {{ ref('ref_opportunity_voices') }}
    union distinct
    select
        opportunity_code,
        'young_person' as voice_owner_code
    from {{ ref('ref_opportunity_voices') }}
    where voice_owner_code = 'child'

),

expected as (

    select distinct
        opportunity_types.stage,
        voices.voice_owner_code
    from {{ ref('ref_voice_opportunity_types') }} as opportunity_types
    inner join voices
        on opportunity_types.opportunity_code = voices.opportunity_code

)

select
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    expected.stage,
    expected.voice_owner_code,
    coalesce(counted.contributors, 0) as contributors,
    coalesce(counted.opportunities, 0) as opportunities,
    coalesce(counted.voiced, 0) as voiced,
    coalesce(counted.own_words, 0) as own_words,
    coalesce(counted.considered, 0) as considered,
    coalesce(counted.changed, 0) as changed,
    coalesce(counted.told, 0) as told
from periods
cross join expected
left join counted
    on
        periods.authority_code = counted.authority_code
        and periods.period_type = counted.period_type
        and periods.period_start = counted.period_start
        and expected.stage = counted.stage
        and expected.voice_owner_code = counted.voice_owner_code
