with counted as (

    select * from {{ ref('int_voice_thread__counted') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

owners as (

    select * from {{ ref('ref_voice_owner_codes') }}

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

-- Which steps can be taken: nobody had to ask for what was said unasked, a request has no words
-- of its own, and a notice calls for no decision.
occasions as (

    select
        'as_information' as voice_kind,
        'not_applicable' as stage,
        false as has_opportunities,
        true as has_words,
        true as has_themes,
        true as has_decision
    union all
    select
        'about_information' as voice_kind,
        'not_applicable' as stage,
        false as has_opportunities,
        true as has_words,
        true as has_themes,
        true as has_decision
    union all
    select
        'about_information' as voice_kind,
        'survey' as stage,
        true as has_opportunities,
        true as has_words,
        false as has_themes,
        true as has_decision
    union all
    select
        'about_information' as voice_kind,
        information_right_kind_code as stage,
        true as has_opportunities,
        false as has_words,
        false as has_themes,
        information_right_kind_code <> 'privacy_notice' as has_decision
    from {{ ref('ref_information_right_kind_codes') }}

),

expected as (

    select distinct
        'as_information' as voice_kind,
        opportunity_types.stage,
        voices.voice_owner_code,
        true as has_opportunities,
        true as has_words,
        true as has_themes,
        true as has_decision
    from {{ ref('ref_voice_opportunity_types') }} as opportunity_types
    inner join voices
        on opportunity_types.opportunity_code = voices.opportunity_code
    union all
    -- Every one of the seven voices may speak unasked, ask for its records or be surveyed.
    select
        occasions.voice_kind,
        occasions.stage,
        owners.voice_owner_code,
        occasions.has_opportunities,
        occasions.has_words,
        occasions.has_themes,
        occasions.has_decision
    from occasions
    cross join owners

)

select
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    expected.voice_kind,
    expected.stage,
    expected.voice_owner_code,
    coalesce(counted.contributors, 0) as contributors,
    case when expected.has_opportunities then coalesce(counted.opportunities, 0) end
        as opportunities,
    coalesce(counted.voiced, 0) as voiced,
    case when expected.has_words then coalesce(counted.own_words, 0) end as own_words,
    case when expected.has_themes then coalesce(counted.themed, 0) end as themed,
    case when expected.has_decision then coalesce(counted.considered, 0) end as considered,
    case when expected.has_decision then coalesce(counted.changed, 0) end as changed,
    case when expected.has_decision then coalesce(counted.told, 0) end as told,
    case when expected.has_decision then coalesce(counted.unbroken, 0) end as unbroken
from periods
cross join expected
left join counted
    on
        periods.authority_code = counted.authority_code
        and periods.period_type = counted.period_type
        and periods.period_start = counted.period_start
        and expected.voice_kind = counted.voice_kind
        and expected.stage = counted.stage
        and expected.voice_owner_code = counted.voice_owner_code
