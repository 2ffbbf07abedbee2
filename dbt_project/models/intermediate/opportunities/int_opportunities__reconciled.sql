with staged as (

    select * from {{ ref('int_opportunities__staged') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

children as (

    select * from {{ ref('int_children__described') }}

),

clocks as (

    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as first_valid_date,
        coalesce(valid_to, cast('9999-12-31' as date)) as last_valid_date
    from {{ ref('int_clocks__in_force') }}
    where step_from = 1

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

moments as (

    select
        opportunity_types.opportunity_code as moment,
        opportunity_types.stage,
        count(
            case when voices.voice_owner_code not in ('child', 'young_person') then 1 end
        ) as other_voices,
        max(case when voices.voice_owner_code in ('child', 'young_person') then 1 else 0 end) = 1
            as has_own_voice,
        max(case when voices.voice_owner_code = 'young_person' then 1 else 0 end) = 1
            as is_of_age_only
    from {{ ref('ref_voice_opportunity_types') }} as opportunity_types
    inner join {{ ref('ref_opportunity_voices') }} as voices
        on opportunity_types.opportunity_code = voices.opportunity_code
    group by opportunity_types.opportunity_code, opportunity_types.stage

),

dated as (

    select
        staged.*,
        authorities.as_of,
        case when staged.happened_on <= authorities.as_of then staged.happened_on end as held_on
    from staged
    inner join authorities
        on staged.authority_code = authorities.authority_code

),

-- Only what was not held needs the day by which it was due.
due as (

    select
        dated.*,
        coalesce(
            dated.target_date,
            case clocks.first_unit
                when 'day'
                    then {{ add_to_date('dated.clock_start_date', 'clocks.first_interval', 'day') }}
                when 'month'
                    then {{ add_to_date(
                        'dated.clock_start_date', 'clocks.first_interval', 'month'
                    ) }}
                else due_days.date_day
            end
        ) as due_on
    from dated
    left join clocks
        on
            dated.authority_code = clocks.authority_code
            and dated.clock_code = clocks.clock_code
            and dated.clock_variant = clocks.applies_to
            and dated.clock_start_date >= clocks.first_valid_date
            and dated.clock_start_date < clocks.last_valid_date
    left join working_days as start_days
        on dated.clock_start_date = start_days.date_day
    left join working_days as due_days
        on
            due_days.is_working_day
            and {{ key_where(
                "clocks.first_unit = 'working_day'",
                'start_days.working_day_number + clocks.first_interval',
            ) }} = due_days.working_day_number
    where dated.held_on is null

),

moments_on as (

    select
        *,
        cast(null as date) as due_on
    from dated
    where held_on is not null
    union all
    select * from due

),

-- Whose voices should be there.
expected as (

    select
        moments_on.*,
        coalesce(moments_on.held_on, moments_on.due_on) as moment_on,
        coalesce(moments.stage = 'looked_after' and moments_on.moment <> 'CLA_REVIEW_N', false)
        and coalesce(children.is_short_break_only, false) as is_short_break,
        moments.moment is null as is_merge,
        coalesce(moments.other_voices, 0) as other_voices,
        coalesce(moments.has_own_voice, false) as has_own_voice,
        coalesce(moments.is_of_age_only, false) as is_of_age_only,
        children.birth_date,
        children.death_date,
        children.birth_date is null and children.expected_birth_date is not null as is_not_born_yet
    from moments_on
    left join moments
        on moments_on.moment = moments.moment
    left join children
        on
            moments_on.authority_code = children.authority_code
            and moments_on.person_key = children.person_key

),

voiced as (

    select
        *,
        has_own_voice
        and is_own_asked
        and not is_not_born_yet
        and coalesce(birth_date <= moment_on, true)
        and (not is_of_age_only or coalesce({{ age_on('birth_date', 'moment_on') }}, 16) >= 16)
            as is_own_expected
    from expected

),

judged as (

    select
        authority_code,
        moment,
        occasion_table,
        occasion_id,
        person_key,
        case
            when own_reason is not null then own_reason
            when person_key is null then 'no_child'
            when is_merge and happened_on is null then 'no_date'
            when is_merge then null
            when moment_on is null and happened_on is null then 'no_date'
            when moment_on is null then 'after_the_extract'
            when held_on is null and due_on >= death_date then 'died_before'
            when is_short_break then 'short_break'
            when is_own_expected or other_voices > 0 then null
            when is_of_age_only then 'under_sixteen'
            else 'not_born_yet'
        end as reason,
        case
            when is_merge then 1
            when is_own_expected then other_voices + 1
            else other_voices
        end as voices_expected,
        coalesce(
            says_voiced and is_own_expected and (held_on is not null or due_on < as_of), false
        ) as is_heard
    from voiced

),

held as (

    select
        authority_code,
        {{ moment_of('opportunity_type_code') }} as moment,
        occasion_table,
        case
            -- One row of these has a latest date, and in time several.
            when
                opportunity_type_code in ('IRO_CONTACT', 'PATHWAY_PLAN', 'PA_VISIT')
                or opportunity_type_code like 'EHC\_REVIEW%' escape '\'
                then occasion_id || '/' || cast(held_date as {{ dbt.type_string() }})
            else occasion_id
        end as occasion_id,
        person_key,
        is_own_voice and outcome = 'voiced' as is_voiced
    from {{ ref('fct_voice_opportunities') }}
    where occasion_table is not null

),

-- What came out of the models that make two sources one.
merged as (

    select
        authority_code,
        'LEGAL_STATUS' as moment,
        occasion_table,
        occasion_id,
        person_key
    from {{ ref('int_legal_statuses__merged') }}
    union all
    select
        authority_code,
        'PLACEMENT' as moment,
        case source when 'ssd' then 'ssd_cla_placement' else 'ssda903_episodes' end
            as occasion_table,
        placement_id as occasion_id,
        person_key
    from {{ ref('int_placements__merged') }}
    union all
    select
        authority_code,
        'PRE_PROC_CASE' as moment,
        occasion_table,
        occasion_id,
        person_key
    from {{ ref('int_pre_proceedings__merged') }}
    union all
    select
        authority_code,
        'CARE_PERIOD' as moment,
        'ssd_cla_episodes' as occasion_table,
        care_period_id as occasion_id,
        person_key
    from {{ ref('int_care_periods') }}
    where source = 'ssd'
    union all
    select distinct
        staged.authority_code,
        staged.moment,
        staged.occasion_table,
        staged.occasion_id,
        staged.person_key
    from staged
    inner join {{ ref('int_care_periods') }} as care_periods
        on
            staged.authority_code = care_periods.authority_code
            and staged.person_key = care_periods.person_key
            and staged.happened_on >= care_periods.start_date
            and staged.happened_on
            <= greatest(
                coalesce(care_periods.end_date, staged.happened_on), care_periods.start_date
            )
    where
        staged.moment = 'CARE_PERIOD'
        and staged.occasion_table = 'ssda903_episodes'
        and care_periods.source = 'ssda903'

),

counted as (

    select
        authority_code,
        moment,
        occasion_table,
        occasion_id,
        person_key,
        reason,
        1 as staged_rows,
        voices_expected,
        is_heard,
        0 as mart_rows,
        false as is_voiced
    from judged
    union all
    select
        authority_code,
        moment,
        occasion_table,
        occasion_id,
        person_key,
        cast(null as {{ dbt.type_string() }}) as reason,
        0 as staged_rows,
        0 as voices_expected,
        false as is_heard,
        1 as mart_rows,
        is_voiced
    from held
    union all
    select
        authority_code,
        moment,
        occasion_table,
        occasion_id,
        person_key,
        cast(null as {{ dbt.type_string() }}) as reason,
        0 as staged_rows,
        0 as voices_expected,
        false as is_heard,
        1 as mart_rows,
        false as is_voiced
    from merged

),

side_by_side as (

    select
        authority_code,
        moment,
        occasion_table,
        sum(staged_rows) as staged_rows,
        sum(mart_rows) as mart_rows,
        sum(voices_expected) as voices_expected,
        max(reason) as reason,
        max(case when is_heard then 1 else 0 end) as is_heard,
        max(case when is_voiced then 1 else 0 end) as is_voiced
    from counted
    group by authority_code, moment, occasion_table, occasion_id, person_key

),

with_fate as (

    select
        *,
        case
            when staged_rows = 0 then 'not_staged'
            when reason is not null and mart_rows > 0 then 'kept_against_reason'
            when reason is not null then reason
            when mart_rows = 0 then 'lost'
            when mart_rows > voices_expected then 'multiplied'
            when mart_rows < voices_expected then 'voice_lost'
            when is_heard > is_voiced then 'heard_and_not_counted'
            else 'in_mart'
        end as fate
    from side_by_side

)

select
    authority_code,
    occasion_table as source_table,
    moment,
    fate,
    sum(staged_rows) as staged_rows,
    sum(mart_rows) as mart_rows
from with_fate
group by authority_code, occasion_table, moment, fate
