{#- What there is, never how good it is: no score and no level of maturity. -#}
with practices as (

    select * from {{ ref('ref_framework_practices') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

indicators as (

    select * from {{ ref('dim_indicators') }}

),

delivered as (

    select distinct
        authority_code,
        raw_table
    from {{ ref('stg_ledger__current_deliveries') }}

),

indicator_cells as (

    select
        authority_code,
        period_type,
        period_start,
        indicator_id,
        count(case when status in ('shown', 'rate_withheld') then 1 end) as items,
        max(case when status <> 'not_available' then as_of end) as latest_on,
        max(case when status in ('shown', 'rate_withheld') then 1 else 0 end) as is_shown,
        max(case when status = 'suppressed' then 1 else 0 end) as is_suppressed,
        max(case when status = 'not_available' then 1 else 0 end) as is_not_available
    from {{ ref('int_indicator_values__protected') }}
    group by authority_code, period_type, period_start, indicator_id

),

from_indicators as (

    select
        indicator_cells.authority_code,
        indicator_cells.period_type,
        indicator_cells.period_start,
        indicators.framework_practice,
        'indicator' as evidence_kind,
        indicator_cells.indicator_id as evidence_id,
        cast(null as {{ dbt.type_string() }}) as state,
        indicator_cells.items,
        indicator_cells.latest_on,
        case
            when indicator_cells.is_shown = 1 then 'shown'
            when indicator_cells.is_suppressed = 1 then 'suppressed'
            when indicator_cells.is_not_available = 1 then 'not_available'
            else 'not_applicable'
        end as status
    from indicator_cells
    inner join indicators
        on indicator_cells.indicator_id = indicators.indicator_id

),

from_sessions as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        sessions.framework_practice,
        'session' as evidence_kind,
        sessions.kind as evidence_id,
        cast(null as {{ dbt.type_string() }}) as state,
        count(*) as items,
        max(sessions.held_on) as latest_on,
        'shown' as status
    from {{ ref('fct_participation_sessions') }} as sessions
    inner join periods
        on
            sessions.authority_code = periods.authority_code
            and sessions.held_on between periods.period_start and periods.period_end
    where sessions.framework_practice is not null
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        sessions.framework_practice,
        sessions.kind

),

-- An example without a first day is known from the day of the register that holds it.
from_examples as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        examples.framework_practice,
        'practice_example' as evidence_kind,
        examples.example_id as evidence_id,
        examples.status as state,
        1 as items,
        examples.started_on as latest_on,
        'shown' as status
    from {{ ref('stg_voice_extension__practice_example') }} as examples
    inner join periods
        on
            examples.authority_code = periods.authority_code
            and coalesce(examples.started_on, examples.as_of) <= periods.period_end
    where examples.framework_practice is not null

),

found as (

    select * from from_indicators
    union all
    select * from from_sessions
    union all
    select * from from_examples

),

kinds as (

    select
        'indicator' as evidence_kind,
        cast(null as {{ dbt.type_string() }}) as raw_table
    union all
    select
        'session' as evidence_kind,
        'vx_participation_session' as raw_table
    union all
    select
        'practice_example' as evidence_kind,
        'vx_practice_example' as raw_table

),

-- Nothing found is a row of its own: none in what was delivered, nothing delivered, or no
-- indicator that could say anything about the practice.
wanted as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        practices.framework_practice_code,
        practices.label_2026,
        practices.label_2025,
        practices.concerns_voice,
        kinds.evidence_kind,
        case
            when kinds.evidence_kind = 'indicator' then 'not_applicable'
            when delivered.raw_table is null then 'not_available'
            else 'shown'
        end as status_of_none
    from periods
    cross join practices
    cross join kinds
    left join delivered
        on
            periods.authority_code = delivered.authority_code
            and kinds.raw_table = delivered.raw_table

),

listed as (

    select
        wanted.authority_code,
        wanted.period_type,
        wanted.period_start,
        wanted.period_end,
        wanted.framework_practice_code as framework_practice,
        wanted.label_2026,
        wanted.label_2025,
        wanted.concerns_voice,
        wanted.evidence_kind,
        coalesce(found.evidence_id, 'none') as evidence_id,
        found.state,
        cast(case
            when found.evidence_id is null and wanted.status_of_none = 'shown' then 0
            when found.status in ('not_applicable', 'not_available') then null
            else found.items
        end as bigint) as items,
        found.latest_on,
        coalesce(found.status, wanted.status_of_none) as status
    from wanted
    left join found
        on
            wanted.authority_code = found.authority_code
            and wanted.period_type = found.period_type
            and wanted.period_start = found.period_start
            and wanted.framework_practice_code = found.framework_practice
            and wanted.evidence_kind = found.evidence_kind

),

-- A session counts what published.participation counts. An example counts nothing.
with_figure as (

    select
        *,
        case
            when evidence_id = 'none' then null
            when evidence_kind = 'indicator' then evidence_id
            when evidence_kind = 'session' then 'participation'
        end as figure
    from listed

),

figure_quality as (

    select * from {{ source('quality', 'figure_quality') }}

)

select
    with_figure.authority_code,
    with_figure.period_type,
    with_figure.period_start,
    with_figure.period_end,
    with_figure.framework_practice,
    with_figure.label_2026,
    with_figure.label_2025,
    with_figure.concerns_voice,
    with_figure.evidence_kind,
    with_figure.evidence_id,
    with_figure.state,
    with_figure.items,
    with_figure.latest_on,
    with_figure.status,
    case when with_figure.figure is not null then {{ figure_quality_word(parts=false) }} end
        as quality,
    case when with_figure.figure is not null then {{ figure_quality_caveat(parts=false) }} end
        as quality_caveat
from with_figure
{{ figure_quality_joins('with_figure', 'with_figure.figure') }}
