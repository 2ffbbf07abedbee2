with opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}

),

expected_opportunities as (

    select * from {{ ref('int_opportunities__expected') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

staged_expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

expressions as (

    select * from {{ ref('fct_voice_expressions') }}

),

row_fates as (

    select * from {{ ref('ref_row_fates') }}

),

-- What a clock called for, side by side with what the mart made of it.
due_rows as (

    select
        authority_code,
        {{ moment_of('opportunity_code') }} as moment,
        case when is_not_due then 'not_due' when held_date is null then 'not_held' else 'held' end
            as fate,
        1 as staged_rows,
        0 as mart_rows
    from expected_opportunities
    where due_date is not null
    union all
    select
        authority_code,
        {{ moment_of('opportunity_type_code') }} as moment,
        case
            when outcome = 'not_due' then 'not_due'
            when held_date is null then 'not_held'
            else 'held'
        end as fate,
        0 as staged_rows,
        1 as mart_rows
    from opportunities
    where due_date is not null

),

due as (

    select
        authority_code,
        'opportunity' as thing,
        'clock' as source_table,
        moment,
        case
            when sum(staged_rows) > sum(mart_rows) then 'lost'
            when sum(staged_rows) < sum(mart_rows) then 'multiplied'
            else fate
        end as fate,
        sum(staged_rows) as staged_rows,
        sum(mart_rows) as mart_rows
    from due_rows
    group by authority_code, moment, fate

),

-- A review may have been held before the conference from which its clock counts.
last_reviews as (

    select
        chain_key,
        max(event_date) as last_event_date
    from {{ ref('int_clocks__held_events') }}
    where clock_code = 'cp_review'
    group by chain_key

),

first_clocks as (

    select
        authority_code,
        clock_code,
        min(coalesce(valid_from, cast('1900-01-01' as date))) as valid_from
    from {{ ref('int_clocks__in_force') }}
    group by authority_code, clock_code

),

chains as (

    select
        authority_code,
        person_key,
        clock_code,
        chain_key,
        start_date,
        end_date,
        case clock_code
            when 'cla_review' then 'CLA_REVIEW_N'
            when 'short_break_review' then 'CLA_REVIEW_N'
            when 'cla_visit' then 'CLA_VISIT_YEAR1'
            when 'cp_review' then 'RCPC_NEXT'
            when 'health_assessment' then 'HEALTH_ASSESS'
            else upper(clock_code)
        end as moment
    from {{ ref('int_clocks__chains') }}

),

-- A clock that still runs has one more day to come.
running_clocks as (

    select
        chains.authority_code,
        chains.person_key,
        chains.moment,
        min(
            case
                when first_clocks.clock_code is null then 1
                when
                    coalesce(last_reviews.last_event_date, chains.start_date)
                    < first_clocks.valid_from
                    then 1
                else 0
            end
        ) = 1 as is_without_clock,
        max(
            case
                when
                    children.birth_date > authorities.as_of
                    or (children.birth_date is null and children.expected_birth_date is not null)
                    then 1
                else 0
            end
        ) = 1 as is_not_born_yet,
        max(case when children.death_date is not null then 1 else 0 end) = 1 as has_died
    from chains
    inner join authorities
        on chains.authority_code = authorities.authority_code
    left join {{ ref('int_children__described') }} as children
        on
            chains.authority_code = children.authority_code
            and chains.person_key = children.person_key
    left join first_clocks
        on
            chains.authority_code = first_clocks.authority_code
            and chains.clock_code = first_clocks.clock_code
    left join last_reviews
        on chains.chain_key = last_reviews.chain_key
    where chains.end_date is null or chains.end_date > authorities.as_of
    group by chains.authority_code, chains.person_key, chains.moment

),

still_to_come as (

    select distinct
        authority_code,
        person_key,
        {{ moment_of('opportunity_type_code') }} as moment
    from opportunities
    -- The next review of an education plan counts from the last one, and no chain of events.
    where outcome = 'not_due' and occasion_table is null and stage <> 'send'

),

next_days as (

    select
        coalesce(running_clocks.authority_code, still_to_come.authority_code) as authority_code,
        'opportunity' as thing,
        'running_clock' as source_table,
        coalesce(running_clocks.moment, still_to_come.moment) as moment,
        case
            when running_clocks.person_key is null then 'not_staged'
            when still_to_come.person_key is not null then 'not_due'
            when running_clocks.is_without_clock then 'no_clock'
            when running_clocks.is_not_born_yet then 'not_born_yet'
            when running_clocks.has_died then 'died_before'
            else 'lost'
        end as fate,
        case when running_clocks.person_key is null then 0 else 1 end as staged_rows,
        case when still_to_come.person_key is null then 0 else 1 end as mart_rows
    from running_clocks
    full outer join still_to_come
        on
            running_clocks.authority_code = still_to_come.authority_code
            and running_clocks.person_key = still_to_come.person_key
            and running_clocks.moment = still_to_come.moment

),

recorded_rows as (

    select
        staged_expressions.authority_code,
        staged_expressions.expression_id,
        case
            when staged_expressions.expressed_on is null then 'no_date'
            when staged_expressions.expressed_on > authorities.as_of then 'after_the_extract'
        end as reason,
        1 as staged_rows,
        0 as mart_rows
    from staged_expressions
    inner join authorities
        on staged_expressions.authority_code = authorities.authority_code
    union all
    select
        authority_code,
        expression_id,
        cast(null as {{ dbt.type_string() }}) as reason,
        0 as staged_rows,
        1 as mart_rows
    from expressions
    where evidence_kind = 'recorded'

),

recorded as (

    select
        authority_code,
        sum(staged_rows) as staged_rows,
        sum(mart_rows) as mart_rows,
        count(reason) as reasons,
        max(reason) as reason
    from recorded_rows
    group by authority_code, expression_id

),

-- A child who was heard at an occasion is an expression, even where no words were written down.
heard_rows as (

    select
        authority_code,
        opportunity_key,
        opportunity_type_code,
        1 as staged_rows,
        0 as mart_rows,
        0 as recorded_rows
    from opportunities
    where is_own_voice and outcome = 'voiced'
    union all
    select
        authority_code,
        opportunity_key,
        opportunity_type_code,
        0 as staged_rows,
        1 as mart_rows,
        0 as recorded_rows
    from expressions
    where evidence_kind <> 'recorded'
    union all
    select
        authority_code,
        opportunity_key,
        cast(null as {{ dbt.type_string() }}) as opportunity_type_code,
        0 as staged_rows,
        0 as mart_rows,
        1 as recorded_rows
    from {{ ref('int_expressions__linked') }}

),

heard as (

    select
        authority_code,
        max(opportunity_type_code) as opportunity_type_code,
        sum(staged_rows) as staged_rows,
        sum(mart_rows) as mart_rows,
        sum(recorded_rows) as recorded_rows
    from heard_rows
    group by authority_code, opportunity_key

),

child_rows as (

    select
        authority_code,
        person_key,
        'ssd_person' as source_table,
        case when person_key is null then 'no_child' end as reason
    from {{ ref('stg_ssd__person') }}
    union all
    select distinct
        authority_code,
        person_key,
        'ssda903_header' as source_table,
        case when person_key is null then 'no_child' end as reason
    from {{ ref('stg_ssda903__header') }}
    union all
    select distinct
        authority_code,
        person_key,
        occasion_table as source_table,
        cast(null as {{ dbt.type_string() }}) as reason
    from {{ ref('int_legal_statuses__merged') }}
    union all
    select
        authority_code,
        former_person_key as person_key,
        'ssd_linked_identifiers' as source_table,
        'merged_person' as reason
    from {{ ref('stg_ssd__identities') }}
    where is_applied

),

current_children as (

    select
        authority_code,
        person_key,
        sum(case when valid_to is null then 1 else 0 end) as mart_rows
    from {{ ref('dim_children') }}
    group by authority_code, person_key

),

children as (

    select
        coalesce(child_rows.authority_code, current_children.authority_code) as authority_code,
        coalesce(child_rows.source_table, 'dim_children') as source_table,
        child_rows.source_table is not null as is_staged,
        child_rows.reason,
        coalesce(current_children.mart_rows, 0) as mart_rows
    from child_rows
    full outer join current_children
        on
            child_rows.authority_code = current_children.authority_code
            and child_rows.person_key = current_children.person_key

),

reconciled as (

    select
        authority_code,
        'opportunity' as thing,
        source_table,
        moment,
        fate,
        staged_rows,
        mart_rows
    from {{ ref('int_opportunities__reconciled') }}
    union all
    select * from due
    union all
    select * from next_days
    union all
    select
        authority_code,
        'expression' as thing,
        'vx_expression' as source_table,
        'recorded' as moment,
        case
            when staged_rows = 0 then 'not_staged'
            when mart_rows > staged_rows - reasons and reasons > 0 then 'kept_against_reason'
            when mart_rows > staged_rows then 'multiplied'
            when mart_rows < staged_rows - reasons then 'lost'
            else coalesce(reason, 'in_mart')
        end as fate,
        staged_rows,
        mart_rows
    from recorded
    union all
    select
        authority_code,
        'expression' as thing,
        'fct_voice_opportunities' as source_table,
        opportunity_type_code as moment,
        case
            when staged_rows = 0 then 'not_staged'
            when mart_rows > staged_rows then 'multiplied'
            when mart_rows > 0 then 'in_mart'
            when recorded_rows > 0 then 'by_recorded_words'
            else 'lost'
        end as fate,
        staged_rows,
        mart_rows
    from heard
    where staged_rows > 0 or mart_rows > 0
    union all
    select
        authority_code,
        'expression' as thing,
        'vx_survey_answer' as source_table,
        'recorded' as moment,
        'confidential_answer' as fate,
        count(*) as staged_rows,
        0 as mart_rows
    from {{ ref('stg_voice_extension__survey_answer') }}
    group by authority_code
    union all
    select
        authority_code,
        'child' as thing,
        source_table,
        'described' as moment,
        case
            when not is_staged then 'not_staged'
            when reason is not null and mart_rows > 0 then 'kept_against_reason'
            when reason is not null then reason
            when mart_rows = 0 then 'lost'
            when mart_rows > 1 then 'multiplied'
            else 'in_mart'
        end as fate,
        case when is_staged then 1 else 0 end as staged_rows,
        mart_rows
    from children

),

counted as (

    select
        authority_code,
        thing,
        source_table,
        moment,
        fate,
        sum(staged_rows) as staged_rows,
        sum(mart_rows) as mart_rows
    from reconciled
    group by authority_code, thing, source_table, moment, fate

)

select
    counted.authority_code,
    counted.thing,
    counted.source_table,
    counted.moment,
    counted.fate as row_fate_code,
    coalesce(row_fates.is_accounted_for, false) as is_accounted_for,
    cast(counted.staged_rows as bigint) as staged_rows,
    cast(counted.mart_rows as bigint) as mart_rows
from counted
left join row_fates
    on counted.fate = row_fates.row_fate_code
