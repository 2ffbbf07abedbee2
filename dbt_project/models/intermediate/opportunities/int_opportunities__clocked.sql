with chains as (

    select * from {{ ref('int_clocks__chains') }}

),

held_events as (

    select * from {{ ref('int_clocks__held_events') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

clocks as (

    select
        *,
        coalesce(valid_from, cast('1900-01-01' as date)) as first_valid_date,
        coalesce(valid_to, cast('9999-12-31' as date)) as last_valid_date
    from {{ ref('int_clocks__in_force') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

numbered_working_days as (

    select
        date_day,
        working_day_number
    from working_days
    where is_working_day

),

numbers as (

    select * from {{ ref('int_numbers') }}

),

-- Each held event is a step; one step more waits for the next event.
steps as (

    select
        chains.chain_key,
        chains.authority_code,
        chains.person_key,
        chains.clock_code,
        chains.start_date,
        chains.is_long_term,
        chains.clock_variant,
        chains.birth_date,
        held_events.unclocked_code,
        held_events.event_date,
        held_events.occasion_table,
        held_events.occasion_id,
        row_number() over (
            partition by chains.chain_key
            order by held_events.event_date, held_events.occasion_id
        ) as step_number,
        coalesce(
            lag(held_events.event_date) over (
                partition by chains.chain_key
                order by held_events.event_date, held_events.occasion_id
            ),
            chains.start_date
        ) as anchor_date,
        held_events.event_date as bound_date,
        false as is_open
    from chains
    inner join held_events
        on chains.chain_key = held_events.chain_key
    union all
    select
        chains.chain_key,
        chains.authority_code,
        chains.person_key,
        chains.clock_code,
        chains.start_date,
        chains.is_long_term,
        chains.clock_variant,
        chains.birth_date,
        cast(null as {{ dbt.type_string() }}) as unclocked_code,
        cast(null as date) as event_date,
        cast(null as {{ dbt.type_string() }}) as occasion_table,
        cast(null as {{ dbt.type_string() }}) as occasion_id,
        count(held_events.event_date) + 1 as step_number,
        coalesce(max(held_events.event_date), chains.start_date) as anchor_date,
        least(coalesce(chains.end_date, authorities.as_of), authorities.as_of) as bound_date,
        chains.end_date is null or chains.end_date > authorities.as_of as is_open
    from chains
    inner join authorities
        on chains.authority_code = authorities.authority_code
    left join held_events
        on chains.chain_key = held_events.chain_key
    group by
        chains.chain_key,
        chains.authority_code,
        chains.person_key,
        chains.clock_code,
        chains.start_date,
        chains.is_long_term,
        chains.clock_variant,
        chains.birth_date,
        chains.end_date,
        authorities.as_of

),

-- The clock that is in force on the day an interval begins decides when it ends.
varied_steps as (

    select
        *,
        case
            when clock_code = 'cla_visit' and clock_variant like 'home%' then clock_variant
            when
                clock_code = 'cla_visit'
                and is_long_term
                and anchor_date >= {{ add_to_date('start_date', 12, 'month') }}
                then 'long_term'
            when
                clock_code = 'health_assessment'
                and {{ age_on('birth_date', 'anchor_date') }} < 5
                then 'under_five'
            when clock_code in ('cla_visit', 'health_assessment') then 'standard'
            else 'any'
        end as variant
    from steps

),

clocked_steps as (

    select
        steps.*,
        coalesce(clocks.opportunity_code, steps.unclocked_code) as opportunity_code,
        clocks.first_interval,
        clocks.first_unit,
        clocks.repeat_interval,
        clocks.repeat_unit,
        case
            when clocks.first_unit = 'working_day'
                then anchor_working_day.working_day_number + clocks.first_interval
        end as due_working_day_number
    from varied_steps as steps
    left join clocks
        on
            steps.authority_code = clocks.authority_code
            and steps.clock_code = clocks.clock_code
            and steps.variant = clocks.applies_to
            and steps.step_number >= clocks.step_from
            and steps.step_number <= clocks.step_to
            and steps.anchor_date >= clocks.first_valid_date
            and steps.anchor_date < clocks.last_valid_date
    left join working_days as anchor_working_day
        on steps.anchor_date = anchor_working_day.date_day

),

timed_steps as (

    select
        steps.*,
        case steps.first_unit
            when 'day' then {{ add_to_date('steps.anchor_date', 'steps.first_interval', 'day') }}
            when 'month'
                then {{ add_to_date('steps.anchor_date', 'steps.first_interval', 'month') }}
            when 'working_day' then working_day_due.date_day
        end as first_due_date,
        -- No interval of that many units is shorter than this many days.
        steps.repeat_interval * case steps.repeat_unit when 'month' then 28 else 1 end
            as shortest_repeat_days
    from clocked_steps as steps
    left join numbered_working_days as working_day_due
        on steps.due_working_day_number = working_day_due.working_day_number

),

-- A clock that ran out goes on running: every interval without an event is one more missed. The
-- last repeat of an open clock is the one that is still to come.
counted_repeats as (

    select
        *,
        coalesce(
            greatest(
                cast(
                    floor(
                        ({{ days_between('first_due_date', 'bound_date') }} + shortest_repeat_days)
                        / shortest_repeat_days
                    ) as integer
                ),
                0
            ),
            0
        ) as repeat_count
    from timed_steps
    where first_due_date < bound_date or is_open

),

numbered_repeats as (

    select
        counted_repeats.*,
        numbers.number as repeat_number,
        case
            when counted_repeats.repeat_unit = 'working_day' and numbers.number > 0
                then
                    due_working_day.working_day_number
                    + numbers.number * counted_repeats.repeat_interval
        end as repeat_working_day_number
    from counted_repeats
    inner join numbers
        on counted_repeats.repeat_count >= numbers.number
    left join working_days as due_working_day
        on counted_repeats.first_due_date = due_working_day.date_day

),

repeats as (

    select
        numbered_repeats.*,
        case
            when numbered_repeats.repeat_number = 0 then numbered_repeats.first_due_date
            when numbered_repeats.repeat_unit = 'day'
                then {{ add_to_date(
                    'numbered_repeats.first_due_date',
                    '(numbered_repeats.repeat_number * numbered_repeats.repeat_interval)', 'day'
                ) }}
            when numbered_repeats.repeat_unit = 'working_day' then repeat_working_day.date_day
            else {{ add_to_date(
                'numbered_repeats.first_due_date',
                '(numbered_repeats.repeat_number * numbered_repeats.repeat_interval)', 'month'
            ) }}
        end as due_date
    from numbered_repeats
    left join numbered_working_days as repeat_working_day
        on numbered_repeats.repeat_working_day_number = repeat_working_day.working_day_number

),

due_before_bound as (

    select
        *,
        row_number() over (
            partition by chain_key, step_number
            order by due_date desc
        ) as from_last
    from repeats
    where due_date < bound_date

),

held as (

    select
        timed_steps.chain_key,
        timed_steps.authority_code,
        timed_steps.person_key,
        timed_steps.opportunity_code,
        timed_steps.occasion_table,
        timed_steps.occasion_id,
        timed_steps.event_date as held_date,
        coalesce(due_before_bound.due_date, timed_steps.first_due_date) as due_date
    from timed_steps
    left join due_before_bound
        on
            timed_steps.chain_key = due_before_bound.chain_key
            and timed_steps.step_number = due_before_bound.step_number
            and due_before_bound.from_last = 1
    where timed_steps.event_date is not null

),

-- Where the clock still runs, the next due date is no miss: it has not come yet.
still_to_come as (

    select
        chain_key,
        authority_code,
        person_key,
        opportunity_code,
        cast(null as {{ dbt.type_string() }}) as occasion_table,
        cast(null as {{ dbt.type_string() }}) as occasion_id,
        cast(null as date) as held_date,
        min(due_date) as due_date
    from repeats
    where is_open and due_date >= bound_date
    group by chain_key, authority_code, person_key, opportunity_code

),

missed as (

    select
        chain_key,
        authority_code,
        person_key,
        opportunity_code,
        cast(null as {{ dbt.type_string() }}) as occasion_table,
        cast(null as {{ dbt.type_string() }}) as occasion_id,
        cast(null as date) as held_date,
        due_date
    from due_before_bound
    where event_date is null or from_last > 1

),

outside_chains as (

    select
        chain_key,
        authority_code,
        person_key,
        unclocked_code as opportunity_code,
        occasion_table,
        occasion_id,
        event_date as held_date,
        cast(null as date) as due_date
    from held_events
    where chain_key is null

)

select * from held
union all
select * from missed
union all
select * from still_to_come
union all
select * from outside_chains
