{{ config(materialized='table') }}
{#- What every child of a group has, counted and squared: a rate needs the counts, the design effect
    the squares. Nothing is compared here. -#}
{%- set equity = var('equity') -%}
{%- set indicators = equity_indicators() -%}
{%- set pairs = equity_pairs() -%}
{#- A team is held to a funnel of its authority: it has no strata and no areas. -#}
{%- set compared = equity.dimensions | reject('in', equity.get('held_to_funnels', [])) | list -%}
with {{ opportunity_facts('opportunity_facts') }},

{{ expression_facts('expression_facts') }},

children as (

    select * from {{ ref('int_children__described') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}

),

months as (

    select * from {{ ref('int_reporting_months') }}

),

available as (

    select * from {{ ref('int_indicators__available') }}

),

involvements as (

    select * from {{ ref('stg_ssd__involvements') }}

),

ends as (

    select
        authority_code,
        period_start as quarter_start,
        period_end,
        row_number() over (partition by authority_code order by period_end desc) as recency
    from periods
    where period_type = 'quarter'

),

window_lengths as (

    select
        'quarter' as window_length,
        3 as months_long
    union all
    select
        '12_months' as window_length,
        12 as months_long
    union all
    select
        '24_months' as window_length,
        24 as months_long

),

windows as (

    select
        ends.authority_code,
        ends.period_end,
        ends.recency,
        window_lengths.window_length,
        {{ add_to_date('ends.quarter_start', '3 - window_lengths.months_long', 'month') }}
            as window_start
    from ends
    cross join window_lengths
    where
        ends.recency <= {{ equity.told_quarters }}
        -- Of older times only financial years are told.
        or (
            extract(month from ends.period_end) = 3
            and window_lengths.months_long > 3
        )

),

quarters as (

    select distinct
        quarter_start,
        {{ add_to_date('quarter_start', 3, 'month') }} as next_quarter_start
    from months

),

-- The team that was involved last in the quarter; of two that began on one day, either but one.
teams as (

    select
        involvements.authority_code,
        involvements.person_key,
        quarters.quarter_start,
        involvements.team_id as team,
        row_number() over (
            partition by
                involvements.authority_code, involvements.person_key, quarters.quarter_start
            order by involvements.involvement_start_date desc, involvements.row_key asc
        ) as recency
    from involvements
    inner join quarters
        on
            involvements.involvement_start_date < quarters.next_quarter_start
            and (
                involvements.involvement_end_date >= quarters.quarter_start
                or involvements.involvement_end_date is null
            )
    where involvements.team_id is not null

),

facts as (
    {% for kind in ['opportunity', 'expression'] %}
    select
        facts.authority_code,
        facts.contributor_key,
        months.quarter_start,
        facts.stage,
        case when facts.stage = 'looked_after' then facts.placement_group else '' end
            as looked_after_placement,
        {{ equity_ethnic_group('children.ethnicity_code', 'facts.ethnic_group') }} as ethnic_group,
        case
            when {{ equity_role('facts.ethnic_group') }} <> 'group' then facts.ethnic_group
            else children.ethnicity_code
        end as ethnicity,
        {%- for dimension in equity.dimensions
            if dimension not in ('ethnic_group', 'ethnicity', 'team') %}
        facts.{{ dimension }},
        {%- endfor %}
        coalesce(teams.team, 'unknown') as team,
        {{ equity_fact_columns(kind) }}
    from {{ kind }}_facts as facts
    inner join months
        on facts.measure_month = months.month_start
    left join children
        on
            facts.authority_code = children.authority_code
            and facts.contributor_key = children.person_key
    left join teams
        on
            facts.authority_code = teams.authority_code
            and facts.contributor_key = teams.person_key
            and months.quarter_start = teams.quarter_start
            and teams.recency = 1
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

by_child as (

    select
        authority_code,
        contributor_key,
        quarter_start,
        stage,
        looked_after_placement,
        {%- for dimension in equity.dimensions %}
        {{ dimension }},
        {%- endfor %}
        {%- for characteristic in equity.recorded_characteristics %}
        min({{ characteristic }}_missing) as {{ characteristic }}_missing,
        {%- endfor %}
        {{ equity_sums(indicators) }}
    from facts
    group by
        authority_code,
        contributor_key,
        quarter_start,
        stage,
        looked_after_placement,
        {{ equity.dimensions | join(',\n        ') }}

),

in_windows as (

    select
        by_child.authority_code,
        windows.window_length,
        windows.period_end,
        windows.recency,
        by_child.contributor_key,
        {%- for dimension in equity.dimensions %}
        by_child.{{ dimension }},
        {%- endfor %}
        {%- for characteristic in equity.recorded_characteristics %}
        min(by_child.{{ characteristic }}_missing) as {{ characteristic }}_missing,
        {%- endfor %}
        {{ equity_sums(indicators, 'by_child.') }}
    from by_child
    inner join windows
        on
            by_child.authority_code = windows.authority_code
            and by_child.quarter_start between windows.window_start and windows.period_end
    group by
        by_child.authority_code,
        windows.window_length,
        windows.period_end,
        windows.recency,
        by_child.contributor_key,
        by_child.{{ equity.dimensions | join(',\n        by_child.') }}

),

-- Inside an area groups are compared for the latest years only: few are large enough earlier.
by_group as (
    {% for scope in ['authority', 'area'] %}
    {%- set outer_loop = loop %}
    {%- set whole = equity.dimensions + pairs.keys() | list %}
    {%- for dimension in (whole if scope == 'authority' else compared) if dimension != scope %}
    select
        authority_code,
        window_length,
        period_end,
        '{{ scope }}' as scope,
        {{ "'all'" if scope == 'authority' else scope }} as scope_value,
        '{{ dimension }}' as dimension,
        {{ pairs.get(dimension, dimension) }} as group_value,
        contributor_key,
        {%- for characteristic in equity.recorded_characteristics %}
        min({{ characteristic }}_missing) as {{ characteristic }}_missing,
        {%- endfor %}
        {{ equity_sums(indicators) }}
    from in_windows
    {%- if scope == 'area' %}
    where recency = 1 and window_length <> 'quarter' and area <> 'unknown'
    {%- endif %}
    group by
        authority_code,
        window_length,
        period_end,
        {{ 'area,' if scope == 'area' }}
        {{ pairs.get(dimension, dimension) }},
        contributor_key
    {{ "union all" if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

cells as (

    select
        authority_code,
        window_length,
        period_end,
        scope,
        scope_value,
        dimension,
        group_value,
        {{ equity_cell_sums() }}
    from by_group
    group by
        authority_code,
        window_length,
        period_end,
        scope,
        scope_value,
        dimension,
        group_value

),

by_stratum_and_quarter as (
    {% for dimension in compared %}
    select
        authority_code,
        quarter_start,
        '{{ dimension }}' as dimension,
        {{ dimension }} as group_value,
        {{ equity_stratum(dimension) }} as stratum,
        sum({{ indicators[0] | lower }}_x) as x,
        sum({{ indicators[0] | lower }}_n) as n
    from by_child
    where {{ indicators[0] | lower }}_n > 0
    group by
        authority_code,
        quarter_start,
        {{ dimension }},
        {{ equity_stratum(dimension) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

by_stratum as (

    select
        by_stratum_and_quarter.authority_code,
        windows.window_length,
        windows.period_end,
        by_stratum_and_quarter.dimension,
        by_stratum_and_quarter.group_value,
        by_stratum_and_quarter.stratum,
        sum(by_stratum_and_quarter.x) as x,
        sum(by_stratum_and_quarter.n) as n
    from by_stratum_and_quarter
    inner join windows
        on
            by_stratum_and_quarter.authority_code = windows.authority_code
            and by_stratum_and_quarter.quarter_start
            between windows.window_start and windows.period_end
            and windows.window_length <> 'quarter'
    group by
        by_stratum_and_quarter.authority_code,
        windows.window_length,
        windows.period_end,
        by_stratum_and_quarter.dimension,
        by_stratum_and_quarter.group_value,
        by_stratum_and_quarter.stratum

),

counted as (
    {% for counted in equity_counted() %}
    select
        authority_code,
        '{{ counted.measure }}' as measure,
        '{{ counted.subject }}' as subject,
        '{{ counted.counting }}' as counting,
        scope,
        scope_value,
        period_end,
        window_length,
        dimension,
        group_value,
        'all' as stratum,
        {{ counted.name }}_children as children,
        {{ counted.name }}_x as x,
        {{ counted.name }}_n as n,
        {{ counted.name }}_xx as xx,
        {{ counted.name }}_xn as xn,
        {{ counted.name }}_nn as nn
    from cells
    where
        {{ counted.name }}_n > 0
        and dimension not in ({{ quoted_list(['none'] + counted.not_by) }})
    union all
    {%- endfor %}
    select
        authority_code,
        'F1' as measure,
        '{{ indicators[0] }}' as subject,
        'exempt_out' as counting,
        'authority' as scope,
        'all' as scope_value,
        period_end,
        window_length,
        dimension,
        group_value,
        stratum,
        cast(null as bigint) as children,
        x,
        n,
        cast(null as {{ type_rate() }}) as xx,
        cast(null as {{ type_rate() }}) as xn,
        cast(null as {{ type_rate() }}) as nn
    from by_stratum

)

select
    counted.authority_code,
    counted.measure,
    counted.subject,
    counted.counting,
    counted.scope,
    counted.scope_value,
    counted.period_end,
    counted.window_length,
    counted.dimension,
    counted.group_value,
    counted.stratum,
    {{ equity_role('counted.group_value') }} as level_role,
    cast(counted.children as bigint) as children,
    cast(counted.x as bigint) as x,
    cast(counted.n as bigint) as n,
    counted.xx,
    counted.xn,
    counted.nn
from counted
left join available
    on
        counted.authority_code = available.authority_code
        and counted.subject = available.indicator_id
where
    -- What was never delivered was not missed; a characteristic is in what was.
    available.indicator_id is not null
    or counted.measure = 'F5'
